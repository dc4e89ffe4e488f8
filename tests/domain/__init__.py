"""Tests of the domain: values and the arithmetic of days, revisions and timelines."""
