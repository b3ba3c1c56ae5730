"""Find the responses that an edition counts, without stopping those who write.

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
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_responses_edition_id",
            "responses",
            ["organisation_id", "edition_id", "submitted_month"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    """Undo the change."""
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_responses_edition_id",
            "responses",
            postgresql_concurrently=True,
            if_exists=True,
        )
