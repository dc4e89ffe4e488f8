"""The tests, which read like the domain."""
