"""The pages of the staff: sign-in, inbox, one hand-off, numbers."""
