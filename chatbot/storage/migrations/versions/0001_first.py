"""The first tables; 0001_first.sql is plain SQL that both databases understand."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

_SQL = Path(__file__).with_suffix(".sql").read_text("utf-8")


def upgrade() -> None:
    """Create them."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    """Remove them, and all they hold."""
    lines = [line for line in _SQL.splitlines() if line.startswith("CREATE TABLE")]
    for line in reversed(lines):
        op.drop_table(line.split()[2])
