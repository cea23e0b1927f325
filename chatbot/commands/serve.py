"""`serve`: the site, on waitress."""

import logging
import signal
import sys
from argparse import Namespace
from typing import Any

from waitress.channel import HTTPChannel

from chatbot.errors import ChatbotError, errors
from chatbot.settings import Settings

THREADS = 8
PATIENCE = 15  # seconds a client may be idle, or take to send one request
SERVER = {
    "threads": THREADS,
    "connection_limit": 2000,
    "asyncore_use_poll": True,
    "channel_timeout": PATIENCE,
    "cleanup_interval": PATIENCE // 3,
    # waitress spools longer bodies to disk before the application can refuse them; past this size
    # it refuses them itself.
    "max_request_body_size": 16 * 1024 * 1024,
    "ident": None,
    "clear_untrusted_proxy_headers": False,  # which of them count, TRUSTED_PROXIES says
}


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose patience is for a whole request: dripping bytes do not prolong it."""

    last_activity: float

    def handle_read(self) -> None:
        begun = self.last_activity if self.request is not None else None
        super().handle_read()
        if begun is not None and self.request is not None:
            self.last_activity = begun


def do_serve(args: Namespace, settings: Settings) -> int:
    """Serve until stopped; a folder with errors serves closed unless `--strict`."""
    import waitress

    from chatbot.app import create_app
    from chatbot.web.services import EXTENSION, Services

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else a line for each that waits
    app = create_app(settings)
    services: Services = app.extensions[EXTENSION]
    problems = services.library.snapshot.problems
    for problem in problems:
        print(problem, file=sys.stderr)
    broken = bool(errors(problems))
    if broken and args.strict:
        return 1
    if broken:
        print("Serving closed until the errors above are mended.", file=sys.stderr)
    try:
        server: Any = waitress.create_server(app, host=args.host, port=args.port, **SERVER)
    except (OSError, ValueError) as error:
        services.stop()
        why = f"Cannot listen on {args.host}, port {args.port}: {error}. If another program"
        raise ChatbotError(f"{why} has the port, stop it or choose another with --port.") from error
    server.channel_class = Channel
    # Left this way, waitress lets requests under way finish, for 5 seconds at most.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = getattr(server, "effective_port", args.port)  # port 0 takes any that is free
    print(f"Serving on http://{args.host}:{port}", flush=True)
    try:
        server.run()
    finally:
        services.stop()
    return 0
