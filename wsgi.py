"""For any WSGI server: `waitress-serve wsgi:app`. `python -m chatbot serve` is the usual way."""

import os

from chatbot.app import create_app
from chatbot.settings import PREFIX

app = create_app(
    {name[len(PREFIX) :]: value for name, value in os.environ.items() if name.startswith(PREFIX)}
)
