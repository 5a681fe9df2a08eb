"""The command `source-crm`. `spec` is answered from YAML at once; every other verb runs in the CDK's entrypoint."""

from __future__ import annotations

import sys


def run() -> None:
    """Console entry point."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["spec"] and not {"--help", "-h"} & set(arguments):
        _print_spec()
        return
    from source_crm.launching import launch  # noqa: PLC0415 - takes seconds, and `spec` needs nothing of it

    launch(arguments)


def _print_spec() -> None:
    import orjson  # noqa: PLC0415 - only this verb writes by itself

    from source_crm.spec import specification  # noqa: PLC0415

    sys.stdout.write(orjson.dumps({"type": "SPEC", "spec": specification()}).decode() + "\n")


if __name__ == "__main__":
    run()
