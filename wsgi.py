"""For any WSGI server: `waitress-serve wsgi:app`. `python -m chatbot serve` is the usual way."""

import os

from chatbot.app import create_app
from chatbot.settings import Settings

app = create_app(Settings.from_environ(os.environ))
