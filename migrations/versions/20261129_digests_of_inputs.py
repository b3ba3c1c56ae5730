"""A digest of what came with an idempotency key, so that a key is not taken for another input.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change; keys from before have no digest, and are compared with nothing."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("idempotency_keys", sa.Column("input_digest", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Undo the change."""
    op.drop_column("idempotency_keys", "input_digest")
