"""The marks of the two newest commits: by them database and heads know that both are of the same moment."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table with its one row: no commit was marked yet."""
    op.create_table(
        "marks",
        sa.Column("newest", sa.LargeBinary, nullable=False),
        sa.Column("before", sa.LargeBinary, nullable=False),
    )
    op.execute("INSERT INTO marks (newest, before) VALUES (zeroblob(16), zeroblob(16))")
    op.execute("PRAGMA user_version = 3")
