"""Changes of the tables, run by Alembic from here; there is no alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from chatbot.storage.engine import HEAD, Database


def migrate(database: Database, to: str = HEAD) -> None:
    """Bring the tables to version `to` ("base": none), all of it or nothing.

    Raises StorageUnavailable.
    """
    database.create()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    move = command.upgrade if to == HEAD else command.downgrade
    with database.writing() as connection:
        config.attributes["connection"] = connection
        move(config, to)
