"""A year of declined offers of a demo client: synthetic, from a fixed seed, relative to today.

Calibrated on published figures: 37 % answer an independent collector, about two thirds of them
identify themselves when they have the choice, and other offers and pay lead the reasons.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from deploy.demo.access import greenhouse_secret
from deploy.demo.world import Client, Department, demo_id
from tenants.access import Role, Viewer
from tenants.integrations.models import Integration, IntegrationKind
from tenants.interviews.holding import answer_rows
from tenants.interviews.models import (
    AdministratorKind,
    Confidentiality,
    Interview,
    InterviewMode,
    InterviewStatus,
    Invitation,
    Response,
)
from tenants.keys import Purpose, encrypt_text, mac
from tenants.model import new_id
from tenants.offers.models import Application, Candidate, HiringManager, Offer, Requisition
from tenants.offers.statuses import OfferStatus
from tenants.organisations import queries as organisations
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires.definition import Definition, Question
from tenants.questionnaires.logic import Answer, Answered, check_answers
from tenants.questionnaires.models import QuestionnaireVersion
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Choice, Choices, Scale
from tenants.questionnaires.versions import definition_of
from tenants.work import Session

SEED = 20260101
ANSWERED_SHARE = 0.37
OPTIONAL_SHARE = 0.8
CHOICES = (
    (Confidentiality.ATTRIBUTED, 0.62),
    (Confidentiality.CONFIDENTIAL, 0.38),
)
_FIRST_NAMES = ("Ada", "Ben", "Chloé", "Deniz", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jakub")
_LAST_NAMES = ("Abebe", "Brandt", "Costa", "Dvořák", "Eriksen", "Fischer", "García", "Hughes")
_LEADING = {"OTHER_OFFER": 31, "PAY_BASE": 26, "COUNTER_OFFER": 16}


@dataclass(frozen=True, slots=True)
class _Opening:
    """A requisition and the department it belongs to."""

    requisition_id: UUID
    department: Department


async def write_history(session: Session, viewer: Viewer, client: Client) -> None:
    """Add the client's requisitions, its year of refusals, and what some of them answered."""
    rng = random.Random(f"{SEED}/{client.slug}")  # noqa: S311 - synthetic data, not a secret.
    organisation_id = client.organisation_id
    version = await questionnaires.get_current_version(
        session, viewer, organisation_id=organisation_id
    )
    ids = await questionnaires.question_ids(
        session, viewer, organisation_id=organisation_id, version_id=version.id
    )
    definition = definition_of(version)
    session.add(
        Integration(
            organisation_id=organisation_id,
            id=client.integration_id,
            kind=IntegrationKind.GREENHOUSE,
            name="Greenhouse",
            secret=encrypt_text(client.integration_id.bytes, greenhouse_secret(client)),
            created_at=datetime.now(UTC),
        )
    )
    openings = _openings(session, client)
    await session.flush()
    await _assign_manager(session, viewer, client, openings)
    for number in range(client.declined_offers):
        opening = rng.choice(openings)
        interview = await _refuse(session, client, version, opening, number=number, rng=rng)
        if interview.status is InterviewStatus.CLOSED and rng.random() < ANSWERED_SHARE:
            response = _respond(interview, opening, rng)
            session.add(response)
            await session.flush()
            session.add_all(answer_rows(response, ids, _answers(definition, rng)))
    await session.flush()


def _openings(session: Session, client: Client) -> list[_Opening]:
    """Add the client's requisitions and return them."""
    openings: list[_Opening] = []
    for department in client.departments:
        for title in department.titles:
            number = len(openings) + 1
            requisition = Requisition(
                organisation_id=client.organisation_id,
                id=demo_id(f"{client.slug}/requisition/{number}"),
                external_id=f"{client.slug}-{number}",
                title=title,
                department=department.name,
                location=department.location,
            )
            session.add(requisition)
            openings.append(_Opening(requisition.id, department))
    return openings


async def _assign_manager(
    session: Session, viewer: Viewer, client: Client, openings: list[_Opening]
) -> None:
    """Let the demo's hiring manager, if the client has one, hire for their departments."""
    managers = await organisations.list_members_with_role(
        session, viewer, organisation_id=client.organisation_id, role=Role.HIRING_MANAGER
    )
    session.add_all(
        HiringManager(
            organisation_id=client.organisation_id,
            id=new_id(),
            requisition_id=opening.requisition_id,
            person_id=person_id,
            ats_user_id=None,
        )
        for opening in openings
        if opening.department.hiring_manager
        for person_id in managers
    )


