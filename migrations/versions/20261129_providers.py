"""OpenID providers of organisations and firms, and who is who there.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import application_role_name

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
# Which memberships and firms those are, their own policies say: the person's who signs in.
OWN = (
    "organisation_id in (select m.organisation_id from memberships m)"
    " or firm_id in (select f.firm_id from firm_members f)"
)
ADMINISTERED = (
    "coalesce(firm_id = any ("
    "(select nullif(current_setting('app.firms', true), '')::uuid[])::uuid[]), false)"
)
POLICIES = (
    ("identity_providers", "tenant", "ALL", IN_SCOPE),
    ("identity_providers", "own", "SELECT", OWN),
    ("identity_providers", "firm", "ALL", ADMINISTERED),
    ("identity_providers", "operator", "SELECT", OPERATOR),
    ("identities", "operator", "ALL", OPERATOR),
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "identity_providers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("firm_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.Column("email_domains", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(organisation_id, firm_id) = 1",
            name=op.f("ck_identity_providers_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_identity_providers_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id"], ["firms.id"], name=op.f("fk_identity_providers_firm_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_providers")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_identity_providers_organisation_id")),
        sa.UniqueConstraint("firm_id", name=op.f("uq_identity_providers_firm_id")),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_identities_person_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index("ix_identities_person_id", "identities", ["person_id"], unique=False)
    op.add_column(
        "access_tokens", sa.Column("provider_ids", postgresql.ARRAY(sa.Uuid()), nullable=True)
    )
    op.add_column("access_tokens", sa.Column("with_password", sa.Boolean(), nullable=True))
    op.add_column("access_tokens", sa.Column("id_token", sa.LargeBinary(), nullable=True))
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in ("identity_providers", "identities"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")
    for table, name, command, condition in POLICIES:
        op.execute(f"CREATE POLICY {name} ON {table} FOR {command} USING ({condition})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("access_tokens", "id_token")
    op.drop_column("access_tokens", "with_password")
    op.drop_column("access_tokens", "provider_ids")
    op.drop_table("identities")
    op.drop_table("identity_providers")
