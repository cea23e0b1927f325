"""The database. All SQL lives here."""
