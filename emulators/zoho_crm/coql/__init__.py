"""COQL: the vendor's query language, with a real lexer, parser and evaluator (docs/systems/zoho_crm.md#coql)."""
