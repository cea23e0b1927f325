"""The migrations make exactly the tables that the code uses."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from chatbot.storage import migrations
from chatbot.storage.engine import HEAD
from chatbot.storage.migrations import migrate
from chatbot.storage.store import Store
from chatbot.storage.tables import metadata


def test_the_newest_migration_is_the_version_this_program_needs() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_the_migrated_tables_are_those_of_the_code(store: Store) -> None:
    with store.database.reading() as connection:
        # SQLite does not know the names of types, so they are compared on PostgreSQL only.
        typed = connection.dialect.name != "sqlite"
        context = MigrationContext.configure(connection, opts={"compare_type": typed})
        assert compare_metadata(context, metadata) == []


def test_upgrading_what_is_up_to_date_changes_nothing(store: Store) -> None:
    migrate(store.database)
    store.database.check()