async def _refuse(
    session: Session,
    client: Client,
    version: QuestionnaireVersion,
    opening: _Opening,
    *,
    number: int,
    rng: random.Random,
) -> Interview:
    """Add an offer that was declined within the last year, and the interview it opened."""
    organisation_id = client.organisation_id
    today = datetime.now(UTC).date()
    resolved_on = today - timedelta(days=rng.randint(2, 340))
    resolved_at = datetime.combine(resolved_on, time(12), UTC)
    candidate = _candidate(client, number, rng)
    application = Application(
        organisation_id=organisation_id,
        id=new_id(),
        external_id=f"{client.slug}-{number}",
        candidate_id=candidate.id,
        requisition_id=opening.requisition_id,
        stated_reasons=[],
        reasons_by_hand=False,
        last_activity_at=resolved_at,
        unhired_at=None,
    )
    offer = Offer(
        organisation_id=organisation_id,
        id=new_id(),
        application_id=application.id,
        external_id=f"{client.slug}-{number}",
        version=1,
        status=OfferStatus.DECLINED,
        extended_on=resolved_on - timedelta(days=rng.randint(2, 14)),
        resolved_at=resolved_at,
        starts_on=None,
        reported_status=OfferStatus.DECLINED,
        reported_at=resolved_at,
        recorded_at=resolved_at,
    )
    interview = _interview(client, version, offer, resolved_on)
    for row in (candidate, application, offer, interview, _invitation(interview)):
        session.add(row)
        await session.flush()
    return interview


def _candidate(client: Client, number: int, rng: random.Random) -> Candidate:
    key = mac(Purpose.CANDIDATE, client.organisation_id.bytes, f"demo-{number}".encode())
    return Candidate(
        organisation_id=client.organisation_id,
        id=new_id(),
        external_key=key,
        first_name=rng.choice(_FIRST_NAMES),
        last_name=rng.choice(_LAST_NAMES),
        email=f"candidate{number}@{client.slug}.example",
        language=client.language,
        may_be_emailed=True,
        erased_at=None,
    )


def _interview(
    client: Client, version: QuestionnaireVersion, offer: Offer, resolved_on: date
) -> Interview:
    invited_on = resolved_on + timedelta(days=1)
    closes_on = invited_on + timedelta(days=30)
    closed = closes_on <= datetime.now(UTC).date()
    return Interview(
        organisation_id=client.organisation_id,
        id=new_id(),
        offer_id=offer.id,
        questionnaire_version_id=version.id,
        status=InterviewStatus.CLOSED if closed else InterviewStatus.INVITED,
        mode=InterviewMode.ONLINE_FORM,
        administrator=AdministratorKind.EXTERNAL_FIRM,
        language=client.language,
        opened_at=datetime.combine(resolved_on, time(12), UTC),
        invited_on=invited_on,
        closes_on=closes_on,
    )


def _invitation(interview: Interview) -> Invitation:
    closes_on = interview.closes_on or date.max
    return Invitation(
        organisation_id=interview.organisation_id,
        id=new_id(),
        interview_id=interview.id,
        mails=1,
        expires_at=datetime.combine(closes_on, time(), UTC),
        revoked=False,
        submission=None,
        held_version_id=None,
        retry_key=None,
    )


def _respond(interview: Interview, opening: _Opening, rng: random.Random) -> Response:
    """Return a response of somebody who gave their name to the third party at least."""
    choices = [choice for choice, _ in CHOICES]
    weights = [weight for _, weight in CHOICES]
    submitted_on = (interview.invited_on or date.min) + timedelta(days=rng.randint(0, 20))
    return Response(
        organisation_id=interview.organisation_id,
        id=uuid4(),
        questionnaire_version_id=interview.questionnaire_version_id,
        interview_id=interview.id,
        confidentiality=rng.choices(choices, weights)[0],
        submitted_month=submitted_on.replace(day=1),
        submitted_on=submitted_on,
        language=interview.language,
        segment=opening.department.name,
        receipt_key=rng.randbytes(32),
    )


def _answers(definition: Definition, rng: random.Random) -> dict[str, Answer]:
    """Return answers to the closed questions; synthetic candidates write nothing."""
    given = {
        question.code: Answered(_value(question, rng))
        for question in definition.questions()
        if question.type in _CLOSED and (question.required or rng.random() < OPTIONAL_SHARE)
    }
    return check_answers(definition, given, {})


_CLOSED = (
    QuestionTypeKey.SINGLE_CHOICE,
    QuestionTypeKey.MULTIPLE_CHOICE,
    QuestionTypeKey.RECOMMENDATION,
    QuestionTypeKey.RATING,
)


def _value(question: Question, rng: random.Random) -> Choice | Choices | Scale:
    codes = [option.code for option in question.options if not option.exclusive]
    weights = [_LEADING.get(code, 2) for code in codes]
    match question.type:
        case QuestionTypeKey.SINGLE_CHOICE:
            return Choice(rng.choices(codes, weights)[0])
        case QuestionTypeKey.MULTIPLE_CHOICE:
            return Choices(tuple(dict.fromkeys(rng.choices(codes, weights, k=3))))
        case QuestionTypeKey.RECOMMENDATION:
            return Scale(min(10, max(0, round(rng.gauss(6.5, 2.4)))))
        case _:
            return Scale(rng.choice((2, 3, 3, 4, 4, 5)))
