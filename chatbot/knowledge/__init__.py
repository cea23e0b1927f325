"""The clinic's folder: documents, passages, their states, and what is wrong with them."""
