"""What the connectors share: one folder a system, the ledger, the membership rules, the runner. Imports no connector."""
