"""Let administrators of firms see their own people, engagements and nothing of the clients'.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The firms that the viewer administers; the sub-select keeps it from being looked at row by row.
ADMINISTERED = (
    "coalesce(firm_id = any ("
    "(select nullif(current_setting('app.firms', true), '')::uuid[])::uuid[]), false)"
)
# While somebody signs in, before it is known what they administer.
OWN_FIRMS = "firm_id in (select f.firm_id from firm_members f where f.role = 'ADMINISTRATOR')"

POLICIES = (
    ("firm_members", "administered", ADMINISTERED),
    ("people", "of_firm", "exists (select from firm_members m where m.person_id = people.id)"),
    ("engagements", "administered", OWN_FIRMS),
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("engagements", sa.Column("ended_by", sa.Text(), nullable=True))
    for table, name, condition in POLICIES:
        op.execute(f"CREATE POLICY {name} ON {table} FOR SELECT USING ({condition})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, name, _condition in reversed(POLICIES):
        op.execute(f"DROP POLICY {name} ON {table}")
    op.drop_column("engagements", "ended_by")
