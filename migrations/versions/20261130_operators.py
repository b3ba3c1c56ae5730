"""People who operate the installation, and the log of what is done to it.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

PRESENTED = "decode(nullif(current_setting('app.token', true), ''), 'hex')"
PERSON = (
    "(select coalesce(nullif(current_setting('app.person', true), '')::uuid,"
    " (select t.person_id from access_tokens t"
    f" where t.token_hash = {PRESENTED} and t.expires_at > now())))"
)
OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
OPERATES = f"exists (select from operators o where o.person_id = {PERSON})"
# Of the jobs that belong to no organisation this one alone: others carry mails.
RELEASES = f"organisation_id is null and name = 'benchmarks.release' and {OPERATES}"

POLICIES = (
    ("operators", "operator", "ALL", f"USING ({OPERATOR})"),
    ("operators", "own", "SELECT", f"USING (person_id = {PERSON})"),
    ("installation_events", "operator", "ALL", f"USING ({OPERATOR})"),
    ("installation_events", "own", "INSERT", f"WITH CHECK (actor_id = {PERSON} and {OPERATES})"),
    ("jobs", "operates", "SELECT", f"USING ({RELEASES})"),
    ("jobs", "releases", "INSERT", f"WITH CHECK ({RELEASES})"),
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "operators",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_operators_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_operators")),
    )
    op.create_table(
        "installation_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation_events")),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table, verbs in (
        ("operators", "SELECT, INSERT, DELETE"),
        ("installation_events", "SELECT, INSERT"),
    ):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {verbs} ON {table} TO {role}")
    for table, name, command, condition in POLICIES:
        op.execute(f"CREATE POLICY {name} ON {table} FOR {command} {condition}")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP POLICY releases ON jobs")
    op.execute("DROP POLICY operates ON jobs")
    op.drop_table("installation_events")
    op.drop_table("operators")
