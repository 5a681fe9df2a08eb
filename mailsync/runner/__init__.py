"""The embedded host for one machine: `mailsync sync` pipes a source into a destination as Airbyte's platform would."""
