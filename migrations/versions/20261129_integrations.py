"""Integrations that ask, beside those that post: scopes, redirect addresses, rotation, removal.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENTS = ("previous_secret_ends_at", "disabled_at", "deleted_at")
_LISTS = ("scopes", "redirect_uris")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in _MOMENTS:
        op.add_column("integrations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("integrations", sa.Column("previous_secret", sa.LargeBinary(), nullable=True))
    for name in _LISTS:
        # A constant default rewrites nothing, and the release before this one leaves it to it.
        op.add_column(
            "integrations",
            sa.Column(name, sa.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        )


def downgrade() -> None:
    """Undo the change; the release before this one knows nothing of integrations that ask."""
    op.execute("DELETE FROM integrations WHERE kind <> 'GREENHOUSE'")
    for name in (*_MOMENTS, *_LISTS, "previous_secret"):
        op.drop_column("integrations", name)
