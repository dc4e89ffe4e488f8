"""Tests of the command `osms`."""
