"""The connector's commands: spec, check, discover, write. None of them imports airbyte_cdk."""

from __future__ import annotations

import sys
from typing import IO, Any

from destination_campaigns.invitation_form import is_inviting, refuse_for_surveys
from destination_campaigns.spec import specification
from mailsync.airbyte.commands import Destination
from mailsync.airbyte.messages import Output


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def _check(config: Any, output: Output) -> None:
    if is_inviting(config):
        from destination_campaigns.inviting import check_invitations  # noqa: PLC0415 - spec needs none of it, and starts faster without

        return check_invitations(config, output)
    from destination_campaigns.check import check  # noqa: PLC0415 - see above

    return check(config, output)


def _discover(config: Any, output: Output) -> None:
    refuse_for_surveys(config, "discover")
    from destination_campaigns.discover import discover  # noqa: PLC0415 - see above

    discover(config, output)


def _write(config: Any, catalog: Any, stdin: IO[bytes], output: Output) -> None:
    if is_inviting(config):
        from destination_campaigns.inviting import invite_from  # noqa: PLC0415 - see above

        return invite_from(config, catalog, stdin, output)
    from destination_campaigns.write import write_from  # noqa: PLC0415 - see above

    return write_from(config, catalog, stdin, output)


def _suppress(config: Any, stdin: IO[bytes], output: Output) -> None:
    refuse_for_surveys(config, "suppress")
    from destination_campaigns.suppress import suppress_from  # noqa: PLC0415 - see above

    suppress_from(config, stdin, output)


DESTINATION = Destination(
    program="destination-campaigns",
    about="People from a CRM onto mailing lists.",
    specification=specification,
    check=_check,
    write=_write,
    discover=_discover,
    suppress=_suppress,
)
main = DESTINATION.main
