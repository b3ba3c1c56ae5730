"""When candidates are written to, what the mails say, which came back, and who wants none.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import application_role_name

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
# What a mail said stays; the application can add texts and read them.
TABLES = {
    "invitation_settings": "SELECT, INSERT, UPDATE, DELETE",
    "invitation_texts": "SELECT, INSERT",
    "invitation_mails": "SELECT, INSERT, UPDATE, DELETE",
    "written_addresses": "SELECT, INSERT, UPDATE, DELETE",
}


def _organisation(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    return (
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
    )


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "invitation_settings",
        *_organisation("invitation_settings"),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delay_hours", sa.Integer(), nullable=False),
        sa.Column("reminder_days", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_to", sa.SmallInteger(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_invitation_settings")),
    )
    op.create_table(
        "invitation_texts",
        *_organisation("invitation_texts"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_invitation_texts")),
    )
    op.create_table(
        "invitation_mails",
        *_organisation("invitation_mails"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("texts_number", sa.Integer(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("bounced_on", sa.Date(), nullable=True),
        sa.Column("bounce_status", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "interview_id"],
            ["interviews.organisation_id", "interviews.id"],
            name=op.f("fk_invitation_mails_organisation_id_interview_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_invitation_mails")),
        sa.UniqueConstraint(
            "organisation_id",
            "interview_id",
            "number",
            name=op.f("uq_invitation_mails_organisation_id_interview_id_number"),
        ),
    )
    op.create_table(
        "written_addresses",
        *_organisation("written_addresses"),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("invited_on", sa.Date(), nullable=True),
        sa.Column("opted_out_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint(
            "organisation_id", "address_key", name=op.f("pk_written_addresses")
        ),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table, verbs in TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {verbs} ON {table} TO {role}")
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
    op.add_column("candidates", sa.Column("time_zone", sa.Text(), nullable=True))
    op.add_column("interviews", sa.Column("invite_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("interviews", sa.Column("held", sa.Text(), nullable=True))
    op.add_column(
        "invitations",
        sa.Column("is_undeliverable", sa.Boolean(), server_default="false", nullable=False),
    )


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("invitations", "is_undeliverable")
    op.drop_column("interviews", "held")
    op.drop_column("interviews", "invite_at")
    op.drop_column("candidates", "time_zone")
    for table in reversed(TABLES):
        op.drop_table(table)
