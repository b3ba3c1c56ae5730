"""Monthly counts of offers, typed in where no applicant-tracking system tells.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0010"
down_revision = "0009"
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
        "monthly_counts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("declined", sa.Integer(), nullable=False),
        sa.Column("lapsed", sa.Integer(), nullable=False),
        sa.Column("reneged", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_monthly_counts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_monthly_counts_organisation_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id", "month", name=op.f("uq_monthly_counts_organisation_id_month")
        ),
    )
    application = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE monthly_counts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE monthly_counts FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON monthly_counts FOR ALL USING ({IN_SCOPE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON monthly_counts TO {application}")


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("monthly_counts")
