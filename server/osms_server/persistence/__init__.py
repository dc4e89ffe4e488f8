"""The register in PostgreSQL. Only this package speaks SQL."""
