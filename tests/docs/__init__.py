"""The examples in the documents, run as a reader would."""
