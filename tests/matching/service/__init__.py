"""The service of the matching over a real channel, on a real database, before a real register."""
