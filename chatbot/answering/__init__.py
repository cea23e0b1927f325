"""The answer policy: whether to quote, what, and what to say when not."""
