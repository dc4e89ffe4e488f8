"""From protobuf to our own values and back; whatever cannot be read becomes a violation."""
