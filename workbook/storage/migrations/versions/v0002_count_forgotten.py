"""An index of forgotten rows: the head of a log counts them without reading the whole log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index("rows_forgotten", "rows", ["log_id"], sqlite_where=sa.text("payload IS NULL"))
    op.execute("PRAGMA user_version = 2")
