"""Read a page of a list by day from an index, instead of sorting the whole list for it.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# By name: the table, and the day of the order.
INDEXES = {
    "ix_interviews_day_invited": ("interviews", "invited_on"),
    "ix_offers_day_extended": ("offers", "extended_on"),
}


def upgrade() -> None:
    """Apply the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        # One that did not get its lock left an index behind that is not used.
        drop()
        for name, (table, day) in INDEXES.items():
            op.create_index(
                name,
                table,
                ["organisation_id", sa.text(f"COALESCE({day}, '0001-01-01'::date)"), "id"],
                postgresql_concurrently=True,
                if_not_exists=True,
            )
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    """Undo the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        drop()
        op.execute("RESET lock_timeout")


def drop() -> None:
    """Drop the indexes, if they are there."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
