"""The client as its users have it: over a real line, with all that can happen to a line."""
