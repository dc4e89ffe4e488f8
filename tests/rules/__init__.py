"""Tests of the Rules: each ground on both sides of its days, and all against the oracle."""
