"""Let an edition mark a year's responses in place: no key and no index that each row changes.

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        op.drop_index(
            "ix_responses_edition_id", "responses", postgresql_concurrently=True, if_exists=True
        )
        op.execute("RESET lock_timeout")
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint("fk_responses_organisation_id_edition_id", "responses", type_="foreignkey")
    op.execute("ALTER TABLE responses SET (fillfactor = 60)")


def downgrade() -> None:
    """Undo the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        op.create_index(
            "ix_responses_edition_id",
            "responses",
            ["organisation_id", "edition_id", "submitted_month"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.execute("RESET lock_timeout")
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE responses RESET (fillfactor)")
    op.create_foreign_key(
        "fk_responses_organisation_id_edition_id",
        "responses",
        "editions",
        ["organisation_id", "edition_id"],
        ["organisation_id", "id"],
        postgresql_not_valid=True,
    )
