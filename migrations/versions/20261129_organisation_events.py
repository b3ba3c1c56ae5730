"""The outbox of each organisation, for those who watch it.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
# The sweep ends jobs of any organisation whose workers have died of them, and says so.
OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
TABLES = ("event_places", "organisation_events")


def protect() -> None:
    """Put every table behind forced row-level security and grant the application what it needs."""
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
        op.execute(f"CREATE POLICY operator ON {table} FOR ALL USING ({OPERATOR})")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "event_places",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_event_places_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_event_places")),
    )
    op.create_table(
        "organisation_events",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("release_number", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_events_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "place", name=op.f("pk_organisation_events")),
    )
    protect()


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("organisation_events")
    op.drop_table("event_places")
