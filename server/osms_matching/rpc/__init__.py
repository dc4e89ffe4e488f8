"""The services of the matching over gRPC."""
