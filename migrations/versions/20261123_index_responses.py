"""Find the responses that an edition counts, without stopping those who write.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        # One that did not get its lock left an index behind that is not used.
        drop()
        op.create_index(
            "ix_responses_edition_id",
            "responses",
            ["organisation_id", "edition_id", "submitted_month"],
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
    """Drop the index, if there is one."""
    op.drop_index(
        "ix_responses_edition_id", "responses", postgresql_concurrently=True, if_exists=True
    )
