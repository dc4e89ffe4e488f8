"""The Rules as code: from facts, parameters and days to decisions with provisions. Pure."""
