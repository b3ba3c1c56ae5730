"""Actions, and the notes of their progress.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0022"
down_revision = "0021"
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
        "actions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("owner_role", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_actions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_actions")),
    )
    op.create_index("ix_actions_review_on", "actions", ["organisation_id", "review_on"])
    op.create_table(
        "action_notes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("author_role", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_action_notes_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "action_id"],
            ["actions.organisation_id", "actions.id"],
            name=op.f("fk_action_notes_organisation_id_action_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_action_notes")),
    )
    op.create_index(
        "ix_action_notes_action_id", "action_notes", ["organisation_id", "action_id", "id"]
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in ("actions", "action_notes"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
    # An action is dropped, never deleted, and a note of its progress stays as it was written.
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON actions TO {role}")
    op.execute(f"GRANT SELECT, INSERT ON action_notes TO {role}")


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("action_notes")
    op.drop_table("actions")
