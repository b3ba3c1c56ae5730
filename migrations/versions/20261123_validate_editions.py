"""Check what responses say of editions, without stopping those who write.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE responses VALIDATE CONSTRAINT fk_responses_organisation_id_edition_id")


def downgrade() -> None:
    """Undo the change: nothing, a constraint that holds does no harm."""
