"""What an OAuth token can be asked for: each scope with what it allows, in the only table of them.

A token never allows more than the role of whoever it stands for: a person's own, or for a machine
`Role.INTEGRATION`. A scope narrows; it grants nothing by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tenants.access import ROLE_TABLE, Permission, Role


class Scope(StrEnum):
    """The name of a capability, as OAuth spells it."""

    OFFERS_READ = "offers:read"
    OFFERS_WRITE = "offers:write"
    INTERVIEWS_READ = "interviews:read"
    INTERVIEWS_WRITE = "interviews:write"
    REQUISITIONS_WRITE = "requisitions:write"
    CANDIDATES_READ = "candidates:read"
    RESPONSES_READ = "responses:read"
    QUESTIONNAIRES_READ = "questionnaires:read"
    INSIGHTS_READ = "insights:read"
    ACTIONS_READ = "actions:read"
    ACTIONS_WRITE = "actions:write"
    EXCERPTS_READ = "excerpts:read"
    BENCHMARK_READ = "benchmark:read"
    MEMBERS_READ = "members:read"
    OPERATIONS_READ = "operations:read"


@dataclass(frozen=True, slots=True)
class Capability:
    """What a scope allows.

    Attributes:
        words: For whoever consents to it, in a sentence.
        permissions: What a token with it may do at most, `ORGANISATION_READ` apart.
    """

    words: str
    permissions: frozenset[Permission]


_P = Permission
_OFFERS = frozenset({_P.REQUISITION_READ, _P.OFFER_COUNT, _P.OFFER_READ})
_INTERVIEWS = _OFFERS | {_P.INTERVIEW_COUNT, _P.INTERVIEW_READ, _P.INTERVIEW_OUTCOME_READ}

SCOPES: Mapping[Scope, Capability] = MappingProxyType(
    {
        Scope.OFFERS_READ: Capability(
            "See job offers and their openings, what became of them and the reasons on record.",
            _OFFERS,
        ),
        Scope.OFFERS_WRITE: Capability(
            "Record job offers, or how many there were; a declined one may invite its candidate.",
            _OFFERS | {_P.OFFER_RECORD},
        ),
        Scope.INTERVIEWS_READ: Capability(
            "See interviews and where each stands, with the offers that they are about.",
            _INTERVIEWS,
        ),
        Scope.INTERVIEWS_WRITE: Capability(
            "Open interviews, and send invitations and reminders to candidates.",
            _INTERVIEWS | {_P.INTERVIEW_OPEN, _P.INTERVIEW_INVITE},
        ),
        Scope.REQUISITIONS_WRITE: Capability(
            "Say who hires for which opening.", _OFFERS | {_P.REQUISITION_ASSIGN}
        ),
        Scope.CANDIDATES_READ: Capability(
            "See the names and addresses of candidates, as far as they agreed to be known.",
            _INTERVIEWS | {_P.CANDIDATE_READ},
        ),
        Scope.RESPONSES_READ: Capability(
            "Read single responses of candidates who chose to be known.",
            frozenset({_P.RESPONSE_READ, _P.QUESTIONNAIRE_READ}),
        ),
        Scope.QUESTIONNAIRES_READ: Capability(
            "Read the questionnaires.", frozenset({_P.QUESTIONNAIRE_READ})
        ),
        Scope.INSIGHTS_READ: Capability(
            "See the published figures on why candidates decline, and the themes they are told by.",
            frozenset({_P.INSIGHTS_READ, _P.CODEBOOK_READ}),
        ),
        Scope.ACTIONS_READ: Capability(
            "See the improvements that the organisation decided on, and how they go.",
            frozenset({_P.ACTION_READ}),
        ),
        Scope.ACTIONS_WRITE: Capability(
            "Propose and change improvements, and note how they go.",
            frozenset({_P.ACTION_READ, _P.ACTION_WRITE, _P.ACTION_NOTE}),
        ),
        Scope.EXCERPTS_READ: Capability(
            "Read what moderators released of what candidates wrote, with its themes.",
            frozenset({_P.EXCERPT_READ, _P.CODEBOOK_READ}),
        ),
        Scope.BENCHMARK_READ: Capability(
            "See how the organisation compares with its peers.", frozenset({_P.BENCHMARK_READ})
        ),
        Scope.MEMBERS_READ: Capability(
            "See who has which role in the organisation.", frozenset({_P.MEMBER_READ})
        ),
        Scope.OPERATIONS_READ: Capability(
            "See what other systems posted, and the work that happens later.",
            frozenset({_P.INTAKE_READ, _P.JOB_READ}),
        ),
    }
)


def permissions_of(scopes: Iterable[str]) -> frozenset[Permission]:
    """Return what a token with these scopes may do at most; unknown ones allow nothing."""
    asked = frozenset(scopes)
    known = [SCOPES[one] for one in Scope if one in asked]
    allowed = frozenset[Permission]().union(*(one.permissions for one in known))
    return allowed | {Permission.ORGANISATION_READ} if known else allowed


def is_for_machines(scope: Scope) -> bool:
    """Return whether a machine that acts for itself gets anything from a scope."""
    return SCOPES[scope].permissions <= ROLE_TABLE[Role.INTEGRATION].permissions | {
        # A consultant's alone, in a scope that is for everybody.
        Permission.INTERVIEW_OUTCOME_READ
    }
