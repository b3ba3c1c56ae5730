"""Seal the log in batches, and let an event name several subjects and the part of who acted.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("audit_events", sa.Column("actor_role", sa.Text(), nullable=True))
    op.add_column("audit_events", sa.Column("subjects", sa.ARRAY(sa.Uuid()), nullable=True))
    op.create_table(
        "audit_batches",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("event_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("event_digests", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_audit_batches_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_audit_batches")),
    )
    op.create_index("ix_audit_batches_sealed_at", "audit_batches", ["organisation_id", "sealed_at"])
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE audit_batches ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE audit_batches FORCE ROW LEVEL SECURITY")
    # Like the log itself it can be added to and read, and that is all.
    op.execute(f"GRANT SELECT, INSERT ON audit_batches TO {role}")
    op.execute(f"CREATE POLICY tenant ON audit_batches FOR ALL USING ({IN_SCOPE})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("audit_batches")
    op.drop_column("audit_events", "subjects")
    op.drop_column("audit_events", "actor_role")
