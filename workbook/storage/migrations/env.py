"""How alembic runs our migrations: on the connection, and in the transaction, it is given."""

from alembic import context

from workbook.storage.schema import metadata

# One transaction for everything: killed at any statement, a store is old or new, never between.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
