"""What organisations say of the themes of the codebook.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.roles import application_role_name

revision = "0021"
down_revision = "0020"
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
        "themes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("labels", JSONB(), nullable=False),
        sa.Column("descriptions", JSONB(), nullable=False),
        sa.Column("controllability", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_themes")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_themes_organisation_id")
        ),
        sa.UniqueConstraint("organisation_id", "code", name=op.f("uq_themes_organisation_id_code")),
    )
    application = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE themes ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE themes FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON themes FOR ALL USING ({IN_SCOPE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON themes TO {application}")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("themes")
