"""Scenarios for every paragraph of the Rules that the service can show."""
