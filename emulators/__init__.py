"""The six vendor APIs on loopback: state, rules and vendor-shaped errors. Never imported by product code."""
