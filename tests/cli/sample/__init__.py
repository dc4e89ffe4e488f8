"""The realistic region: days, identifiers, plan, files."""
