"""Find free texts by the ids that the desk knows them by, without stopping those who write.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        # One that did not get its lock left an index behind that is not used.
        drop()
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_answers_text_id ON answers"
            " (organisation_id,"
            " (CAST(md5(CAST(response_id AS TEXT) || CAST(question_id AS TEXT)) AS UUID)))"
            " WHERE text IS NOT NULL OR other_text IS NOT NULL"
        )
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    """Undo the change."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        drop()
        op.execute("RESET lock_timeout")


def drop() -> None:
    """Drop the index, if there is one."""
    op.drop_index("ix_answers_text_id", "answers", postgresql_concurrently=True, if_exists=True)
