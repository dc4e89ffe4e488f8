"""Tests of the matching: a table a paragraph, and all against an oracle of its own."""
