"""The command `source-campaigns`. `spec` is answered from YAML at once; every other verb runs in the CDK's entrypoint."""

from __future__ import annotations

import sys

from source_campaigns.spec import FORM


def run() -> None:
    """Console entry point."""
    arguments = sys.argv[1:]
    if FORM.answers(arguments):
        return
    from mailsync.airbyte.launching import launch  # noqa: PLC0415 - takes seconds, and `spec` needs nothing of it
    from source_campaigns.source import SourceCampaigns  # noqa: PLC0415

    launch(SourceCampaigns, arguments)


if __name__ == "__main__":
    run()
