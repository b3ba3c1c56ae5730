"""How an organisation's editions are made: windows, dimension and raised minimums, as versions.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
# The floors of the rules, whoever writes.
FLOORS = {
    "minimum": 5,
    "distribution_minimum": 10,
    "response_rate_minimum": 20,
    "excerpt_respondents": 8,
    "excerpt_hidden": 5,
}


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "insight_settings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("window_months", sa.SmallInteger(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FLOORS),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_insight_settings_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_insight_settings")),
        sa.CheckConstraint(
            "window_months IN (3, 6, 12)", name=op.f("ck_insight_settings_window_months")
        ),
        sa.CheckConstraint(
            "dimension IN ('DEPARTMENT', 'LOCATION')", name=op.f("ck_insight_settings_dimension")
        ),
        *(
            sa.CheckConstraint(f"{name} >= {floor}", name=op.f(f"ck_insight_settings_{name}"))
            for name, floor in FLOORS.items()
        ),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE insight_settings ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE insight_settings FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON insight_settings FOR ALL USING ({IN_SCOPE})")
    # What was in force stays known: versions are added and never changed.
    op.execute(f"GRANT SELECT, INSERT ON insight_settings TO {role}")
    op.add_column(
        "responses",
        sa.Column("dimension", sa.Text(), server_default="DEPARTMENT", nullable=False),
    )
    # An edition itself cannot say that it was published below the floors, either.
    for name in ("minimum", "distribution_minimum", "response_rate_minimum"):
        op.execute(
            f"ALTER TABLE editions ADD CONSTRAINT ck_editions_{name}"
            f" CHECK ((rules ->> '{name}')::int >= {FLOORS[name]}) NOT VALID"
        )


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("response_rate_minimum", "distribution_minimum", "minimum"):
        op.execute(f"ALTER TABLE editions DROP CONSTRAINT ck_editions_{name}")
    op.drop_column("responses", "dimension")
    op.drop_table("insight_settings")
