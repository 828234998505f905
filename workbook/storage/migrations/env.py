"""How alembic runs our migrations: on the connection, and in the transaction, it is given."""

from alembic import context

from workbook.storage.schema import metadata


def run() -> None:
    """Run all of them in one transaction: killed at any statement, a store is old or new."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


if hasattr(context, "config"):  # alembic sets it while it runs; whoever only reads the module has none
    run()
