"""Both connectors between emulated vendors, twice, with a final screen whose totals must add up."""
