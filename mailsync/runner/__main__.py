"""`python -m mailsync.runner` is `mailsync`."""

from mailsync.runner.cli import main

main()
