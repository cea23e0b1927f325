"""The composition root: settings in, a Flask application out. Only this file knows every part."""

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from chatbot.delivery.worker import deliverer
from chatbot.errors import StorageError
from chatbot.settings import ROOT, Settings, unusable
from chatbot.storage.store import Store
from chatbot.web import api, feedback, handoffs, headers, operations, pages, refusals, staff
from chatbot.web.library import Library
from chatbot.web.limits import Limits
from chatbot.web.metrics import Metrics
from chatbot.web.services import EXTENSION, Services, utc_now

log = logging.getLogger(__name__)


def create_app(
    config: Mapping[str, Any] | Settings | None = None,
    *,
    now: Callable[[], datetime] = utc_now,
    background: bool = True,
) -> Flask:
    """The application. `config` takes the names of `settings.Settings`, or ready settings; without
    it the environment is read.

    Flask's own `TESTING` is accepted too. `now` is the clock. Without `background` no thread is
    started: the folder is read once and nothing is delivered, as commands and some tests want it.
    Raises SettingsError.
    """
    config = Settings.from_environ(os.environ) if config is None else config
    given = {} if isinstance(config, Settings) else dict(config)
    testing = bool(given.pop("TESTING", False))
    settings = config if isinstance(config, Settings) else Settings.from_mapping(given)
    instance = str(settings.instance.resolve())
    app = Flask("chatbot", root_path=str(ROOT), instance_path=instance)
    app.config["TESTING"] = testing
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the contract's order is for reading
    app.extensions[EXTENSION] = _services(settings, now, background)
    for part in (api, feedback, handoffs, operations, pages, staff):
        app.register_blueprint(part.blueprint)
    app.register_error_handler(Exception, refusals.answer)
    app.after_request(headers.add)
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _services(settings: Settings, now: Callable[[], datetime], background: bool) -> Services:
    secret = _secret(settings)
    store, library = Store(settings, secret), Library(settings, now)
    try:
        store.prepare()
    except StorageError as error:
        # A database that does not answer must not keep crisis help from being served.
        log.error("serving without the database: %s", error)
    worker = deliverer(settings, store)

    def stop() -> None:
        worker.stop()
        store.exchanges.flush()

    limits = Limits(settings.rate_limit, settings.redis_url, secret)
    metrics = Metrics() if settings.metrics else None
    if background:
        worker.start()
        library.start()
    else:
        library.catch_up()
    return Services(settings, library, limits, store, secret, metrics, now, stop)


def _secret(settings: Settings) -> bytes:
    """The given secret, or one made on first use that only this user can read."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.instance / "secret_key"
    try:
        settings.instance.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    except OSError as error:
        says = f"cannot be made in {path}: {error.strerror}."
        raise unusable("SECRET_KEY", says, "Let us write there, or set it.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
