"""Find the events of the log by their time, without stopping those who write.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        # One that did not get its lock left an index behind that is not used.
        drop()
        op.create_index(
            "ix_audit_events_at",
            "audit_events",
            ["organisation_id", "at", "id"],
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
        "ix_audit_events_at", "audit_events", postgresql_concurrently=True, if_exists=True
    )
