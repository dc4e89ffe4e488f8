"""Programs of others that answer a question of the same kind, measured in the same rounds."""
