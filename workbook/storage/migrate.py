"""Bringing a store file to the newest schema, or refusing one that is newer still."""

import sqlcipher3
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from workbook.errors import NewerStoreError, problem
from workbook.storage.schema import SCHEMA_VERSION


def schema_version(engine: Engine) -> int:
    """Return the file's schema version; 0 for an empty file."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def is_written(engine: Engine) -> bool:
    """Tell whether the file has a schema yet: a crash may have cut its very first writing short.

    Raises
    ------
    NewerStoreError
        A newer workbook wrote the file.
    """
    try:
        found = schema_version(engine)
    except DBAPIError as error:
        # A read-only connection can't roll back the journal that a first writing left behind.
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlcipher3.SQLITE_READONLY:
            return False
        raise
    if found > SCHEMA_VERSION:
        raise NewerStoreError(problem("errors.storage.newer"))
    return found > 0


def migrate(engine: Engine) -> int:
    """Run what migrations are missing, all in one transaction; give the version found before.

    Raises
    ------
    NewerStoreError
        A newer workbook wrote the file. It is left as it was.
    """
    found = schema_version(engine)
    if found > SCHEMA_VERSION:
        raise NewerStoreError(problem("errors.storage.newer"))
    if found < SCHEMA_VERSION:
        # Imported here: a store that is up to date, as nearly always, need not wait for it.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "workbook.storage:migrations")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return found
