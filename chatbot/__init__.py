"""A clinic's patient-facing FAQ chatbot: approved passages, word for word, or a person."""

import os

__version__ = "0.1.0"

# The products in a search are small: threads would cost more than they bring, and on a busy machine
# those that OpenBLAS keeps spinning cost many times the search. It reads this when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
