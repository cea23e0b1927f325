"""For any WSGI server: `waitress-serve wsgi:app`. `python -m chatbot serve` is the usual way."""

from chatbot.app import create_app

app = create_app()
