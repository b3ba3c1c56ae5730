"""Leave room on each page for a second version of every response on it, so that no index changes.

Revision ID: 0039
Revises: 0038
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE responses SET (fillfactor = 45)")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE responses SET (fillfactor = 60)")
