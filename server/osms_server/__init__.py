"""The register of consumers of compulsory social medical insurance, as a gRPC service."""
