"""The account as it is at the start: same seed, same account."""
