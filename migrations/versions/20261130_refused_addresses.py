"""Remember addresses to which nobody shall write because the third party was told so.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("written_addresses", sa.Column("refused_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("written_addresses", "refused_on")
