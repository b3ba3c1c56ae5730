"""Organisations that may offer ANONYMOUS, with all the candidates who are going to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from secrets import SystemRandom, token_hex
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.interviews.models import (
    AdministratorKind,
    Interview,
    InterviewMode,
    InterviewStatus,
    Invitation,
)
from tenants.keys import Purpose
from tenants.letters import message_id
from tenants.model import new_id
from tenants.offers.models import Application, Candidate, Offer, Requisition
from tenants.offers.statuses import OfferStatus
from tenants.questionnaires import queries as questionnaires
from tenants.tokens import Token, make_token
from tenants.work import Session
from tests.attacks.ways import Participant, Send, send_by_verb
from tests.factories import Client, Invited, make_client

# From so many invitations on ANONYMOUS is on offer.
ENOUGH_INVITED = 100
_LANGUAGES = ("en", "de")
_LENGTHS = range(20, 500, 40)

_random = SystemRandom()


@dataclass
class Town:
    """An organisation, and who answers in which round.

    Attributes:
        client: The organisation.
        rounds: Those who answer anonymously, round by round.
        named: Those who answer ATTRIBUTED or CONFIDENTIAL meanwhile.
        send: How anonymous answers are sent here.
        drafts: Whether candidates save their answers before they send them.
    """

    client: Client
    rounds: Sequence[Sequence[Participant]]
    named: Sequence[Sequence[Participant]]
    send: Send
    drafts: bool


class _Place(NamedTuple):
    """One candidate before there is one: which round, counted on for named and idle ones."""

    group: int
    department: str
    language: str


async def make_town(
    rounds: Sequence[Sequence[str]],
    *,
    named: int = 0,
    send: Send = send_by_verb,
    drafts: bool = False,
) -> Town:
    """Make an organisation that may offer ANONYMOUS, and the candidates of all rounds.

    Args:
        rounds: For each round the department of everyone who answers anonymously.
        named: How many answer otherwise in each round.
        send: How anonymous answers are sent here.
        drafts: Whether candidates save their answers before they send them.
    """
    client = await make_client()
    count = len(rounds)
    plan = [
        # One alone is of the other language, as it often is.
        _Place(group, department, _LANGUAGES[number == 0])
        for group, departments in enumerate(rounds)
        for number, department in enumerate(departments)
    ]
    plan += [_Place(count + group, "Sales", "en") for group in range(count) for _ in range(named)]
    plan += [_Place(2 * count, "Sales", "en")] * max(0, ENOUGH_INVITED - len(plan))
    _random.shuffle(plan)
    everybody = await run(_invite, client.job, client, plan)
    placed = sorted(zip(plan, everybody, strict=True), key=lambda pair: pair[0].group)
    groups = [
        [one for _, one in pairs] for _, pairs in groupby(placed, key=lambda pair: pair[0].group)
    ]
    for group in groups[:count]:
        # Lengths far apart, so that one that shows through is found.
        for one, length in zip(group, _random.sample(_LENGTHS, len(group)), strict=True):
            one.note = token_hex(length)
    others = groups[count : 2 * count] if named else [[]] * count
    return Town(client, groups[:count], others, send, drafts)


async def _invite(
    session: Session, viewer: Viewer, client: Client, plan: Sequence[_Place]
) -> list[Participant]:
    """Add declined offers with interviews and invitations, as the verbs leave them, in bulk."""
    version = await questionnaires.get_current_version(
        session, viewer, organisation_id=client.organisation_id
    )
    requisitions = {
        department: Requisition(
            organisation_id=client.organisation_id,
            id=new_id(),
            title=f"Opening in {department}",
            department=department,
        )
        for department in {place.department for place in plan}
    }
    cases = [
        _case(client, number, place.language, requisitions[place.department].id, version.id)
        for number, place in enumerate(plan)
    ]
    for kind in (requisitions.values(), *zip(*cases, strict=True)):
        session.add_all(kind)
        await session.flush()
    found = []
    for place, (*_, interview, invitation) in zip(plan, cases, strict=True):
        invited = _invited(client, interview, invitation)
        found.append(Participant(invited, place.department, place.language))
    return found


def _case(
    client: Client, number: int, language: str, requisition_id: UUID, version_id: UUID
) -> tuple[Candidate, Application, Offer, Interview, Invitation]:
    now = datetime.now(UTC) - timedelta(minutes=1000 - number)
    own: dict[str, Any] = {"organisation_id": client.organisation_id}
    candidate = Candidate(
        **own,
        id=new_id(),
        external_key=uuid4().bytes,
        first_name=token_hex(3),
        last_name=token_hex(4),
        email=f"{token_hex(4)}@candidates.example",
        language=language,
        may_be_emailed=True,
    )
    application = Application(
        **own,
        id=new_id(),
        external_id=token_hex(6),
        candidate_id=candidate.id,
        requisition_id=requisition_id,
        stated_reasons=[],
        reasons_by_hand=False,
    )
    offer = Offer(
        **own,
        id=new_id(),
        application_id=application.id,
        version=1,
        status=OfferStatus.DECLINED,
        resolved_at=now,
        reported_status=OfferStatus.DECLINED,
        reported_at=now,
        recorded_at=now,
    )
    interview = Interview(
        **own,
        id=new_id(),
        offer_id=offer.id,
        questionnaire_version_id=version_id,
        status=InterviewStatus.INVITED,
        mode=InterviewMode.ONLINE_FORM,
        administrator=AdministratorKind.EXTERNAL_FIRM,
        language=language,
        opened_at=now,
        invited_on=now.date(),
        closes_on=now.date() + timedelta(days=30),
    )
    invitation = Invitation(
        **own,
        id=new_id(),
        interview_id=interview.id,
        mails=1,
        expires_at=now + timedelta(days=30),
        revoked=False,
    )
    return candidate, application, offer, interview, invitation


def _invited(client: Client, interview: Interview, invitation: Invitation) -> Invited:
    viewer = Viewer(
        ViewerKind.CANDIDATE,
        invitation.id,
        roles={client.organisation_id: Role.CANDIDATE},
        mail_number=1,
    )
    token = make_token(Purpose.LINK, Token(client.organisation_id, invitation.id, 1))
    return Invited(client, interview.offer_id, interview.id, invitation.id, viewer, token)


def note_mail(one: Participant, order: int) -> None:
    """Note what the log of mails knows of the invitation's mail."""
    one.known |= {
        "mail.order": order,
        "mail.language": one.language,
        "mail.message_id": message_id(Purpose.LINK, one.invited.invitation_id.bytes, bytes([1])),
    }
