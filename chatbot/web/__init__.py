"""The edge: HTTP in, replies out."""
