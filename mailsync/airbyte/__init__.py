"""What the connectors share of Airbyte: commands, forms, messages, catalog, options, signals, errors as traces. Knows no vendor.

Sources stand on the CDK (`system_source`, `launching`, `form`, …); destinations do not (`commands`, `form_parts`, `messages`, `options`, …).
"""
