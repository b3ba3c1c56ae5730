"""What a demo client has in the database: synthetic, from a fixed seed, relative to today."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from deploy.demo.access import greenhouse_secret
from deploy.demo.answers import Climate, make_answers, make_climate, stated_reason
from deploy.demo.bulk import in_bulk, write_rows
from deploy.demo.clients import Client, Department, demo_id
from deploy.demo.holding_place import (
    RECEIPT_KEY_BYTES,
    Anonymous,
    answer_rows,
    settle,
    write_flushed,
    write_held,
)
from deploy.demo.timeline import Event, Reply, make_events
from deploy.demo.words import FIRST_NAMES, LAST_NAMES
from tenants.access import Role, Viewer
from tenants.disclosure.rules import Dimension
from tenants.insights.windows import month_of
from tenants.integrations.models import Integration, IntegrationKind
from tenants.interviews.models import (
    AdministratorKind,
    Answer,
    Confidentiality,
    Interview,
    InterviewMode,
    InterviewStatus,
    Invitation,
    Response,
    Submission,
)
from tenants.keys import Purpose, encrypt_text, mac
from tenants.model import Tenant, TenantKey, new_id
from tenants.offers.models import Application, Candidate, HiringManager, Offer, Requisition
from tenants.offers.statuses import OPENS_INTERVIEW, OfferStatus
from tenants.organisations import queries as organisations
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.versions import definition_of
from tenants.work import Session

SEED = 20260101
STATED_SHARE = 0.4
OTHER_LANGUAGE_SHARE = 0.15
UNREACHABLE_SHARE = 0.03
OTHER_LANGUAGE = {"en": "de", "de": "en"}
INVITATION_DAYS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class History:
    """A client's rows while they are collected, table by table."""

    client: Client
    today: date
    rng: random.Random
    climate: Climate
    definition: Definition
    version_id: UUID
    question_ids: Mapping[str, UUID]
    requisitions: Mapping[tuple[str, int], UUID]
    rows: dict[type[Tenant | TenantKey], list[dict[str, Any]]] = field(
        default_factory=lambda: {
            model: []
            for model in (Candidate, Application, Offer, Interview, Invitation, Response, Answer)
        }
    )
    anonymous: list[Anonymous] = field(default_factory=list)

    def add(self, model: type[Tenant | TenantKey], **columns: Any) -> None:
        """Collect a row of the client's."""
        self.rows[model].append(columns)


def seeded(name: str) -> random.Random:
    """Return a source of numbers that is the same for the same name."""
    return random.Random(f"{SEED}/{name}")  # noqa: S311 - synthetic data, not a secret.


async def write_history(session: Session, viewer: Viewer, client: Client, *, today: date) -> None:
    """Add the client's requisitions and offers, and what came of those that were turned down."""
    rng = seeded(client.slug)
    version = await questionnaires.get_current_version(
        session, viewer, organisation_id=client.organisation_id
    )
    history = History(
        client=client,
        today=today,
        rng=rng,
        climate=make_climate(client, rng),
        definition=definition_of(version),
        version_id=version.id,
        question_ids=await questionnaires.question_ids(
            session, viewer, organisation_id=client.organisation_id, version_id=version.id
        ),
        requisitions=await _open_requisitions(session, viewer, client),
    )
    for number, event in enumerate(make_events(client, today, rng)):
        _add_event(history, event, number)
    flushed, waiting = settle(history.anonymous, version.id, today)
    # Named answers are written in the order of their days, as they came.
    history.rows[Response].sort(key=lambda row: row["submitted_on"])
    async with in_bulk(session):
        for model, rows in history.rows.items():
            await write_rows(session, model, client.organisation_id, rows)
        await write_flushed(session, client, flushed, version.id, history.question_ids)
        await write_held(session, client, waiting, version.id)


async def _open_requisitions(
    session: Session, viewer: Viewer, client: Client
) -> dict[tuple[str, int], UUID]:
    """Add the intake and the requisitions; return their ids by department and place in it."""
    organisation_id = client.organisation_id
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
    managers = await organisations.list_members_with_role(
        session, viewer, organisation_id=organisation_id, role=Role.HIRING_MANAGER
    )
    found: dict[tuple[str, int], UUID] = {}
    for department in client.departments:
        for place, title in enumerate(department.titles):
            number = len(found) + 1
            found[department.name, place] = demo_id(f"{client.slug}/requisition/{number}")
            session.add(
                Requisition(
                    organisation_id=organisation_id,
                    id=found[department.name, place],
                    external_id=f"{client.slug}-{number}",
                    title=title,
                    department=department.name,
                    location=department.location,
                )
            )
    await session.flush()
    session.add_all(
        HiringManager(
            organisation_id=organisation_id,
            id=new_id(),
            requisition_id=found[department.name, place],
            person_id=person_id,
            ats_user_id=None,
        )
        for department in client.departments
        if department.hiring_manager
        for place in range(len(department.titles))
        for person_id in managers
    )
    await session.flush()
    return found


