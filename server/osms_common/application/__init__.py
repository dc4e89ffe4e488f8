"""Callers, their pace and places, the log of acts, the state of a feed. No protobuf, no SQL."""
