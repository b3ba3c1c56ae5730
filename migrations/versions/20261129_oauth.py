"""What the OAuth server keeps: keys, grants, codes, refresh tokens, revoked access tokens.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import application_role_name

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
TENANT_TABLES = ("access_grants", "authorization_codes", "denied_tokens", "refresh_tokens")


def protect() -> None:
    """Put every table behind forced row-level security and grant the application what it needs."""
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in (*TENANT_TABLES, "signing_keys"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")
    for table in TENANT_TABLES:
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
    op.execute(f"CREATE POLICY operator ON signing_keys FOR ALL USING ({OPERATOR})")


def _moment(name: str, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _organisation(table: str) -> tuple["sa.Column[object]", sa.ForeignKeyConstraint]:
    return (
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
    )


def _redeemable(table: str, hash_column: str, *columns: "sa.Column[object]") -> None:
    """Make the table of something that is redeemed once for tokens of a grant."""
    op.create_table(
        table,
        *_organisation(table),
        sa.Column(hash_column, sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        *columns,
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "grant_id"],
            ["access_grants.organisation_id", "access_grants.id"],
            name=op.f(f"fk_{table}_organisation_id_grant_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", hash_column, name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_grant_id", table, ["organisation_id", "grant_id"])


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public_key", postgresql.JSONB(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        _moment("active_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "access_grants",
        *_organisation("access_grants"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("integration_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "integration_id"],
            ["integrations.organisation_id", "integrations.id"],
            name=op.f("fk_access_grants_organisation_id_integration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_access_grants_person_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_access_grants")),
    )
    op.create_index("ix_access_grants_person_id", "access_grants", ["person_id"])
    op.create_index(
        "ix_access_grants_integration_id", "access_grants", ["organisation_id", "integration_id"]
    )
    _redeemable(
        "authorization_codes",
        "code_hash",
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.Text(), nullable=False),
    )
    _redeemable("refresh_tokens", "token_hash", _moment("created_at"))
    op.create_table(
        "denied_tokens",
        *_organisation("denied_tokens"),
        sa.Column("token_id", sa.Text(), nullable=False),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("organisation_id", "token_id", name=op.f("pk_denied_tokens")),
    )
    protect()


def downgrade() -> None:
    """Undo the change."""
    for table in (
        "denied_tokens",
        "refresh_tokens",
        "authorization_codes",
        "access_grants",
        "signing_keys",
    ):
        op.drop_table(table)
