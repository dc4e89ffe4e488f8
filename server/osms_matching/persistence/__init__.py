"""The matching in PostgreSQL: evidence, runs and grants, in a database of its own."""
