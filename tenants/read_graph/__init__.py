"""The nouns as a graph for reading: columns, relations, orderings, who sees which rows and columns.

Declared once, without a word of GraphQL. Ordinary resolvers are derived from it (`api.derive`), and
so is every other way of reading. To show another column, add it here and to the GraphQL type.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tenants.nouns import Noun
from tenants.read_graph.actions import ACTION, ACTION_NOTE, REMARKS
from tenants.read_graph.audit import AUDIT_EVENT, FIRM_AUDIT_EVENT
from tenants.read_graph.conversations import CONTACT_ATTEMPT, CONVERSATION
from tenants.read_graph.excerpts import DESK_EXCERPT, DESK_TEXT, EXCERPT, EXCERPT_REDACTION
from tenants.read_graph.firms import (
    CONSULTANT,
    ENGAGEMENT,
    FIRM,
    FIRM_INVITATION,
    FIRM_MEMBER,
    LIBRARY_TEMPLATE,
)
from tenants.read_graph.insights import EDITION, EDITION_CELL
from tenants.read_graph.integrations import ACCESS_GRANT, INTEGRATION
from tenants.read_graph.interviews import (
    ANSWER,
    CANDIDATE,
    INTERVIEW,
    INVITATION_MAIL,
    RESPONSE,
)
from tenants.read_graph.offers import HIRING_MANAGER, MONTHLY_COUNTS, OFFER, REQUISITION
from tenants.read_graph.organisations import (
    INTAKE_EVENT,
    JOB,
    MEMBER_INVITATION,
    MEMBERSHIP,
    ORGANISATION,
    ORGANISATIONS,
)
from tenants.read_graph.questionnaires import QUESTION, QUESTIONNAIRE, QUESTIONNAIRE_VERSION

__all__ = [
    "ACCESS_GRANT",
    "ACTION",
    "ACTION_NOTE",
    "ANSWER",
    "AUDIT_EVENT",
    "CANDIDATE",
    "CONSULTANT",
    "CONTACT_ATTEMPT",
    "CONVERSATION",
    "DESK_EXCERPT",
    "DESK_TEXT",
    "EDITION",
    "EDITION_CELL",
    "ENGAGEMENT",
    "EXCERPT",
    "EXCERPT_REDACTION",
    "FIRM",
    "FIRM_AUDIT_EVENT",
    "FIRM_INVITATION",
    "FIRM_MEMBER",
    "HIRING_MANAGER",
    "INTAKE_EVENT",
    "INTEGRATION",
    "INTERVIEW",
    "INVITATION_MAIL",
    "JOB",
    "LIBRARY_TEMPLATE",
    "MEMBERSHIP",
    "MEMBER_INVITATION",
    "MONTHLY_COUNTS",
    "NOUNS",
    "OFFER",
    "ORGANISATION",
    "ORGANISATIONS",
    "QUESTION",
    "QUESTIONNAIRE",
    "QUESTIONNAIRE_VERSION",
    "REMARKS",
    "REQUISITION",
    "RESPONSE",
]

NOUNS: Mapping[str, Noun] = MappingProxyType(
    {
        noun.name: noun
        for noun in (
            ORGANISATION,
            REQUISITION,
            HIRING_MANAGER,
            OFFER,
            MONTHLY_COUNTS,
            INTERVIEW,
            INVITATION_MAIL,
            CONVERSATION,
            CONTACT_ATTEMPT,
            CANDIDATE,
            RESPONSE,
            ANSWER,
            QUESTIONNAIRE,
            QUESTIONNAIRE_VERSION,
            QUESTION,
            EDITION,
            EDITION_CELL,
            DESK_TEXT,
            DESK_EXCERPT,
            EXCERPT_REDACTION,
            EXCERPT,
            MEMBERSHIP,
            MEMBER_INVITATION,
            FIRM,
            FIRM_INVITATION,
            FIRM_MEMBER,
            LIBRARY_TEMPLATE,
            ENGAGEMENT,
            CONSULTANT,
            INTAKE_EVENT,
            INTEGRATION,
            ACCESS_GRANT,
            JOB,
            AUDIT_EVENT,
            FIRM_AUDIT_EVENT,
            ACTION,
            ACTION_NOTE,
        )
    }
)
