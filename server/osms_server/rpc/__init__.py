"""The contract: protobuf and gRPC in, commands and questions out; only here are they known."""
