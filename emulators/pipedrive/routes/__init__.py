"""The HTTP surface: each module parses and formats one subject; rules are in `listing`, `writing` and `account`."""
