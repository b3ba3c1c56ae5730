"""The first tables, each behind row-level security.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import application_role_name

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# In the order of their making: each refers to earlier ones only.
CREATED = (
    "firms",
    "organisations",
    "people",
    "schedule",
    "access_tokens",
    "audit_events",
    "audit_subjects",
    "candidates",
    "engagements",
    "firm_members",
    "idempotency_keys",
    "integrations",
    "jobs",
    "memberships",
    "questionnaires",
    "requisitions",
    "applications",
    "engagement_consultants",
    "hiring_managers",
    "intake_events",
    "questionnaire_versions",
    "held_submissions",
    "offers",
    "questions",
    "interviews",
    "invitations",
    "responses",
    "answers",
    "drafts",
)

# Unset, empty, {} and {NULL} give no rows. The sub-select keeps the planner from looking at the
# setting row by row, which costs the right index (measured on PostgreSQL 15 and 18).
IN_SCOPE = (
    "coalesce({column} = any ("
    "(select nullif(current_setting('app.organisations', true), '')::uuid[])::uuid[]), false)"
)
PRESENTED = "decode(nullif(current_setting('app.token', true), ''), 'hex')"
PERSON = (
    "(select coalesce(nullif(current_setting('app.person', true), '')::uuid,"
    " (select t.person_id from access_tokens t"
    f" where t.token_hash = {PRESENTED} and t.expires_at > now())))"
)
OPERATOR = "(select coalesce(current_setting('app.operator', true) = 'on', false))"
SERVED = "exists (select from engagements e where e.firm_id = firms.id)"
COLLEAGUE = (
    "exists (select from memberships m where m.person_id = people.id)"
    " or exists (select from engagement_consultants c where c.person_id = people.id)"
    " or exists (select from hiring_managers h where h.person_id = people.id)"
)
NAMED = (
    "exists (select from engagement_consultants c"
    " where c.organisation_id = engagements.organisation_id"
    f" and c.engagement_id = engagements.id and c.person_id = {PERSON})"
)

TENANT_TABLES = (
    "answers",
    "applications",
    "audit_events",
    "audit_subjects",
    "candidates",
    "drafts",
    "engagement_consultants",
    "engagements",
    "held_submissions",
    "hiring_managers",
    "idempotency_keys",
    "intake_events",
    "integrations",
    "interviews",
    "invitations",
    "jobs",
    "memberships",
    "offers",
    "questionnaire_versions",
    "questionnaires",
    "questions",
    "requisitions",
    "responses",
)
IDENTITY_TABLES = ("access_tokens", "firm_members", "firms", "organisations", "people", "schedule")

# Table, policy, command, condition. Permissive policies of one table are joined by OR.
POLICIES = (
    *(
        (table, "tenant", "ALL", IN_SCOPE.format(column="organisation_id"))
        for table in TENANT_TABLES
    ),
    ("organisations", "tenant", "ALL", IN_SCOPE.format(column="id")),
    ("organisations", "operator", "SELECT", OPERATOR),
    ("memberships", "own", "SELECT", f"person_id = {PERSON}"),
    ("engagement_consultants", "own", "SELECT", f"person_id = {PERSON}"),
    ("engagements", "own", "SELECT", NAMED),
    ("jobs", "operator", "ALL", OPERATOR),
    ("schedule", "operator", "ALL", OPERATOR),
    ("people", "own", "SELECT", f"id = {PERSON}"),
    ("people", "colleague", "SELECT", COLLEAGUE),
    ("people", "operator", "ALL", OPERATOR),
    ("firms", "own", "SELECT", "id in (select f.firm_id from firm_members f)"),
    ("firms", "served", "SELECT", SERVED),
    ("firms", "operator", "ALL", OPERATOR),
    ("firm_members", "own", "SELECT", f"person_id = {PERSON}"),
    ("firm_members", "operator", "ALL", OPERATOR),
    ("access_tokens", "presented", "ALL", f"token_hash = {PRESENTED}"),
    ("access_tokens", "operator", "ALL", OPERATOR),
)


def protect() -> None:
    """Put every table behind forced row-level security and grant the application what it needs."""
    role = op.get_context().dialect.identifier_preparer.quote(application_role_name())
    for table in (*TENANT_TABLES, *IDENTITY_TABLES):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # The log can be added to and read, and that is all.
        verbs = "SELECT, INSERT" if table == "audit_events" else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {verbs} ON {table} TO {role}")
    for table, name, command, condition in POLICIES:
        op.execute(f"CREATE POLICY {name} ON {table} FOR {command} USING ({condition})")
    op.execute(f"GRANT SELECT ON alembic_version TO {role}")


def upgrade() -> None:
    """Apply the change."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "firms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firms")),
        sa.UniqueConstraint("slug", name=op.f("uq_firms_slug")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("size_band", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisations_slug")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "schedule",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_access_tokens_person_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_access_tokens")),
    )
    op.create_index("ix_access_tokens_person_id", "access_tokens", ["person_id"], unique=False)
    op.create_table(
        "audit_events",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_events_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_audit_events")),
    )
    op.create_table(
        "audit_subjects",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_audit_subjects_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "subject_id", name=op.f("pk_audit_subjects")),
    )
    op.create_table(
        "candidates",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_key", sa.LargeBinary(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("may_be_emailed", sa.Boolean(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "merged_into_id"],
            ["candidates.organisation_id", "candidates.id"],
            name=op.f("fk_candidates_organisation_id_merged_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_candidates_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_candidates")),
        sa.UniqueConstraint(
            "organisation_id",
            "external_key",
            name=op.f("uq_candidates_organisation_id_external_key"),
        ),
    )
    op.create_table(
        "engagements",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name=op.f("fk_engagements_firm_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_engagements_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_engagements")),
    )
    op.create_table(
        "firm_members",
        sa.Column("firm_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firms.id"], name=op.f("fk_firm_members_firm_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_firm_members_person_id")
        ),
        sa.PrimaryKeyConstraint("firm_id", "person_id", name=op.f("pk_firm_members")),
    )
    op.create_index("ix_firm_members_person_id", "firm_members", ["person_id"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("noun_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_idempotency_keys_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "operation", "key_hash", name=op.f("pk_idempotency_keys")
        ),
    )
    op.create_table(
        "integrations",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_integrations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_integrations")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_jobs_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING')"),
    )
    op.create_index("ix_jobs_organisation_id_id", "jobs", ["organisation_id", "id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("ats_user_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "person_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"], unique=False)
    op.create_table(
        "questionnaires",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_questionnaires_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_questionnaires")),
        sa.UniqueConstraint(
            "organisation_id", "code", name=op.f("uq_questionnaires_organisation_id_code")
        ),
    )
    op.create_table(
        "requisitions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_requisitions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_requisitions")),
        sa.UniqueConstraint(
            "organisation_id",
            "external_id",
            name=op.f("uq_requisitions_organisation_id_external_id"),
        ),
    )
    op.create_table(
        "applications",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("candidate_id", sa.Uuid(), nullable=True),
        sa.Column("requisition_id", sa.Uuid(), nullable=True),
        sa.Column("stated_reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("reasons_by_hand", sa.Boolean(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unhired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "candidate_id"],
            ["candidates.organisation_id", "candidates.id"],
            name=op.f("fk_applications_organisation_id_candidate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "requisition_id"],
            ["requisitions.organisation_id", "requisitions.id"],
            name=op.f("fk_applications_organisation_id_requisition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_applications_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_applications")),
        sa.UniqueConstraint(
            "organisation_id",
            "external_id",
            name=op.f("uq_applications_organisation_id_external_id"),
        ),
    )
    op.create_index(
        "ix_applications_candidate_id",
        "applications",
        ["organisation_id", "candidate_id"],
        unique=False,
    )
    op.create_table(
        "engagement_consultants",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("engagement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "engagement_id"],
            ["engagements.organisation_id", "engagements.id"],
            name=op.f("fk_engagement_consultants_organisation_id_engagement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_engagement_consultants_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_engagement_consultants_person_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "engagement_id", "person_id", name=op.f("pk_engagement_consultants")
        ),
    )
    op.create_index(
        "ix_engagement_consultants_person_id", "engagement_consultants", ["person_id"], unique=False
    )
    op.create_table(
        "hiring_managers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("requisition_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("ats_user_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "requisition_id"],
            ["requisitions.organisation_id", "requisitions.id"],
            name=op.f("fk_hiring_managers_organisation_id_requisition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_hiring_managers_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_hiring_managers")),
        sa.UniqueConstraint(
            "organisation_id",
            "requisition_id",
            "ats_user_id",
            name=op.f("uq_hiring_managers_organisation_id_requisition_id_ats_user_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "requisition_id",
            "person_id",
            name=op.f("uq_hiring_managers_organisation_id_requisition_id_person_id"),
        ),
    )
    op.create_index(
        "ix_hiring_managers_person_id",
        "hiring_managers",
        ["organisation_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "intake_events",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("integration_id", sa.Uuid(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("application_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "facts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "integration_id"],
            ["integrations.organisation_id", "integrations.id"],
            name=op.f("fk_intake_events_organisation_id_integration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_intake_events_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_intake_events")),
        sa.UniqueConstraint(
            "organisation_id",
            "integration_id",
            "event_key",
            name=op.f("uq_intake_events_organisation_id_integration_id_event_key"),
        ),
    )
    op.create_index(
        "ix_intake_events_application_id",
        "intake_events",
        ["organisation_id", "application_id"],
        unique=False,
    )
    op.create_index(
        "ix_intake_events_state", "intake_events", ["organisation_id", "state", "id"], unique=False
    )
    op.create_table(
        "questionnaire_versions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "questionnaire_id"],
            ["questionnaires.organisation_id", "questionnaires.id"],
            name=op.f("fk_questionnaire_versions_organisation_id_questionnaire_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_questionnaire_versions_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_questionnaire_versions")),
        sa.UniqueConstraint(
            "organisation_id",
            "questionnaire_id",
            "number",
            name=op.f("uq_questionnaire_versions_organisation_id_questionnaire_id_number"),
        ),
    )
    op.create_table(
        "held_submissions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_version_id", sa.Uuid(), nullable=False),
        sa.Column("held_month", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "questionnaire_version_id"],
            ["questionnaire_versions.organisation_id", "questionnaire_versions.id"],
            name=op.f("fk_held_submissions_organisation_id_questionnaire_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_held_submissions_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_held_submissions")),
    )
    op.create_table(
        "offers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("reported_status", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "application_id"],
            ["applications.organisation_id", "applications.id"],
            name=op.f("fk_offers_organisation_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_offers_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_offers")),
        sa.UniqueConstraint(
            "organisation_id",
            "application_id",
            name=op.f("uq_offers_organisation_id_application_id"),
        ),
    )
    op.create_index(
        "ix_offers_extended_on", "offers", ["organisation_id", "extended_on", "id"], unique=False
    )
    op.create_index(
        "ix_offers_resolved_at", "offers", ["organisation_id", "resolved_at", "id"], unique=False
    )
    op.create_table(
        "questions",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_version_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("wording", postgresql.JSONB(), nullable=False),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "questionnaire_version_id"],
            ["questionnaire_versions.organisation_id", "questionnaire_versions.id"],
            name=op.f("fk_questions_organisation_id_questionnaire_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_questions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_questions")),
        sa.UniqueConstraint(
            "organisation_id",
            "questionnaire_version_id",
            "code",
            name=op.f("uq_questions_organisation_id_questionnaire_version_id_code"),
        ),
    )
    op.create_table(
        "interviews",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_version_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("administrator", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "offer_id"],
            ["offers.organisation_id", "offers.id"],
            name=op.f("fk_interviews_organisation_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "questionnaire_version_id"],
            ["questionnaire_versions.organisation_id", "questionnaire_versions.id"],
            name=op.f("fk_interviews_organisation_id_questionnaire_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_interviews_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_interviews")),
        sa.UniqueConstraint(
            "organisation_id", "offer_id", name=op.f("uq_interviews_organisation_id_offer_id")
        ),
    )
    op.create_index(
        "ix_interviews_closes_on", "interviews", ["organisation_id", "closes_on"], unique=False
    )
    op.create_index(
        "ix_interviews_invited_on",
        "interviews",
        ["organisation_id", "invited_on", "id"],
        unique=False,
    )
    op.create_table(
        "invitations",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("mails", sa.SmallInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.Column("held_version_id", sa.Uuid(), nullable=True),
        sa.Column("retry_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "interview_id"],
            ["interviews.organisation_id", "interviews.id"],
            name=op.f("fk_invitations_organisation_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_invitations_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_invitations")),
        sa.UniqueConstraint(
            "organisation_id",
            "interview_id",
            name=op.f("uq_invitations_organisation_id_interview_id"),
        ),
    )
    op.create_table(
        "responses",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_version_id", sa.Uuid(), nullable=False),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column("submitted_month", sa.Date(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("receipt_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "interview_id"],
            ["interviews.organisation_id", "interviews.id"],
            name=op.f("fk_responses_organisation_id_interview_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "questionnaire_version_id"],
            ["questionnaire_versions.organisation_id", "questionnaire_versions.id"],
            name=op.f("fk_responses_organisation_id_questionnaire_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_responses_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_responses")),
        sa.UniqueConstraint(
            "organisation_id",
            "interview_id",
            name=op.f("uq_responses_organisation_id_interview_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id", "receipt_key", name=op.f("uq_responses_organisation_id_receipt_key")
        ),
    )
    op.create_table(
        "answers",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("do_not_quote", sa.Boolean(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.Column("choices", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("other_text", sa.Text(), nullable=True),
        sa.Column("scale", sa.SmallInteger(), nullable=True),
        sa.Column("number", sa.Numeric(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("ranking", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "matrix", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("boolean", sa.Boolean(), nullable=True),
        sa.Column("date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "question_id"],
            ["questions.organisation_id", "questions.id"],
            name=op.f("fk_answers_organisation_id_question_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "response_id"],
            ["responses.organisation_id", "responses.id"],
            name=op.f("fk_answers_organisation_id_response_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_answers_organisation_id")
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "response_id", "question_id", name=op.f("pk_answers")
        ),
    )
    op.create_table(
        "drafts",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invitation_id"],
            ["invitations.organisation_id", "invitations.id"],
            name=op.f("fk_drafts_organisation_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_drafts_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "invitation_id", name=op.f("pk_drafts")),
    )
    protect()


def downgrade() -> None:
    """Take the change back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, name, _command, _condition in POLICIES:
        op.execute(f"DROP POLICY {name} ON {table}")
    for name in reversed(CREATED):
        op.drop_table(name)