def _add_event(history: History, event: Event, number: int) -> None:
    """Collect an offer with its candidate, and the interview that it opened."""
    client, rng = history.client, history.rng
    opens = event.status in OPENS_INTERVIEW
    reachable = not opens or event.reply is not None or rng.random() >= UNREACHABLE_SHARE
    language = client.language
    if rng.random() < OTHER_LANGUAGE_SHARE:
        language = OTHER_LANGUAGE[language]
    candidate_id = new_id()
    key = mac(Purpose.CANDIDATE, client.organisation_id.bytes, f"demo-{number}".encode())
    history.add(
        Candidate,
        id=candidate_id,
        external_key=key,
        first_name=rng.choice(FIRST_NAMES),
        last_name=rng.choice(LAST_NAMES),
        email=f"candidate{number}@{client.slug}.example" if reachable else None,
        language=language,
        may_be_emailed=reachable,
    )
    offer_id = _add_offer(history, event, number, candidate_id, stated=opens)
    if opens and event.resolved_on is not None:
        _add_interview(history, event, event.resolved_on, offer_id, language, invited=reachable)


def _add_offer(
    history: History, event: Event, number: int, candidate_id: UUID, *, stated: bool
) -> UUID:
    """Collect an application and its offer; return the offer's id."""
    application_id, offer_id = new_id(), new_id()
    external_id = f"{history.client.slug}-{number}"
    resolved_at, reported_at, reported = _noon(event.resolved_on), None, event.status
    if event.accepted_on is not None:
        reported, reported_at = OfferStatus.ACCEPTED, _noon(event.accepted_on)
    reasons = []
    if stated and history.rng.random() < STATED_SHARE:
        reasons.append(stated_reason(history.climate, history.rng).value)
    last_activity_at = resolved_at or _noon(event.extended_on)
    history.add(
        Application,
        id=application_id,
        external_id=external_id,
        candidate_id=candidate_id,
        requisition_id=history.requisitions[event.department.name, event.title],
        stated_reasons=reasons,
        reasons_by_hand=False,
        last_activity_at=last_activity_at,
        unhired_at=resolved_at if event.accepted_on is not None else None,
    )
    history.add(
        Offer,
        id=offer_id,
        application_id=application_id,
        external_id=external_id,
        version=1,
        status=event.status,
        extended_on=event.extended_on if history.client.tells_extended else None,
        resolved_at=resolved_at,
        starts_on=event.starts_on,
        reported_status=reported,
        reported_at=reported_at or resolved_at,
        recorded_at=last_activity_at,
    )
    return offer_id


def _noon(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(12), UTC)


def _add_interview(
    history: History,
    event: Event,
    resolved_on: date,
    offer_id: UUID,
    language: str,
    *,
    invited: bool,
) -> None:
    """Collect an interview and its invitation; whoever has no address could not be invited."""
    interview_id = new_id()
    invited_on = resolved_on + timedelta(days=1)
    closes_on = invited_on + INVITATION_DAYS
    status = InterviewStatus.OPENED
    if invited:
        closed = closes_on <= history.today
        status = InterviewStatus.CLOSED if closed else InterviewStatus.INVITED
    by = AdministratorKind.SELF_SERVICE
    if history.client.firm is not None:
        by = AdministratorKind.EXTERNAL_FIRM
    history.add(
        Interview,
        id=interview_id,
        offer_id=offer_id,
        questionnaire_version_id=history.version_id,
        status=status,
        mode=InterviewMode.ONLINE_FORM,
        administrator=by,
        language=language,
        opened_at=_noon(resolved_on),
        invited_on=invited_on if invited else None,
        closes_on=closes_on if invited else None,
    )
    if not invited:
        return
    history.add(
        Invitation,
        id=new_id(),
        interview_id=interview_id,
        mails=1,
        expires_at=datetime.combine(closes_on, time(), UTC),
        revoked=False,
        is_undeliverable=False,
    )
    if event.reply is not None:
        _add_reply(history, event.department, event.reply, interview_id, language)


def _add_reply(
    history: History, department: Department, reply: Reply, interview_id: UUID, language: str
) -> None:
    """Collect what somebody answered to the invitation that was collected last."""
    invitation = history.rows[Invitation][-1]
    answers = make_answers(
        history.definition,
        history.climate,
        seeded(f"{history.client.slug}/{reply.seed}"),
        finding=department.finding,
        planted=reply.planted,
        language=language,
    )
    if reply.confidentiality is Confidentiality.ANONYMOUS:
        one = Anonymous(reply.submitted_on, department.name, answers, invitation)
        history.anonymous.append(one)
        return
    invitation["submission"] = Submission.SUBMITTED
    response_id = uuid4()
    history.add(
        Response,
        id=response_id,
        questionnaire_version_id=history.version_id,
        interview_id=interview_id,
        confidentiality=reply.confidentiality,
        submitted_month=month_of(reply.submitted_on),
        submitted_on=reply.submitted_on,
        language=language,
        segment=department.name,
        dimension=Dimension.DEPARTMENT,
        receipt_key=secrets.token_bytes(RECEIPT_KEY_BYTES),
    )
    history.rows[Answer] += answer_rows(response_id, answers, history.question_ids)
