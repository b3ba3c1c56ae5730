"""The words for what can be done, and how far somebody sees; who may, `tenants.access` says."""

from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """One thing that can be done or seen, as ``resource:action``."""

    ORGANISATION_READ = "organisation:read"
    ORGANISATION_CREATE = "organisation:create"
    REQUISITION_READ = "requisition:read"
    REQUISITION_ASSIGN = "requisition:assign"
    OFFER_COUNT = "offer:count"
    OFFER_READ = "offer:read"
    OFFER_RECORD = "offer:record"
    INTERVIEW_COUNT = "interview:count"
    INTERVIEW_READ = "interview:read"
    INTERVIEW_OPEN = "interview:open"
    INTERVIEW_ASSIGN = "interview:assign"
    INTERVIEW_INVITE = "interview:invite"
    INTERVIEW_OUTCOME_READ = "interview:read_outcome"
    INTERVIEW_CLOSE = "interview:close"
    CANDIDATE_READ = "candidate:read"
    RESPONSE_READ = "response:read"
    RESPONSE_KEY_IN = "response:key_in"
    RESPONSE_SUBMIT = "response:submit"
    RESPONSE_FLUSH = "response:flush"
    RESPONSE_IMPORT = "response:import"
    INSIGHTS_READ = "insights:read"
    INSIGHTS_PUBLISH = "insights:publish"
    BENCHMARK_READ = "benchmark:read"
    BENCHMARK_JOIN = "benchmark:join"
    BENCHMARK_CONTRIBUTE = "benchmark:contribute"
    BENCHMARK_RELEASE = "benchmark:release"
    ACTION_READ = "action:read"
    ACTION_WRITE = "action:write"
    ACTION_NOTE = "action:note"
    DIGEST_SEND = "digest:send"
    QUESTIONNAIRE_READ = "questionnaire:read"
    QUESTIONNAIRE_EDIT = "questionnaire:edit"
    QUESTIONNAIRE_PUBLISH = "questionnaire:publish"
    CODEBOOK_READ = "codebook:read"
    CODEBOOK_EDIT = "codebook:edit"
    LIBRARY_READ = "library:read"
    LIBRARY_KEEP = "library:keep"
    EXCERPT_READ = "excerpt:read"
    EXCERPT_MODERATE = "excerpt:moderate"
    MEMBER_READ = "member:read"
    MEMBER_MANAGE = "member:manage"
    MEMBER_JOIN = "member:join"
    ENGAGEMENT_READ = "engagement:read"
    ENGAGEMENT_MANAGE = "engagement:manage"
    INTEGRATION_READ = "integration:read"
    INTEGRATION_MANAGE = "integration:manage"
    IDENTITY_PROVIDER_MANAGE = "identity_provider:manage"
    TOKEN_ISSUE = "token:issue"  # noqa: S105 - the name of a permission, not a secret.
    INTAKE_READ = "intake:read"
    INTAKE_POST = "intake:post"
    JOB_READ = "job:read"
    EVENT_TRIM = "event:trim"
    AUDIT_READ = "audit:read"
    AUDIT_SEAL = "audit:seal"


class Reach(StrEnum):
    """Which rows of a kind a role sees.

    ALL of the organisation; IDENTIFIED: what was answered ATTRIBUTED or CONFIDENTIAL; ATTRIBUTED:
    what was answered by name; OWN: of requisitions that the viewer hires for; ASSIGNED: of
    interviews that the viewer holds, until they are answered; NONE.
    """

    ALL = "ALL"
    IDENTIFIED = "IDENTIFIED"
    ATTRIBUTED = "ATTRIBUTED"
    OWN = "OWN"
    ASSIGNED = "ASSIGNED"
    NONE = "NONE"


class AuditArea(StrEnum):
    """What an event of the log is about, which decides who may read it."""

    CASE = "CASE"
    RESPONSE = "RESPONSE"
    ENGAGEMENT = "ENGAGEMENT"
    ADMINISTRATION = "ADMINISTRATION"


class Role(StrEnum):
    """The part that a viewer plays in one organisation.

    Those of `PEOPLE_ROLES` are people's; the others are parts that a machine, a link, an intake
    token, the worker, the OAuth server or whoever runs the installation plays.
    """

    CONSULTANT = "CONSULTANT"
    HR = "HR"
    HIRING_MANAGER = "HIRING_MANAGER"
    LEADERSHIP = "LEADERSHIP"
    INDEPENDENT_ADMINISTRATOR = "INDEPENDENT_ADMINISTRATOR"
    FIRM_ADMINISTRATOR = "FIRM_ADMINISTRATOR"
    INTEGRATION = "INTEGRATION"
    CANDIDATE = "CANDIDATE"
    INTAKE = "INTAKE"
    JOB = "JOB"
    OPERATOR = "OPERATOR"
    INVITEE = "INVITEE"
    AUTHORIZATION_SERVER = "AUTHORIZATION_SERVER"


# What an organisation makes somebody; the other parts of people come from their firm.
MEMBER_ROLES: Final = (
    Role.HR,
    Role.HIRING_MANAGER,
    Role.LEADERSHIP,
    Role.INDEPENDENT_ADMINISTRATOR,
)
PEOPLE_ROLES: Final = (Role.CONSULTANT, *MEMBER_ROLES, Role.FIRM_ADMINISTRATOR)
