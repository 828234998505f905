"""The tables of a store file, as the newest migration leaves them."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

SCHEMA_VERSION = 4
"""Kept in ``PRAGMA user_version``; every migration raises it by one."""

CELLS_SINCE = 4
"""The version from which on there are cells."""

metadata = MetaData()

logs = Table(
    "logs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

rows = Table(
    "rows",
    metadata,
    Column("log_id", Integer, ForeignKey("logs.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("operation_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # Microseconds since 1970, UTC: more than 32 bits hold. In SQLite every integer has up to 64.
    Column("at", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("payload", LargeBinary),  # NULL once forgotten, together with its salt
    Column("salt", LargeBinary),
    Column("digest", LargeBinary, nullable=False),  # of salt and payload; outlives them
    Column("chain", LargeBinary, nullable=False),  # of this row and all before it
    Index("rows_by_operation", "log_id", "operation_id", unique=True),
    Index("rows_forgotten", "log_id", sqlite_where=text("payload IS NULL")),
    sqlite_with_rowid=False,
)

marks = Table(
    "marks",
    metadata,
    Column("newest", LargeBinary, nullable=False),  # of the last commit: random, so that it counts nothing
    Column("before", LargeBinary, nullable=False),  # of the one before it
)
"""One row: what the heads beside the file have to have reached, a commit cut short by a crash excepted."""

cells = Table(
    "cells",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", LargeBinary, nullable=False),  # of what it holds
    Column("before", LargeBinary, nullable=False),  # of what it held before the last commit that changed it
    Column("content", LargeBinary, nullable=False),
)
"""Every part of a cell keeps its size, so that SQLite writes a new content to where the old one was."""
