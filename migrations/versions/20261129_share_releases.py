"""Freeze what a release is made of, make it metric by metric, and store it as numbers.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import application_role_name, benchmark_role_name

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
NUMBER = ("release_number", "benchmark_releases", "number")
ORGANISATION = ("organisation_id", "organisations", "id")
CONVERTED = (
    "benchmark_comparisons",
    "benchmark_audiences",
    "benchmark_members",
    "benchmark_releases",
    "organisations",
)
BANDS = "ARRAY['UNDER_5', 'FROM_5', 'FROM_10', 'FROM_20', 'FROM_50', 'FROM_100']"
QUANTILES = "ARRAY['p10', 'lower_quartile', 'median', 'upper_quartile', 'p90']"


def refers(table: str, to: tuple[str, str, str]) -> sa.ForeignKeyConstraint:
    """Return a foreign key of one column."""
    column, target, key = to
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=op.f(f"fk_{table}_{column}"))


def place() -> list[sa.Column[str]]:
    """Return the columns that say to which peer groups an organisation belongs."""
    return [
        sa.Column(name, sa.Text(), nullable=False) for name in ("industry", "size_band", "region")
    ]


def create() -> None:
    """Make the tables."""
    op.create_table(
        "benchmark_places",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        *place(),
        sa.Column("takes_part", sa.Boolean(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("observers", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        refers("benchmark_places", ORGANISATION),
        refers("benchmark_places", NUMBER),
        sa.PrimaryKeyConstraint(
            "organisation_id", "release_number", name=op.f("pk_benchmark_places")
        ),
    )
    op.create_table(
        "benchmark_audiences",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("audience", sa.LargeBinary(), nullable=False),
        *place(),
        sa.Column("families", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        refers("benchmark_audiences", ORGANISATION),
        refers("benchmark_audiences", NUMBER),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "release_number",
            "audience",
            name=op.f("pk_benchmark_audiences"),
        ),
    )
    op.create_table(
        "benchmark_partitions",
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("organisation_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("contributed_values", postgresql.ARRAY(sa.Double()), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("wording_hashes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("inputs_hash", sa.LargeBinary(), nullable=True),
        sa.Column("outcome_hash", sa.LargeBinary(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        refers("benchmark_partitions", NUMBER),
        sa.PrimaryKeyConstraint("release_number", "metric", name=op.f("pk_benchmark_partitions")),
    )
    op.create_table(
        "benchmark_groups",
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("peer_group", sa.Text(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("votes", postgresql.JSONB(), nullable=True),
        refers("benchmark_groups", NUMBER),
        sa.PrimaryKeyConstraint(
            "metric", "peer_group", "release_number", name=op.f("pk_benchmark_groups")
        ),
    )


def protect() -> None:
    """Put every table behind forced row-level security and grant each role what it needs."""
    quote = op.get_context().dialect.identifier_preparer.quote
    application, benchmark = quote(application_role_name()), quote(benchmark_role_name())
    for table, verbs in {
        "benchmark_audiences": "INSERT",
        "benchmark_groups": "SELECT, INSERT",
        "benchmark_partitions": "SELECT, INSERT",
        "benchmark_places": "SELECT, INSERT",
    }.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {verbs} ON {table} TO {benchmark}")
        op.execute(f"CREATE POLICY benchmark ON {table} FOR ALL TO {benchmark} USING (true)")
    for table in ("benchmark_audiences", "benchmark_places"):
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
        op.execute(f"GRANT SELECT ON {table} TO {application}")
    # What was begun is finished once; nobody changes anything of it afterwards.
    op.execute(
        "GRANT UPDATE (inputs_hash, outcome_hash, finished_at)"
        f" ON benchmark_partitions TO {benchmark}"
    )
    op.execute(
        "GRANT UPDATE (inputs_hash, outcome_hash, finished_at, released_at)"
        f" ON benchmark_releases TO {benchmark}"
    )
    for table in ("benchmark_partitions", "benchmark_releases"):
        op.execute(
            f"CREATE POLICY unfinished ON {table} AS RESTRICTIVE FOR UPDATE"
            f" TO {benchmark} USING (finished_at IS NULL) WITH CHECK (true)"
        )


def fill() -> None:
    """Say of what is there what the new columns say."""
    # The owner, too, is bound by what is forced; it must see every row to convert it.
    for table in CONVERTED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE benchmark_releases SET finished_at = released_at")
    op.execute("UPDATE organisations SET verified_on = created_at::date")
    op.execute("UPDATE benchmark_members SET verified_on = began_on")
    op.execute(
        f"""
        UPDATE benchmark_comparisons c SET
            quantiles = ARRAY(
                SELECT (e.entry -> q.name ->> 'value')::real
                FROM jsonb_array_elements(c.peer_groups) WITH ORDINALITY e(entry, at),
                     unnest({QUANTILES}) WITH ORDINALITY q(name, at)
                ORDER BY e.at, q.at),
            bands = ARRAY(
                SELECT (array_position({BANDS}, e.entry ->> 'contributors') - 1)::smallint
                FROM jsonb_array_elements(c.peer_groups) WITH ORDINALITY e(entry, at)
                ORDER BY e.at),
            standings = ARRAY(
                SELECT (e.entry -> 'standing' ->> 'part')::smallint
                FROM jsonb_array_elements(c.peer_groups) WITH ORDINALITY e(entry, at)
                ORDER BY e.at)
        """
    )
    op.execute(
        """
        INSERT INTO benchmark_audiences
            (organisation_id, release_number, audience, industry, size_band, region, families)
        SELECT DISTINCT ON (c.organisation_id, c.release_number, c.audience)
               c.organisation_id, c.release_number, c.audience, m.industry, m.size_band, m.region,
               ARRAY(SELECT decode(f, 'hex')
                     FROM jsonb_array_elements_text(c.peer_groups -> -1 -> 'coalition') f)
        FROM benchmark_comparisons c
        JOIN benchmark_members m ON m.organisation_id = c.organisation_id
        """
    )
    for table in CONVERTED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    create()
    op.add_column("organisations", sa.Column("verified_on", sa.Date(), nullable=True))
    op.add_column("benchmark_members", sa.Column("verified_on", sa.Date(), nullable=True))
    op.add_column("benchmark_members", sa.Column("erased_on", sa.Date(), nullable=True))
    op.add_column("benchmark_releases", sa.Column("outcome_hash", sa.Text(), nullable=True))
    op.add_column(
        "benchmark_releases",
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.alter_column("benchmark_comparisons", "peer_groups", server_default=sa.text("'[]'::jsonb"))
    for name, kind in (
        ("quantiles", sa.REAL()),
        ("bands", sa.SmallInteger()),
        ("standings", sa.SmallInteger()),
    ):
        op.add_column(
            "benchmark_comparisons", sa.Column(name, postgresql.ARRAY(kind), nullable=True)
        )
    protect()
    fill()


def downgrade() -> None:
    """Undo the change; what was released since is lost, for its figures have no older form."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("benchmark_groups")
    op.drop_table("benchmark_partitions")
    op.drop_table("benchmark_audiences")
    op.drop_table("benchmark_places")
    op.execute("ALTER TABLE benchmark_comparisons NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM benchmark_comparisons WHERE peer_groups = '[]'")
    op.execute("ALTER TABLE benchmark_comparisons FORCE ROW LEVEL SECURITY")
    op.alter_column("benchmark_comparisons", "peer_groups", server_default=None)
    for name in ("quantiles", "bands", "standings"):
        op.drop_column("benchmark_comparisons", name)
    op.execute("DROP POLICY unfinished ON benchmark_releases")
    benchmark = op.get_context().dialect.identifier_preparer.quote(benchmark_role_name())
    op.execute(
        "REVOKE UPDATE (inputs_hash, outcome_hash, finished_at, released_at)"
        f" ON benchmark_releases FROM {benchmark}"
    )
    for name in ("outcome_hash", "finished_at"):
        op.drop_column("benchmark_releases", name)
    for name in ("verified_on", "erased_on"):
        op.drop_column("benchmark_members", name)
    op.drop_column("organisations", "verified_on")
