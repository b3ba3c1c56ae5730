"""Keep failures to sign in until the logs of the account's owner tell them.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TIMES = ("failed_at", "limited_at")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    # No foreign key: checking one would take time for accounts that exist, and only then.
    op.add_column("sign_in_attempts", sa.Column("person_id", sa.Uuid(), nullable=True))
    for name in TIMES:
        op.add_column(
            "sign_in_attempts", sa.Column(name, sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in reversed(("person_id", *TIMES)):
        op.drop_column("sign_in_attempts", name)
