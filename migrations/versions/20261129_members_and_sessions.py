"""Sessions that live while they are used, and invitations to become a member.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
# Not by the presented token: a policy of this table that reads this table would never end.
OWN = "person_id = (select nullif(current_setting('app.person', true), '')::uuid)"


def protect() -> None:
    """Put the table behind forced row-level security; let people see and end their sessions."""
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE member_invitations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE member_invitations FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON member_invitations TO {role}")
    op.execute(f"CREATE POLICY tenant ON member_invitations FOR ALL USING ({IN_SCOPE})")
    op.execute(f"CREATE POLICY own ON access_tokens FOR SELECT USING ({OWN})")
    op.execute(f"CREATE POLICY own_end ON access_tokens FOR DELETE USING ({OWN})")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "member_invitations",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("mail_number", sa.SmallInteger(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_member_invitations_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["people.id"], name=op.f("fk_member_invitations_invited_by")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["people.id"], name=op.f("fk_member_invitations_accepted_by")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_member_invitations")),
    )
    op.create_index(
        "uq_member_invitations_organisation_id_email",
        "member_invitations",
        ["organisation_id", "email"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.add_column("access_tokens", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_tokens", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_tokens", sa.Column("user_agent", sa.Text(), nullable=True))
    op.add_column(
        "memberships", sa.Column("role_changed_at", sa.DateTime(timezone=True), nullable=True)
    )
    protect()


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP POLICY own_end ON access_tokens")
    op.execute("DROP POLICY own ON access_tokens")
    op.drop_column("memberships", "role_changed_at")
    op.drop_column("access_tokens", "user_agent")
    op.drop_column("access_tokens", "used_at")
    op.drop_column("access_tokens", "ends_at")
    op.drop_table("member_invitations")
