"""Who may do what: the only table of roles and permissions, and the only check of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self
from uuid import UUID

from tenants.errors import Forbidden
from tenants.permissions import (
    MEMBER_ROLES,
    PEOPLE_ROLES,
    AuditArea,
    Permission,
    Reach,
    Role,
)
from tenants.reasons import Audience

__all__ = [
    "MEMBER_ROLES",
    "NOTHING",
    "PEOPLE_ROLES",
    "ROLE_TABLE",
    "AuditArea",
    "Part",
    "Permission",
    "Reach",
    "Role",
    "Viewer",
    "ViewerKind",
    "part_of",
    "require",
    "require_firm",
    "require_operating",
    "require_operator",
]


@dataclass(frozen=True, slots=True)
class Part:
    """One role's line of the table: what it may do, and which rows it sees.

    Attributes:
        permissions: What may be done and seen at all.
        cases: Requisitions, offers and interviews as rows.
        counts: Offers and interviews as numbers.
        candidates: Whose identity.
        responses: Whose answers as rows; never an ANONYMOUS one's.
        audiences: The questions whose answers and figures are read.
        excerpts: The excerpts that are read, by their audience.
        segments: Which departments' (or locations') cells of an edition.
        audit: The events of the log.
    """

    permissions: frozenset[Permission]
    cases: Reach = Reach.NONE
    counts: Reach = Reach.NONE
    candidates: Reach = Reach.NONE
    responses: Reach = Reach.NONE
    audiences: frozenset[Audience] = frozenset()
    excerpts: frozenset[Audience] = frozenset()
    segments: Reach = Reach.NONE
    audit: frozenset[AuditArea] = frozenset()


_P = Permission
_CASES = {_P.REQUISITION_READ, _P.OFFER_COUNT, _P.OFFER_READ, _P.INTERVIEW_COUNT, _P.INTERVIEW_READ}
_FINDINGS = {_P.INSIGHTS_READ, _P.EXCERPT_READ}
_FIGURES = {*_FINDINGS, _P.BENCHMARK_READ, _P.ACTION_READ}
_OWN_ACTIONS = {_P.ACTION_READ, _P.ACTION_NOTE}
_TEXTS = {_P.QUESTIONNAIRE_READ, _P.CODEBOOK_READ}
_CASE_WORK = {_P.OFFER_RECORD, _P.INTERVIEW_OPEN, _P.INTERVIEW_INVITE}
_WATCHING = {_P.INTAKE_READ, _P.JOB_READ, _P.AUDIT_READ}
_ENGAGEMENT = {_P.ENGAGEMENT_READ, _P.ENGAGEMENT_MANAGE}
# What setting up an organisation takes; the demo, imports and commands do it as a job.
_SET_UP = {
    *_ENGAGEMENT,
    _P.ORGANISATION_CREATE,
    _P.MEMBER_MANAGE,
    _P.INTEGRATION_MANAGE,
    _P.IDENTITY_PROVIDER_MANAGE,
    _P.QUESTIONNAIRE_EDIT,
    _P.QUESTIONNAIRE_PUBLISH,
    _P.BENCHMARK_JOIN,
}
_HR_AUDIENCES = frozenset({Audience.HR, Audience.ORGANISATION})

ROLE_TABLE: Mapping[Role, Part] = MappingProxyType(
    {
        Role.CONSULTANT: Part(
            frozenset(
                {
                    *_CASES,
                    *_CASE_WORK,
                    *_FIGURES,
                    _P.ACTION_WRITE,
                    _P.ACTION_NOTE,
                    *_ENGAGEMENT,
                    _P.ORGANISATION_READ,
                    _P.INTERVIEW_OUTCOME_READ,
                    _P.CANDIDATE_READ,
                    _P.RESPONSE_READ,
                    _P.RESPONSE_KEY_IN,
                    *_TEXTS,
                    _P.QUESTIONNAIRE_EDIT,
                    _P.QUESTIONNAIRE_PUBLISH,
                    _P.CODEBOOK_EDIT,
                    _P.LIBRARY_READ,
                    _P.EXCERPT_MODERATE,
                    *_WATCHING,
                }
            ),
            cases=Reach.ALL,
            counts=Reach.ALL,
            candidates=Reach.ALL,
            responses=Reach.IDENTIFIED,
            audiences=frozenset(Audience),
            excerpts=frozenset(Audience),
            segments=Reach.ALL,
            audit=frozenset({AuditArea.CASE, AuditArea.RESPONSE, AuditArea.ENGAGEMENT}),
        ),
        Role.HR: Part(
            frozenset(
                {
                    *_CASES,
                    *_CASE_WORK,
                    *_FIGURES,
                    _P.ACTION_WRITE,
                    _P.ACTION_NOTE,
                    *_ENGAGEMENT,
                    _P.ORGANISATION_READ,
                    _P.REQUISITION_ASSIGN,
                    _P.INTERVIEW_ASSIGN,
                    _P.CANDIDATE_READ,
                    _P.RESPONSE_READ,
                    *_TEXTS,
                    _P.QUESTIONNAIRE_EDIT,
                    # Without an engagement; with one the firm publishes, and the verb says so.
                    _P.QUESTIONNAIRE_PUBLISH,
                    _P.BENCHMARK_JOIN,
                    _P.MEMBER_READ,
                    _P.MEMBER_MANAGE,
                    _P.INTEGRATION_READ,
                    _P.INTEGRATION_MANAGE,
                    _P.IDENTITY_PROVIDER_MANAGE,
                    *_WATCHING,
                }
            ),
            cases=Reach.ALL,
            counts=Reach.ALL,
            candidates=Reach.ATTRIBUTED,
            responses=Reach.ATTRIBUTED,
            audiences=_HR_AUDIENCES,
            excerpts=_HR_AUDIENCES,
            segments=Reach.ALL,
            # Whether somebody answered is no business of theirs, and the log does not tell them.
            audit=frozenset({AuditArea.CASE, AuditArea.ENGAGEMENT, AuditArea.ADMINISTRATION}),
        ),
        Role.HIRING_MANAGER: Part(
            # Noting of what hiring managers see to, which the verb looks at.
            frozenset({*_CASES, *_TEXTS, *_FINDINGS, *_OWN_ACTIONS, _P.ORGANISATION_READ}),
            cases=Reach.OWN,
            counts=Reach.OWN,
            audiences=frozenset({Audience.HIRING_MANAGER, Audience.ORGANISATION}),
            excerpts=frozenset({Audience.HIRING_MANAGER}),
            segments=Reach.OWN,
        ),
        Role.LEADERSHIP: Part(
            frozenset(
                {
                    *_FIGURES,
                    _P.ORGANISATION_READ,
                    _P.OFFER_COUNT,
                    _P.INTERVIEW_COUNT,
                    *_TEXTS,
                }
            ),
            counts=Reach.ALL,
            audiences=frozenset({Audience.ORGANISATION}),
            excerpts=frozenset({Audience.ORGANISATION}),
        ),
        Role.INDEPENDENT_ADMINISTRATOR: Part(
            frozenset(
                {
                    *_CASES,
                    _P.ORGANISATION_READ,
                    # No outcome: until there is one there is none to see, afterwards they may not.
                    _P.CANDIDATE_READ,
                    _P.RESPONSE_KEY_IN,
                    *_TEXTS,
                    # While no firm serves the organisation; the desk says so.
                    _P.EXCERPT_MODERATE,
                }
            ),
            cases=Reach.ASSIGNED,
            counts=Reach.ASSIGNED,
            candidates=Reach.ASSIGNED,
        ),
        Role.FIRM_ADMINISTRATOR: Part(
            frozenset(
                {
                    *_ENGAGEMENT,
                    _P.ORGANISATION_READ,
                    _P.ORGANISATION_CREATE,
                    _P.LIBRARY_READ,
                    _P.LIBRARY_KEEP,
                }
            )
        ),
        # At most this; the scopes of its token narrow it.
        Role.INTEGRATION: Part(
            frozenset(
                {
                    *_CASES,
                    *_CASE_WORK,
                    *_FIGURES,
                    _P.ORGANISATION_READ,
                    _P.CANDIDATE_READ,
                    _P.RESPONSE_READ,
                    *_TEXTS,
                }
            ),
            cases=Reach.ALL,
            counts=Reach.ALL,
            candidates=Reach.ATTRIBUTED,
            responses=Reach.ATTRIBUTED,
            audiences=_HR_AUDIENCES,
            excerpts=_HR_AUDIENCES,
            segments=Reach.ALL,
        ),
        Role.CANDIDATE: Part(frozenset({_P.RESPONSE_SUBMIT})),
        Role.INVITEE: Part(frozenset({_P.MEMBER_JOIN})),
        Role.INTAKE: Part(
            frozenset({_P.INTAKE_POST, _P.OFFER_RECORD, _P.INTERVIEW_OPEN}),
            cases=Reach.ALL,
            counts=Reach.ALL,
            candidates=Reach.ALL,
        ),
        Role.JOB: Part(
            frozenset(
                {
                    *_CASE_WORK,
                    *_SET_UP,
                    _P.INTERVIEW_CLOSE,
                    _P.RESPONSE_FLUSH,
                    _P.RESPONSE_IMPORT,
                    _P.INSIGHTS_PUBLISH,
                    _P.BENCHMARK_CONTRIBUTE,
                    _P.AUDIT_SEAL,
                    _P.DIGEST_SEND,
                    _P.EVENT_TRIM,
                }
            ),
            cases=Reach.ALL,
            counts=Reach.ALL,
            candidates=Reach.ALL,
        ),
        # What may be known of an integration to decide whether it, or its token, is good.
        Role.AUTHORIZATION_SERVER: Part(frozenset({_P.TOKEN_ISSUE})),
        Role.OPERATOR: Part(frozenset({_P.BENCHMARK_RELEASE})),
    }
)
NOTHING: Final = Part(frozenset())


def part_of(role: Role | None) -> Part:
    """Return a role's line of the table; for no role one that grants nothing."""
    return NOTHING if role is None else ROLE_TABLE[role]


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
        firms: The firms that a person belongs to: FIRM_ADMINISTRATOR or CONSULTANT of each.
        scopes: What a token narrows its holder to; None for no narrowing.
        token_hash: While somebody signs in: what the identity tables are scoped to.
        mail_number: Which of an invitation's mails the candidate came by.
        operates: Whether a person operates the installation, which is a part in no organisation.
    """

    kind: ViewerKind = ViewerKind.NOBODY
    id: UUID | None = None
    name: str | None = None
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    token_hash: bytes | None = None
    mail_number: int = 0
    firms: Mapping[UUID, Role] = field(default_factory=dict)
    scopes: frozenset[Permission] | None = None
    operates: bool = False

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

    def grants(self, role: Role | None, permission: Permission) -> bool:
        """Return whether a role that the viewer holds grants a permission to this viewer."""
        narrowed = self.scopes is not None and permission not in self.scopes
        return not narrowed and permission in part_of(role).permissions

    def may(self, permission: Permission, organisation_id: UUID) -> bool:
        """Return whether the role held there grants the permission."""
        return self.grants(self.roles.get(organisation_id), permission)

    def operates_with(self, permission: Permission) -> bool:
        """Return whether the viewer is a person whose operating the installation grants it."""
        return self.grants(Role.OPERATOR if self.operates else None, permission)

    def permissions_in(self, organisation_id: UUID) -> frozenset[Permission]:
        """Return everything that the viewer may do and see in an organisation."""
        return frozenset(one for one in Permission if self.may(one, organisation_id))

    def organisations_with(self, permission: Permission) -> list[UUID]:
        """Return the organisations in which the permission is granted."""
        return [key for key in self.roles if self.may(permission, key)]


def require(viewer: Viewer, permission: Permission, organisation_id: UUID) -> None:
    """Return only if the viewer's role in the organisation grants the permission.

    Raises:
        Forbidden: The role is absent or does not grant it.
    """
    if not viewer.may(permission, organisation_id):
        message = f"Your role does not include {permission.value}."
        raise Forbidden(message)


def require_operator(viewer: Viewer) -> None:
    """Return only if the viewer runs the installation.

    Raises:
        Forbidden: It does not.
    """
    if viewer.kind is not ViewerKind.OPERATOR:
        message = "Only the operator of the installation may do this."
        raise Forbidden(message)


def require_operating(viewer: Viewer, permission: Permission) -> None:
    """Return only if the viewer is somebody who operates the installation and may do this.

    Raises:
        Forbidden: It is not.
    """
    if not viewer.operates_with(permission):
        message = "Only an operator of the installation may do this."
        raise Forbidden(message)


def require_firm(viewer: Viewer, firm_id: UUID | None) -> None:
    """Return only if the viewer administers the firm; raise Forbidden otherwise.

    A token that is narrowed to other things does not.
    """
    role = None if firm_id is None else viewer.firms.get(firm_id)
    if not viewer.grants(role, Permission.ORGANISATION_CREATE):
        message = "Only an administrator of the firm may do this."
        raise Forbidden(message)
