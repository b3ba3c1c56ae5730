"""Who may do what: the only table of roles and permissions, and the only check of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self
from uuid import UUID

from tenants.errors import Forbidden


class Permission(StrEnum):
    """One thing that can be done or seen, as ``resource:action``."""

    ORGANISATION_READ = "organisation:read"
    REQUISITION_READ = "requisition:read"
    REQUISITION_ASSIGN = "requisition:assign"
    OFFER_COUNT = "offer:count"
    OFFER_READ = "offer:read"
    OFFER_RECORD = "offer:record"
    INTERVIEW_COUNT = "interview:count"
    INTERVIEW_READ = "interview:read"
    INTERVIEW_OPEN = "interview:open"
    INTERVIEW_INVITE = "interview:invite"
    INTERVIEW_OUTCOME_READ = "interview:read_outcome"
    INTERVIEW_CLOSE = "interview:close"
    CANDIDATE_READ = "candidate:read"
    RESPONSE_READ = "response:read"
    RESPONSE_SUBMIT = "response:submit"
    RESPONSE_FLUSH = "response:flush"
    RESPONSE_IMPORT = "response:import"
    INSIGHTS_READ = "insights:read"
    INSIGHTS_PUBLISH = "insights:publish"
    BENCHMARK_READ = "benchmark:read"
    BENCHMARK_CONTRIBUTE = "benchmark:contribute"
    QUESTIONNAIRE_READ = "questionnaire:read"
    MEMBER_READ = "member:read"
    INTAKE_READ = "intake:read"
    INTAKE_POST = "intake:post"
    JOB_READ = "job:read"


class Role(StrEnum):
    """The part that a viewer plays in one organisation.

    The first four are people's and are shown by the API; the others are parts that a link, an
    intake token or the worker plays.
    """

    CONSULTANT = "CONSULTANT"
    HR = "HR"
    HIRING_MANAGER = "HIRING_MANAGER"
    LEADERSHIP = "LEADERSHIP"
    CANDIDATE = "CANDIDATE"
    INTAKE = "INTAKE"
    JOB = "JOB"


PEOPLE_ROLES = (Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP)

_P = Permission
_LISTS = {_P.REQUISITION_READ, _P.OFFER_COUNT, _P.OFFER_READ, _P.INTERVIEW_COUNT, _P.INTERVIEW_READ}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.CONSULTANT: frozenset(
            {
                *_LISTS,
                _P.ORGANISATION_READ,
                _P.OFFER_RECORD,
                _P.INTERVIEW_OPEN,
                _P.INTERVIEW_INVITE,
                _P.INTERVIEW_OUTCOME_READ,
                _P.CANDIDATE_READ,
                _P.RESPONSE_READ,
                _P.QUESTIONNAIRE_READ,
                _P.INTAKE_READ,
                _P.JOB_READ,
                _P.INSIGHTS_READ,
                _P.BENCHMARK_READ,
            }
        ),
        Role.HR: frozenset(
            {
                *_LISTS,
                _P.ORGANISATION_READ,
                _P.REQUISITION_ASSIGN,
                _P.OFFER_RECORD,
                _P.INTERVIEW_OPEN,
                _P.INTERVIEW_INVITE,
                _P.CANDIDATE_READ,
                _P.RESPONSE_READ,
                _P.QUESTIONNAIRE_READ,
                _P.MEMBER_READ,
                _P.INTAKE_READ,
                _P.JOB_READ,
                _P.INSIGHTS_READ,
                _P.BENCHMARK_READ,
            }
        ),
        Role.HIRING_MANAGER: frozenset(
            {*_LISTS, _P.ORGANISATION_READ, _P.QUESTIONNAIRE_READ, _P.INSIGHTS_READ}
        ),
        Role.LEADERSHIP: frozenset(
            {
                _P.ORGANISATION_READ,
                _P.OFFER_COUNT,
                _P.INTERVIEW_COUNT,
                _P.QUESTIONNAIRE_READ,
                _P.INSIGHTS_READ,
                _P.BENCHMARK_READ,
            }
        ),
        Role.CANDIDATE: frozenset({_P.RESPONSE_SUBMIT}),
        Role.INTAKE: frozenset({_P.INTAKE_POST, _P.OFFER_RECORD, _P.INTERVIEW_OPEN}),
        Role.JOB: frozenset(
            {
                _P.OFFER_RECORD,
                _P.INTERVIEW_OPEN,
                _P.INTERVIEW_INVITE,
                _P.INTERVIEW_CLOSE,
                _P.RESPONSE_FLUSH,
                _P.RESPONSE_IMPORT,
                _P.INSIGHTS_PUBLISH,
                _P.BENCHMARK_CONTRIBUTE,
            }
        ),
    }
)


class ViewerKind(StrEnum):
    """What sort of principal a transaction runs for."""

    NOBODY = "NOBODY"
    PERSON = "PERSON"
    INTEGRATION = "INTEGRATION"
    CANDIDATE = "CANDIDATE"
    JOB = "JOB"
    OPERATOR = "OPERATOR"
    BENCHMARK = "BENCHMARK"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The authenticated principal on whose behalf a transaction runs.

    Attributes:
        kind: What sort of principal.
        id: Person, integration or invitation; None for nobody, jobs and the operator.
        name: How to address a person.
        roles: The role held in each organisation in scope. Nothing outside it can be read.
        token_hash: While somebody signs in: what the identity tables are scoped to.
        mail_number: Which of an invitation's mails the candidate came by.
    """

    kind: ViewerKind = ViewerKind.NOBODY
    id: UUID | None = None
    name: str | None = None
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    token_hash: bytes | None = None
    mail_number: int = 0

    @classmethod
    def job(cls, organisation_id: UUID) -> Self:
        """Return the viewer of a job of one organisation, which sees that organisation only."""
        return cls(ViewerKind.JOB, roles={organisation_id: Role.JOB})

    @classmethod
    def operator(cls) -> Self:
        """Return the viewer that runs the installation and sees no tenant's content."""
        return cls(ViewerKind.OPERATOR)

    @classmethod
    def benchmark(cls) -> Self:
        """Return the viewer that makes releases: it reads contributions and nothing else."""
        return cls(ViewerKind.BENCHMARK)

    def role_in(self, organisation_id: UUID) -> Role | None:
        """Return the role held in an organisation, or None outside the scope."""
        return self.roles.get(organisation_id)

    def may(self, permission: Permission, organisation_id: UUID) -> bool:
        """Return whether the role held there grants the permission."""
        role = self.roles.get(organisation_id)
        return role is not None and permission in ROLE_PERMISSIONS[role]

    def organisations_with(self, permission: Permission) -> list[UUID]:
        """Return the organisations in which the permission is granted."""
        return [key for key, role in self.roles.items() if permission in ROLE_PERMISSIONS[role]]


def require(viewer: Viewer, permission: Permission, organisation_id: UUID) -> None:
    """Return only if the viewer's role in the organisation grants the permission.

    Raises:
        Forbidden: The role is absent or does not grant it.
    """
    if not viewer.may(permission, organisation_id):
        message = f"Your role does not include {permission.value}."
        raise Forbidden(message)
