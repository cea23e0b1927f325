"""Words: normalising, tokenising, stemming."""
