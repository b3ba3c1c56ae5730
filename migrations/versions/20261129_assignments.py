"""Let somebody of another department ask about an offer.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "independent_administrators",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "offer_id"],
            ["offers.organisation_id", "offers.id"],
            name=op.f("fk_independent_administrators_organisation_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_independent_administrators_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_independent_administrators_person_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "offer_id", name=op.f("pk_independent_administrators")
        ),
    )
    op.create_index(
        "ix_independent_administrators_person_id",
        "independent_administrators",
        ["organisation_id", "person_id"],
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE independent_administrators ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE independent_administrators FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON independent_administrators TO {role}")
    op.execute(f"CREATE POLICY tenant ON independent_administrators FOR ALL USING ({IN_SCOPE})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("independent_administrators")
