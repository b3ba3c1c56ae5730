"""Documents that an organisation's clients registered, to be sent by their digest.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "trusted_documents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_trusted_documents_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "digest", "client", name=op.f("pk_trusted_documents")
        ),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE trusted_documents ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE trusted_documents FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON trusted_documents TO {role}")
    op.execute(f"CREATE POLICY tenant ON trusted_documents FOR ALL USING ({IN_SCOPE})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("trusted_documents")
