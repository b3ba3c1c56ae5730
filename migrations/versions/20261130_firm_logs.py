"""A log for each firm, sealed like an organisation's.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
# As in 0011: the firms that the viewer administers.
ADMINISTERED = (
    "coalesce(firm_id = any ("
    "(select nullif(current_setting('app.firms', true), '')::uuid[])::uuid[]), false)"
)
# As in 0023: those that the viewer belongs to, in whichever part.
OWN_FIRM = (
    "firm_id in (select f.firm_id from firm_members f"
    " where f.person_id = nullif(current_setting('app.person', true), '')::uuid)"
)
ADDING = f"({ADMINISTERED} or {OWN_FIRM})"
TABLES = ("firm_audit_subjects", "firm_audit_events", "firm_audit_batches")


def create_table(name: str, *columns: sa.Column[object], key: str) -> None:
    """Make a table whose rows belong to one firm."""
    op.create_table(
        name,
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name=op.f(f"fk_{name}_firm_id")),
        sa.PrimaryKeyConstraint("firm_id", key, name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_table(
        "firm_audit_subjects",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        key="subject_id",
    )
    create_table(
        "firm_audit_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.Text(), nullable=True),
        sa.Column("subjects", sa.ARRAY(sa.Uuid()), nullable=True),
        key="id",
    )
    create_table(
        "firm_audit_batches",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("event_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("event_digests", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        key="number",
    )
    op.create_index("ix_firm_audit_events_at", "firm_audit_events", ["firm_id", "at", "id"])
    op.create_index(
        "ix_firm_audit_batches_sealed_at", "firm_audit_batches", ["firm_id", "sealed_at"]
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # A log is added to and read; a subject's token can be forgotten, for which it is there.
        kept = ", DELETE" if table == "firm_audit_subjects" else ""
        op.execute(f"GRANT SELECT, INSERT{kept} ON {table} TO {role}")
        # Who seals, and tells of those who were not let in.
        op.execute(f"CREATE POLICY operator ON {table} FOR ALL USING ({OPERATOR})")
    op.execute(f"CREATE POLICY administered ON firm_audit_events FOR SELECT USING ({ADMINISTERED})")
    # Consultants add to the log and do not read it; what they add speaks by the record's token.
    op.execute(f"CREATE POLICY added ON firm_audit_events FOR INSERT WITH CHECK ({ADDING})")
    op.execute(f"CREATE POLICY named ON firm_audit_subjects FOR SELECT USING ({ADDING})")
    op.execute(f"CREATE POLICY added ON firm_audit_subjects FOR INSERT WITH CHECK ({ADDING})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(TABLES):
        op.drop_table(table)
