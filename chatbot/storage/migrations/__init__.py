"""Changes of the tables, run by Alembic from here; there is no alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from chatbot.errors import SchemaOutdated
from chatbot.storage.engine import HEAD, Database


def migrate(database: Database) -> None:
    """Bring the tables to the newest version, all of it or nothing; a SQLite file is made. Raises
    StorageUnavailable, and SchemaOutdated when a newer program made them."""
    if database.path and not database.path.exists():
        with database.plainly():
            database.path.parent.mkdir(parents=True, exist_ok=True)
            database.path.touch(mode=0o600)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, HEAD)
        except CommandError as error:
            raise SchemaOutdated(f"The database is newer than this program: {error}.") from error
