"""From a patient's words to a ranking of the clinic's passages."""
