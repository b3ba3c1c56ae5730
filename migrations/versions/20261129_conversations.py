"""Hold interviews by phone and video: plans, attempts, what was keyed in and with which consent.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
TABLES = ("conversations", "contact_attempts", "keyed_responses")


def _tenant(table: str) -> list[sa.ForeignKeyConstraint]:
    """Return what the column of the organisation refers to."""
    return [
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id")),
    ]


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "conversations",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("preferred_times", sa.Text(), nullable=True),
        sa.Column("no_interview_reason", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "organisation_id",
            "interview_id",
            name=op.f("uq_conversations_organisation_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "interview_id"],
            ["interviews.organisation_id", "interviews.id"],
            name=op.f("fk_conversations_organisation_id_interview_id"),
        ),
        *_tenant("conversations"),
    )
    op.create_index("ix_conversations_state", "conversations", ["organisation_id", "state", "id"])
    op.create_table(
        "contact_attempts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_contact_attempts")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "conversation_id"],
            ["conversations.organisation_id", "conversations.id"],
            name=op.f("fk_contact_attempts_organisation_id_conversation_id"),
            ondelete="CASCADE",
        ),
        *_tenant("contact_attempts"),
    )
    op.create_index(
        "ix_contact_attempts_conversation_id",
        "contact_attempts",
        ["organisation_id", "conversation_id"],
    )
    op.create_table(
        "keyed_responses",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "response_id", name=op.f("pk_keyed_responses")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "response_id"],
            ["responses.organisation_id", "responses.id"],
            name=op.f("fk_keyed_responses_organisation_id_response_id"),
            ondelete="CASCADE",
        ),
        *_tenant("keyed_responses"),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(TABLES):
        op.drop_table(table)
