"""What Alembic runs: the migrations, in the transaction of the connection that `migrate` passes."""

from alembic import context

from chatbot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
