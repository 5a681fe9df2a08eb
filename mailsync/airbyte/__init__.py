"""What the source connectors share of Airbyte: commands, form, messages, errors as traces. `form` and `systems` need nothing of the CDK."""
