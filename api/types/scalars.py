"""Scalars and enums that several nouns use."""

import re
from datetime import date
from typing import NewType

import strawberry
from graphql import GraphQLError

from tenants.access import Permission, Role, ViewerKind
from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.statuses import ActionStatus
from tenants.insights.changes import Certainty
from tenants.integrations.models import IntakeState
from tenants.interviews.models import (
    AdministratorKind,
    Confidentiality,
    InterviewMode,
    InterviewStatus,
)
from tenants.offers.statuses import OfferStatus
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.questionnaires.choice_rules import Period
from tenants.questionnaires.conditions import OfferFact
from tenants.questionnaires.findings import FindingCode
from tenants.questionnaires.importers import Outcome, QuestionnaireFormat
from tenants.questionnaires.models import VersionState
from tenants.questionnaires.parts import Severity
from tenants.questionnaires.question_types import AnswerState, Operator, QuestionTypeKey
from tenants.questionnaires.templates import BuiltInTemplate
from tenants.questionnaires.texts import TextKey
from tenants.reasons import Audience, Controllability, DeclineReason
from tenants.work import JobState

for _enum in (
    ActionKind,
    ActionStatus,
    AdministratorKind,
    AnswerState,
    Audience,
    BuiltInTemplate,
    Certainty,
    Confidentiality,
    Controllability,
    DeclineReason,
    FindingCode,
    Industry,
    IntakeState,
    InterviewMode,
    InterviewStatus,
    JobState,
    OfferFact,
    OfferStatus,
    Operator,
    Outcome,
    OwnerRole,
    Period,
    Permission,
    QuestionnaireFormat,
    Region,
    Role,
    Severity,
    SizeBand,
    TextKey,
    VersionState,
    ViewerKind,
):
    strawberry.enum(_enum, description=(_enum.__doc__ or "").strip())
strawberry.enum(
    QuestionTypeKey, name="QuestionType", description=(QuestionTypeKey.__doc__ or "").strip()
)

_MONTH = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])")
YearMonth = NewType("YearMonth", date)
"""The first day of a month, which is all that is kept of the time of many things."""


def _read_month(text: object) -> YearMonth:
    if isinstance(text, str) and _MONTH.fullmatch(text):
        return YearMonth(date.fromisoformat(f"{text}-01"))
    message = "A month is written as 2026-11."
    raise GraphQLError(message)


YEAR_MONTH = strawberry.scalar(
    name="YearMonth",
    description="A month of the calendar, such as 2026-11.",
    serialize=lambda value: f"{value.year:04}-{value.month:02}",
    parse_value=_read_month,
)
