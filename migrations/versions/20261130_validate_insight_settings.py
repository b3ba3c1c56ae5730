"""Check that no edition was published below the floors, without stopping those who write.

Revision ID: 0037
Revises: 0036
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("minimum", "distribution_minimum", "response_rate_minimum"):
        op.execute(f"ALTER TABLE editions VALIDATE CONSTRAINT ck_editions_{name}")


def downgrade() -> None:
    """Undo the change: nothing, a constraint that holds does no harm."""
