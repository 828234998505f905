"""Open a store of the first schema, and be killed at one statement of its migration."""

import os
import signal
from pathlib import Path

import alembic.command
import alembic.config  # noqa: F401 - loaded before the fork
from sqlalchemy import event

import workbook.storage.migrations.versions.v0002_count_forgotten
import workbook.storage.migrations.versions.v0003_marks_of_commits  # noqa: F401 - loaded before the fork
from tests.proofs._writing import KEY
from workbook.storage import connections, migrate
from workbook.storage.sqlcipher import FILE_NAME


def migrate_until_killed(folder: Path, fatal: int, *, after: bool, unsafe: bool) -> None:
    """Run the migration; die at statement ``fatal``, before it or after it. ``unsafe``: no transaction."""
    engine = connections.writing_engine(folder / FILE_NAME, KEY)
    if unsafe:
        engine = connections._engine(folder / FILE_NAME, KEY, pool_size=1, begin="SELECT 1")
    seen = [0]

    def count(*_: object) -> None:
        seen[0] += 1
        if seen[0] == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute" if after else "before_cursor_execute", count)
    migrate.migrate(engine)
    (folder / "migrated").write_text(str(seen[0]))
