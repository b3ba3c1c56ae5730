"""Let drafts be written anew, and keep published versions as they are.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import application_role_name

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Restrictive: they hold beside the tenant's own. A published version may be retired; nothing else
# of a version may change, and only a draft may go, to be written anew or not at all.
POLICIES = (
    ("retired", "UPDATE", "USING (state = 'PUBLISHED') WITH CHECK (state = 'RETIRED')"),
    ("discarded", "DELETE", "USING (state = 'DRAFT')"),
)


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "questionnaire_versions",
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
    )
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    op.execute(f"REVOKE UPDATE ON questionnaire_versions FROM {role}")
    op.execute(f"GRANT UPDATE (state) ON questionnaire_versions TO {role}")
    op.execute(f"REVOKE UPDATE, DELETE ON questions FROM {role}")
    for name, command, condition in POLICIES:
        op.execute(
            f"CREATE POLICY {name} ON questionnaire_versions AS RESTRICTIVE"
            f" FOR {command} {condition}"
        )


def downgrade() -> None:
    """Undo the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for name, _, _ in POLICIES:
        op.execute(f"DROP POLICY {name} ON questionnaire_versions")
    op.execute(f"GRANT UPDATE, DELETE ON questions TO {role}")
    op.execute(f"REVOKE UPDATE (state) ON questionnaire_versions FROM {role}")
    op.execute(f"GRANT UPDATE ON questionnaire_versions TO {role}")
    op.drop_column("questionnaire_versions", "revision")
