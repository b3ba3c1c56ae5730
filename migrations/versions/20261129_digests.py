"""Who wants digests by mail, and which were sent to whom.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "digest_wishes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_digest_wishes_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digest_wishes_person_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_digest_wishes")),
    )
    op.create_table(
        "digest_mails",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(edition_id, review_on) = 1", name=op.f("ck_digest_mails_one_occasion")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_digest_mails_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "edition_id"],
            ["editions.organisation_id", "editions.id"],
            name=op.f("fk_digest_mails_organisation_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digest_mails_person_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_digest_mails")),
        sa.UniqueConstraint(
            "organisation_id",
            "person_id",
            "occasion",
            name=op.f("uq_digest_mails_organisation_id_person_id_occasion"),
        ),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in ("digest_wishes", "digest_mails"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("digest_mails")
    op.drop_table("digest_wishes")
