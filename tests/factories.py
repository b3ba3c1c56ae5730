"""Plain functions that make what a test needs, through the same verbs that the product uses."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.integrations import service as integrations
from tenants.integrations.models import IntegrationKind
from tenants.interviews import queries as interview_queries
from tenants.interviews import service as interviews
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality, Interview, Invitation
from tenants.keys import Purpose
from tenants.members import firm_members
from tenants.members import service as members
from tenants.model import new_id
from tenants.offers import service as offers
from tenants.offers.statuses import OfferStatus
from tenants.organisations import providers, sessions
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole, Industry, Region, SizeBand
from tenants.questionnaires import service as questionnaires
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.templates import load
from tenants.questionnaires.values import Choice, Scale, Text
from tenants.tokens import Token, make_token
from tenants.work import Session

_numbers = itertools.count(1)
GREENHOUSE_SECRET = "a webhook secret of a test"


@dataclass(frozen=True)
class Client:
    """A client organisation with somebody in each role."""

    organisation_id: UUID
    slug: str
    firm_id: UUID
    consultant: Viewer
    hr: Viewer
    hiring_manager: Viewer
    leadership: Viewer
    job: Viewer
    integration_id: UUID

    @property
    def firm_administrator(self) -> Viewer:
        """Return somebody who administers the firm and is known nowhere else."""
        return Viewer(
            ViewerKind.PERSON,
            UUID(int=1),
            "Administrator",
            {self.organisation_id: Role.FIRM_ADMINISTRATOR},
            firms={self.firm_id: Role.FIRM_ADMINISTRATOR},
        )

    @property
    def people(self) -> Mapping[Role, Viewer]:
        """Return the viewer of each role that people have."""
        return {
            Role.CONSULTANT: self.consultant,
            Role.HR: self.hr,
            Role.HIRING_MANAGER: self.hiring_manager,
            Role.LEADERSHIP: self.leadership,
        }


@dataclass(frozen=True)
class Invited:
    """A candidate who was sent a link."""

    client: Client
    offer_id: UUID
    interview_id: UUID
    invitation_id: UUID
    viewer: Viewer
    token: str = field(repr=False)


async def make_client(*, name: str | None = None, languages: str = "en") -> Client:
    """Make a firm, an organisation that it serves, and a person in each role."""
    number = next(_numbers)
    slug = f"client-{number}-{new_id().hex[-6:]}"
    organisation_id = new_id()
    operator, job = Viewer.operator(), Viewer.job(organisation_id)
    firm_id = await run(
        organisations.create_firm, operator, slug=f"firm-{slug}", name=f"Firm of {slug}"
    )
    ids = {}
    for role in (Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP):
        ids[role] = await run(
            organisations.create_person,
            operator,
            email=f"{role.value.lower()}@{slug}.example",
            name=f"{role.value.title()} of {slug}",
        )
    await run(
        organisations.join_firm,
        operator,
        firm_id=firm_id,
        person_id=ids[Role.CONSULTANT],
        role=FirmRole.CONSULTANT,
    )
    await run(
        organisations.create_organisation,
        job,
        organisation_id=organisation_id,
        profile=organisations.OrganisationProfile(
            slug=slug,
            name=name or f"Client {number}",
            industry=Industry.TECHNOLOGY,
            size_band=SizeBand.FROM_250,
            region=Region.EUROPE,
            language=languages,
        ),
    )
    await run(
        organisations.start_engagement,
        job,
        organisation_id=organisation_id,
        firm_id=firm_id,
        starts_on=date(2020, 1, 1),
        ends_on=None,
        consultant_ids=(ids[Role.CONSULTANT],),
    )
    for role in (Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP):
        await run(
            organisations.add_member,
            job,
            organisation_id=organisation_id,
            person_id=ids[role],
            role=role,
            ats_user_id="92913" if role is Role.HIRING_MANAGER else None,
        )
    await run(questionnaires.install_template, job, organisation_id=organisation_id)
    intake = await run(
        integrations.create_integration,
        job,
        organisation_id=organisation_id,
        kind=IntegrationKind.GREENHOUSE,
        name="Greenhouse",
        secret=GREENHOUSE_SECRET,
    )
    viewers = {
        role: Viewer(ViewerKind.PERSON, person_id, role.value.title(), {organisation_id: role})
        for role, person_id in ids.items()
    }
    viewers[Role.CONSULTANT] = replace(viewers[Role.CONSULTANT], firms={firm_id: Role.CONSULTANT})
    return Client(
        organisation_id,
        slug,
        firm_id,
        viewers[Role.CONSULTANT],
        viewers[Role.HR],
        viewers[Role.HIRING_MANAGER],
        viewers[Role.LEADERSHIP],
        job,
        intake.integration_id,
    )


async def make_member_invitation(client: Client, **changes: Any) -> UUID:
    """Let HR invite somebody to become a member; return the invitation's id."""
    return await run(
        members.invite_member,
        client.hr,
        organisation_id=client.organisation_id,
        **{
            "email": f"invited{next(_numbers)}@{client.slug}.example",
            "role": Role.LEADERSHIP,
            "department": "Board",
            **changes,
        },
    )


async def make_firm_invitation(client: Client, **changes: Any) -> UUID:
    """Let an administrator invite somebody to work for a client's firm; return the id."""
    given = {
        "email": f"asked{next(_numbers)}@firm.example",
        "role": FirmRole.CONSULTANT,
        **changes,
    }
    return await run(
        firm_members.invite_firm_member,
        client.firm_administrator,
        firm_id=client.firm_id,
        **given,
    )


