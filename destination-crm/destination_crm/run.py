"""The connector's commands: spec, check, write (and discover, refused by name). None of them imports airbyte_cdk."""

from __future__ import annotations

import sys
from typing import IO, Any

from destination_crm.spec import specification
from mailsync.airbyte.commands import Destination
from mailsync.airbyte.messages import Output


def run() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def _check(config: Any, output: Output) -> None:
    from destination_crm.check import check  # noqa: PLC0415 - spec needs none of it, and starts faster without

    check(config, output)


def _write(config: Any, catalog: Any, stdin: IO[bytes], output: Output) -> None:
    from destination_crm.write import write_from  # noqa: PLC0415 - see above

    write_from(config, catalog, stdin, output)


DESTINATION = Destination(
    program="destination-crm",
    about="What people did with a mailing, back to the CRM.",
    specification=specification,
    check=_check,
    write=_write,
    no_discover=(
        "discover offers no objects: responses become campaigns, statuses, items and people by rules, which stand in the configuration, "
        "and a mapping of columns to fields of one object could not say them. To write columns of people, use a destination that maps them."
    ),
)
main = DESTINATION.main
