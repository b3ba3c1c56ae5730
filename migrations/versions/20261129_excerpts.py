"""The moderation desk: excerpts, what is taken out of them, and who coded what.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.roles import application_role_name

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
TABLES = ("excerpts", "excerpt_redactions", "excerpt_codings")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "excerpts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("paraphrase", sa.Text(), nullable=True),
        sa.Column("shown_text", sa.Text(), nullable=True),
        sa.Column("edition_id", sa.Uuid(), nullable=True),
        sa.Column("cell_kind", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("is_suppressed", sa.Boolean(), nullable=False),
        sa.Column("steps", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_excerpts")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_excerpts_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "response_id", "question_id"],
            ["answers.organisation_id", "answers.response_id", "answers.question_id"],
            name=op.f("fk_excerpts_organisation_id_answers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "edition_id"],
            ["editions.organisation_id", "editions.id"],
            name=op.f("fk_excerpts_organisation_id_editions"),
        ),
    )
    op.create_index(
        op.f("ix_excerpts_response_id"),
        "excerpts",
        ["organisation_id", "response_id", "question_id"],
    )
    op.create_index(
        op.f("ix_excerpts_state"), "excerpts", ["organisation_id", "state", "edition_id"]
    )
    op.create_table(
        "excerpt_redactions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("excerpt_id", sa.Uuid(), nullable=False),
        sa.Column("of_text", sa.Text(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_excerpt_redactions")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_excerpt_redactions_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "excerpt_id"],
            ["excerpts.organisation_id", "excerpts.id"],
            name=op.f("fk_excerpt_redactions_organisation_id_excerpts"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        op.f("ix_excerpt_redactions_excerpt_id"),
        "excerpt_redactions",
        ["organisation_id", "excerpt_id"],
    )
    op.create_table(
        "excerpt_codings",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("excerpt_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "excerpt_id", "person_id", name=op.f("pk_excerpt_codings")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_excerpt_codings_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "excerpt_id"],
            ["excerpts.organisation_id", "excerpts.id"],
            name=op.f("fk_excerpt_codings_organisation_id_excerpts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_excerpt_codings_person_id")
        ),
    )
    application = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for name in TABLES:
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {name} FOR ALL USING ({IN_SCOPE})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {application}")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in reversed(TABLES):
        op.drop_table(name)
