"""What the ledger's history tells people: one HTML page, and lines of text. Reads any destination's runs."""
