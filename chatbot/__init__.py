"""A clinic's patient-facing FAQ chatbot: approved passages, word for word, or a person."""

__version__ = "0.1.0"
