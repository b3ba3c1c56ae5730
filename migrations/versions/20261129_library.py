"""Firms' libraries, and what was pushed from them to organisations.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from migrations.roles import application_role_name

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# As in 0001: unset, empty, {} and {NULL} give no rows.
IN_SCOPE = (
    "coalesce(organisation_id = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
# As in 0011: the firms that the viewer administers.
ADMINISTERED = (
    "coalesce(firm_id = any ("
    "(select nullif(current_setting('app.firms', true), '')::uuid[])::uuid[]), false)"
)
# Those that the viewer belongs to, in whichever part.
OWN_FIRM = (
    "firm_id in (select f.firm_id from firm_members f"
    " where f.person_id = nullif(current_setting('app.person', true), '')::uuid)"
)
OF_FIRMS = ("library_templates", "library_template_versions", "library_themes")
OF_ORGANISATIONS = ("library_pushes", "pushed_themes")
# What is a log is added to and never changed.
GRANTED = {
    "library_templates": "SELECT, INSERT, UPDATE, DELETE",
    "library_template_versions": "SELECT, INSERT",
    "library_themes": "SELECT, INSERT",
    "library_pushes": "SELECT, INSERT",
    "pushed_themes": "SELECT, INSERT, UPDATE, DELETE",
}


def refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to a table's id."""
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def said_of_a_theme() -> list[sa.Column[object]]:
    """Return the columns that say something of a theme."""
    return [
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("labels", JSONB(), nullable=False),
        sa.Column("descriptions", JSONB(), nullable=False),
        sa.Column("controllability", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.Column("is_retired", sa.Boolean(), nullable=True),
    ]


def saved() -> list[sa.Column[object]]:
    """Return the columns that say who saved a row of the library, and when."""
    return [
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
    ]


def create_library() -> None:
    """Make the firms' tables."""
    op.create_table(
        "library_templates",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        refers("library_templates", "firm_id", "firms"),
        sa.PrimaryKeyConstraint("firm_id", "id", name=op.f("pk_library_templates")),
        sa.UniqueConstraint("firm_id", "code", name=op.f("uq_library_templates_firm_id_code")),
    )
    op.create_table(
        "library_template_versions",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *saved(),
        refers("library_template_versions", "firm_id", "firms"),
        refers("library_template_versions", "saved_by", "people"),
        sa.ForeignKeyConstraint(
            ["firm_id", "template_id"],
            ["library_templates.firm_id", "library_templates.id"],
            name=op.f("fk_library_template_versions_firm_id_template_id"),
        ),
        sa.PrimaryKeyConstraint(
            "firm_id", "template_id", "number", name=op.f("pk_library_template_versions")
        ),
    )
    op.create_table(
        "library_themes",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *said_of_a_theme(),
        *saved(),
        refers("library_themes", "firm_id", "firms"),
        refers("library_themes", "saved_by", "people"),
        sa.PrimaryKeyConstraint("firm_id", "id", name=op.f("pk_library_themes")),
    )
    op.create_index("ix_library_themes_firm_id_code", "library_themes", ["firm_id", "code", "id"])


def create_pushes() -> None:
    """Make the organisations' tables."""
    op.create_table(
        "library_pushes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("firm_name", sa.Text(), nullable=False),
        sa.Column("pushed_by", sa.Uuid(), nullable=False),
        sa.Column("pushed_by_name", sa.Text(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("template_name", sa.Text(), nullable=True),
        sa.Column("template_number", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=True),
        refers("library_pushes", "organisation_id", "organisations"),
        refers("library_pushes", "firm_id", "firms"),
        refers("library_pushes", "pushed_by", "people"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "questionnaire_id"],
            ["questionnaires.organisation_id", "questionnaires.id"],
            name=op.f("fk_library_pushes_organisation_id_questionnaire_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_library_pushes")),
    )
    op.create_table(
        "pushed_themes",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *said_of_a_theme(),
        refers("pushed_themes", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_pushed_themes")),
        sa.UniqueConstraint(
            "organisation_id", "code", name=op.f("uq_pushed_themes_organisation_id_code")
        ),
    )


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    create_library()
    create_pushes()
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table, privileges in GRANTED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {privileges} ON {table} TO {role}")
    for table in OF_ORGANISATIONS:
        op.execute(f"CREATE POLICY tenant ON {table} FOR ALL USING ({IN_SCOPE})")
    for table in OF_FIRMS:
        op.execute(f"CREATE POLICY administered ON {table} FOR ALL USING ({ADMINISTERED})")
        op.execute(f"CREATE POLICY own_firm ON {table} FOR SELECT USING ({OWN_FIRM})")


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed((*OF_FIRMS, *OF_ORGANISATIONS)):
        op.drop_table(table)
