"""The matching on a real PostgreSQL."""
