"""Invitations to work for a firm, and its administrators' hold on who does.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
FIRMS = "(select nullif(current_setting('app.firms', true), '')::uuid[])::uuid[]"
ADMINISTERED = f"coalesce(firm_id = any ({FIRMS}), false)"
# A mail that invites into a firm is the one job that belongs to no organisation and is a person's.
MAIL = (
    f"organisation_id is null and name = 'firms.invite' and coalesce(cardinality({FIRMS}), 0) > 0"
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "firm_invitations",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("mail_number", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firms.id"], name=op.f("fk_firm_invitations_firm_id")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["people.id"], name=op.f("fk_firm_invitations_accepted_by")
        ),
        sa.PrimaryKeyConstraint("firm_id", "id", name=op.f("pk_firm_invitations")),
    )
    op.create_index(
        "uq_firm_invitations_firm_id_email",
        "firm_invitations",
        ["firm_id", "email"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.add_column(
        "firm_members", sa.Column("role_changed_at", sa.DateTime(timezone=True), nullable=True)
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute("ALTER TABLE firm_invitations ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE firm_invitations FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON firm_invitations TO {role}")
    op.execute(f"CREATE POLICY firm ON firm_invitations FOR ALL USING ({ADMINISTERED})")
    op.execute(f"CREATE POLICY operator ON firm_invitations FOR ALL USING ({OPERATOR})")
    op.execute(f"CREATE POLICY managed ON firm_members FOR UPDATE USING ({ADMINISTERED})")
    op.execute(f"CREATE POLICY leaving ON firm_members FOR DELETE USING ({ADMINISTERED})")
    op.execute(f"CREATE POLICY invited ON jobs FOR INSERT WITH CHECK ({MAIL})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP POLICY invited ON jobs")
    op.execute("DROP POLICY leaving ON firm_members")
    op.execute("DROP POLICY managed ON firm_members")
    op.drop_column("firm_members", "role_changed_at")
    op.drop_table("firm_invitations")
