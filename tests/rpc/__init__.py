"""The contract over real channels: every service, as its callers meet it."""