async def make_identity_provider(client: Client, **changes: Any) -> None:
    """Let HR set up a provider that nobody can reach."""
    given = {
        "name": "Entra",
        "issuer": "https://login.example.com/tenant",
        "client_id": "afterword",
        "client_secret": "a secret of a test",
        "email_domains": (),
        "is_required": False,
    }
    await run(
        providers.configure_identity_provider,
        client.hr,
        organisation_id=client.organisation_id,
        given=providers.ProviderInput(**{**given, **changes}),
    )


async def make_session(viewer: Viewer) -> str:
    """Sign somebody in, and return the id by which they can end the session."""
    assert viewer.id is not None
    await run(sessions.start_session, Viewer.operator(), person_id=viewer.id)
    return (await run(sessions.list_sessions, viewer))[0].id


async def make_offer(client: Client, **changes: Any) -> UUID:
    """Record an offer, declined three days ago unless said otherwise; return its id."""
    number = next(_numbers)
    today = datetime.now(UTC).date()
    facts: dict[str, Any] = {
        "application_id": f"application-{number}",
        "status": OfferStatus.DECLINED,
        "extended_on": today - timedelta(days=10),
        "resolved_on": today - timedelta(days=3),
        "candidate": offers.CandidateInput(
            external_id=f"candidate-{number}",
            first_name="Robin",
            last_name=f"Number{number}",
            email=f"robin{number}@candidates.example",
        ),
        "requisition": offers.RequisitionInput(
            external_id="requisition-1", title="Engineer", department="Engineering"
        ),
    }
    return await run(
        interviews.record_offer_outcome,
        client.consultant,
        organisation_id=client.organisation_id,
        offer=offers.OfferInput(**{**facts, **changes}),
    )


async def _find_invitation(
    session: Session, viewer: Viewer, organisation_id: UUID, offer_id: UUID
) -> tuple[Interview, Invitation]:
    interview = await interview_queries.find_interview_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=offer_id
    )
    assert interview is not None
    invitation = await interview_queries.find_invitation(
        session, viewer, organisation_id=organisation_id, interview_id=interview.id
    )
    assert invitation is not None
    return interview, invitation


async def make_invited_candidate(client: Client, **changes: Any) -> Invited:
    """Record a fresh refusal and return the candidate with the link that the mail will carry."""
    offer_id = await make_offer(client, **changes)
    interview, invitation = await run(
        _find_invitation, client.job, client.organisation_id, offer_id
    )
    token = make_token(Purpose.LINK, Token(client.organisation_id, invitation.id, 1))
    viewer = Viewer(
        ViewerKind.CANDIDATE,
        invitation.id,
        roles={client.organisation_id: Role.CANDIDATE},
        mail_number=1,
    )
    return Invited(client, offer_id, interview.id, invitation.id, viewer, token)


def complete_answers(*, note: str = "") -> dict[str, Answered]:
    """Return an answer to every required question of the built-in questionnaire.

    Args:
        note: What to write into the last free text, if anything.
    """
    answers: dict[str, Answered] = {}
    definition = load("declined_offer")
    texts = [one.code for one in definition.questions() if one.type.value == "LONG_TEXT"]
    for question in definition.questions():
        if not question.required:
            continue
        if question.type.value == "SINGLE_CHOICE":
            answers[question.code] = Answered(Choice(question.options[0].code))
        else:
            answers[question.code] = Answered(Scale(7))
    if note:
        answers[texts[-1]] = Answered(Text(note))
    return answers


async def submit(
    invited: Invited,
    confidentiality: Confidentiality = Confidentiality.ATTRIBUTED,
    *,
    note: str = "",
    language: str = "en",
) -> str:
    """Send a candidate's answers; return the receipt code."""
    return await run(
        submission.submit_response,
        invited.viewer,
        answers=complete_answers(note=note),
        confidentiality=confidentiality,
        receipt_code=submission.new_receipt_code(),
        language=language,
    )


async def invite_hundred(client: Client) -> None:
    """Give the client 100 interviews invited within the year, so that ANONYMOUS is on offer."""
    await run(_invite_hundred, client.job)


async def _invite_hundred(session: Session, viewer: Viewer) -> None:
    organisation_id = next(iter(viewer.roles))
    given = {"organisation": organisation_id}
    for statement in (
        """
        INSERT INTO applications (organisation_id, id, external_id, stated_reasons, reasons_by_hand)
        SELECT :organisation, gen_random_uuid(), 'year-' || n, '{}', false
        FROM generate_series(1, 100) n
        """,
        """
        INSERT INTO offers (organisation_id, id, application_id, version, status, reported_status,
                            recorded_at)
        SELECT organisation_id, gen_random_uuid(), id, 1, 'DECLINED', 'DECLINED', now()
        FROM applications WHERE organisation_id = :organisation AND external_id LIKE 'year-%'
        """,
        """
        INSERT INTO interviews (organisation_id, id, offer_id, questionnaire_version_id, status,
                                mode, administrator, language, opened_at, invited_on, closes_on)
        SELECT o.organisation_id, gen_random_uuid(), o.id, v.id, 'CLOSED', 'ONLINE_FORM',
               'EXTERNAL_FIRM', 'en', now(), current_date - 90, current_date - 60
        FROM offers o
        JOIN applications a ON a.organisation_id = o.organisation_id AND a.id = o.application_id
        JOIN questionnaire_versions v ON v.organisation_id = o.organisation_id
        WHERE o.organisation_id = :organisation AND a.external_id LIKE 'year-%'
        """,
    ):
        await session.execute(text(statement), given)
