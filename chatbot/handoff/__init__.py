"""Questions for a person: their states and the events that change them."""
