"""Let what a release writes refer to nothing row by row.

A release writes millions of comparisons. Looking two keys up for each took longer than everything
else together; the organisation and the release of each lie in the places that were frozen first,
which do refer to them, and only the role that makes releases writes any of these.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("benchmark_audiences", "benchmark_comparisons")
KEYS = (
    ("organisation_id", "organisations", "id"),
    ("release_number", "benchmark_releases", "number"),
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        for column, _, _ in KEYS:
            op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        for column, target, key in KEYS:
            op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], [key])
