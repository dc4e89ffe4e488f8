"""The words of the matching: what is reported, contributions, grants, decisions. Pure."""
