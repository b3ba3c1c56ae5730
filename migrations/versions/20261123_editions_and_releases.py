"""Editions of insights, contributions and releases of the benchmark.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import application_role_name, benchmark_role_name

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
TENANT_TABLES = (
    "benchmark_comparisons",
    "benchmark_consents",
    "benchmark_members",
    "benchmark_observers",
    "contributions",
    "edition_cells",
    "editions",
)
# What the benchmark role may do, and all that it may do.
BENCHMARK = {
    "benchmark_comparisons": "INSERT",
    "benchmark_consents": "SELECT",
    "benchmark_members": "SELECT",
    "benchmark_observers": "SELECT",
    "benchmark_releases": "SELECT, INSERT",
    "contributions": "SELECT",
}


def protect() -> None:
    """Put every table behind forced row-level security and grant each role what it needs."""
    quote = op.get_context().dialect.identifier_preparer.quote
    application, benchmark = quote(application_role_name()), quote(benchmark_role_name())
    for table in (*TENANT_TABLES, "benchmark_releases"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in TENANT_TABLES:
        # What was compared is the release's to write.
        released = table == "benchmark_comparisons"
        verbs = "SELECT" if released else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {verbs} ON {table} TO {application}")
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
    # A release says when it was made and by which rules; its figures lie with each organisation.
    op.execute(f"GRANT SELECT ON benchmark_releases TO {application}")
    op.execute("CREATE POLICY everyone ON benchmark_releases FOR SELECT USING (true)")
    for table, verbs in BENCHMARK.items():
        op.execute(f"GRANT {verbs} ON {table} TO {benchmark}")
        op.execute(f"CREATE POLICY benchmark ON {table} FOR ALL TO {benchmark} USING (true)")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")

    op.create_table(
        "benchmark_releases",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("as_of_on", sa.Date(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_benchmark_releases")),
    )
    op.create_table(
        "benchmark_comparisons",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("audience", sa.LargeBinary(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("peer_groups", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_benchmark_comparisons_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["release_number"],
            ["benchmark_releases.number"],
            name=op.f("fk_benchmark_comparisons_release_number"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "release_number",
            "audience",
            "metric",
            name=op.f("pk_benchmark_comparisons"),
        ),
    )
    op.create_table(
        "benchmark_consents",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_benchmark_consents_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_benchmark_consents")),
    )
    op.create_table(
        "benchmark_members",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("size_band", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_benchmark_members_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_benchmark_members")),
    )
    op.create_table(
        "benchmark_observers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("observer_key", sa.LargeBinary(), nullable=False),
        sa.Column("seen_from_on", sa.Date(), nullable=False),
        sa.Column("seen_until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_benchmark_observers_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "observer_key", "seen_from_on", name=op.f("pk_benchmark_observers")
        ),
    )
    op.create_table(
        "contributions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("wording_hash", sa.Text(), nullable=True),
        sa.Column("contributed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_contributions_organisation_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "starts_on", "ends_on", "metric", name=op.f("pk_contributions")
        ),
    )
    op.create_table(
        "editions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_editions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_editions")),
        sa.UniqueConstraint(
            "organisation_id", "ends_on", name=op.f("uq_editions_organisation_id_ends_on")
        ),
    )
    op.create_table(
        "edition_cells",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("coverage", sa.Text(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "edition_id"],
            ["editions.organisation_id", "editions.id"],
            name=op.f("fk_edition_cells_organisation_id_edition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_edition_cells_organisation_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "edition_id", "kind", "segment", name=op.f("pk_edition_cells")
        ),
    )
    op.add_column("responses", sa.Column("edition_id", sa.Uuid(), nullable=True))
    op.add_column("responses", sa.Column("source", sa.Text(), nullable=True))
    # Checked in a step of its own, which lets others write meanwhile.
    op.create_foreign_key(
        op.f("fk_responses_organisation_id_edition_id"),
        "responses",
        "editions",
        ["organisation_id", "edition_id"],
        ["organisation_id", "id"],
        postgresql_not_valid=True,
    )
    protect()


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(
        op.f("fk_responses_organisation_id_edition_id"), "responses", type_="foreignkey"
    )
    op.drop_column("responses", "source")
    op.drop_column("responses", "edition_id")
    op.drop_table("edition_cells")
    op.drop_table("editions")
    op.drop_table("contributions")
    op.drop_table("benchmark_observers")
    op.drop_table("benchmark_members")
    op.drop_table("benchmark_consents")
    op.drop_table("benchmark_comparisons")
    op.drop_table("benchmark_releases")
