"""Repeatable measurements on the emulators: ratios within one run, printed as one table."""
