"""Delays, quiet hours, reminders and mails that come back: nothing tells who has answered."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update

from tenants.access import Viewer
from tenants.db import run
from tenants.errors import InvitedRecently, OptedOut, Undeliverable
from tenants.interviews import conversations, delivery, mail_settings
from tenants.interviews import service as interviews
from tenants.interviews.conversation_models import (
    AttemptChannel,
    AttemptOutcome,
    NoInterviewReason,
)
from tenants.interviews.mail_models import InvitationMail
from tenants.interviews.mail_settings import MailTiming
from tenants.interviews.mail_times import QuietHours
from tenants.interviews.models import Confidentiality, HoldReason, Interview, Invitation
from tenants.offers import service as offers
from tenants.offers.models import Candidate
from tenants.work import Job, JobState, Session
from tests.api.world import candidate_of, forget_day, submit_words
from tests.conversing import key_in
from tests.factories import Client, Invited, make_client, make_invited_candidate, make_offer
from tests.jobs.conftest import Perform, Relay
from tests.jobs.rows import change, jobs_of

pytestmark = pytest.mark.usefixtures("connection")

SEND, BEGIN, REMIND = "invitations.send", "invitations.begin", "invitations.remind"


async def set_timing(client: Client, **timing: Any) -> None:
    """Let HR set when mails go out."""
    found = await run(
        mail_settings.get_mail_settings, client.hr, organisation_id=client.organisation_id
    )
    await run(
        mail_settings.update_mail_timing,
        client.hr,
        organisation_id=client.organisation_id,
        revision=found.revision,
        timing=MailTiming(**timing),
    )


async def due(client: Client, name: str) -> list[Job]:
    """Return the jobs of a name that are not done."""
    return [one for one in await jobs_of(client.organisation_id, name) if one.state != "DONE"]


async def do_next(perform: Perform, client: Client, name: str) -> Job:
    """Do the one job of a name that waits, whenever it would have been due."""
    (job,) = await due(client, name)
    await change(job.id, due_at=datetime.now(UTC))
    await perform(name, job.id, client.organisation_id)
    return job


async def rows_of(client: Client, statement: Any) -> list[Any]:
    """Return what a statement finds within an organisation."""

    async def look(session: Session, _viewer: Viewer) -> list[Any]:
        return list((await session.scalars(statement)).all())

    return await run(look, client.job)


async def invite(invited: Invited) -> None:
    """Let HR invite or remind by hand."""
    await run(
        interviews.invite_candidate,
        invited.client.hr,
        organisation_id=invited.client.organisation_id,
        interview_id=invited.interview_id,
    )


async def test_an_invitation_waits_for_its_delay_and_for_the_morning(
    perform: Perform, relay: Relay
) -> None:
    client = await make_client()
    quiet = QuietHours(0, 23)
    await set_timing(client, delay_hours=24 * 5, quiet=quiet, time_zone="Asia/Tokyo")
    offer_id = await make_offer(client)
    # Said again, it is still one invitation.
    await make_offer(client, application_id="another")
    (first, second) = await due(client, BEGIN)
    assert first.due_at > datetime.now(UTC) + timedelta(days=1)
    assert second.due_at >= first.due_at
    # 23 o'clock in Tokyo, where nothing else is known.
    assert first.due_at.astimezone(UTC).hour == 14
    (interview,) = await rows_of(client, select(Interview).filter_by(offer_id=offer_id))
    assert (interview.status, interview.invited_on) == ("OPENED", None)
    await change(first.id, due_at=datetime.now(UTC))
    await perform(BEGIN, first.id, client.organisation_id)
    (interview,) = await rows_of(client, select(Interview).filter_by(offer_id=offer_id))
    assert interview.status == "INVITED"
    (sending,) = await due(client, SEND)
    assert (sending.due_at.astimezone(UTC).hour == 14) is (sending.due_at > datetime.now(UTC))
    assert relay.taken == []


async def test_quiet_hours_are_those_of_the_candidate(relay: Relay) -> None:
    del relay
    client = await make_client()
    await set_timing(client, quiet=QuietHours(1, 0), time_zone="UTC")
    candidate = offers.CandidateInput(email="far@away.example", time_zone="Asia/Kathmandu")
    await make_offer(client, candidate=candidate)
    (job,) = await due(client, SEND)
    local = job.due_at.astimezone(UTC) + timedelta(hours=5, minutes=45)
    assert local.hour == 0


async def refuse(invited: Invited, reason: NoInterviewReason) -> None:
    """Let the consultant write down that a candidate said no."""
    where: Any = {"organisation_id": invited.client.organisation_id}
    where["interview_id"] = invited.interview_id
    await run(conversations.record_no_interview, invited.client.consultant, **where, reason=reason)


async def hang_up(invited: Invited) -> None:
    """Let the consultant call in vain, and then hear no."""
    where: Any = {"organisation_id": invited.client.organisation_id}
    where |= {"interview_id": invited.interview_id, "channel": AttemptChannel.PHONE}
    for outcome in (AttemptOutcome.CALL_BACK, AttemptOutcome.REFUSED):
        at = datetime.now(UTC)
        await run(
            conversations.record_attempt,
            invited.client.consultant,
            **where,
            attempted_at=at,
            outcome=outcome,
        )


COURSES: dict[str, Callable[[Invited], Awaitable[object]] | None] = {
    "silent": None,
    "answered": lambda invited: submit_words(invited, Confidentiality.ANONYMOUS),
    "talked": key_in,
    "hung up": hang_up,
    "refused": lambda invited: refuse(invited, NoInterviewReason.REFUSED),
    "wants no contact": lambda invited: refuse(invited, NoInterviewReason.WANTS_NO_CONTACT),
}


@pytest.mark.parametrize("course", COURSES)
async def test_reminders_leave_the_same_behind_whatever_the_candidate_did(
    perform: Perform, relay: Relay, course: str
) -> None:
    client = await make_client()
    await set_timing(client, reminder_days=(7, 5))
    invited = await make_invited_candidate(client)
    await do_next(perform, client, SEND)
    told = COURSES[course]
    if told is not None:
        await told(invited)
    for days in (7, 5):
        (planned,) = await due(client, REMIND)
        wait = planned.due_at - datetime.now(UTC)
        assert timedelta(days=days, minutes=-1) < wait <= timedelta(days=days)
        await do_next(perform, client, REMIND)
        job = await do_next(perform, client, SEND)
        assert job.attempts == 0
    assert await due(client, REMIND) == []
    # What everybody may see is alike; only the relay knows whom it was given a mail for.
    assert len(relay.taken) == (3 if told is None else 1)
    assert relay.greeted == 3
    mails = await rows_of(client, select(InvitationMail).order_by(InvitationMail.number))
    assert [(one.number, one.language, one.bounced_on) for one in mails] == [
        (number, "en", None) for number in (1, 2, 3)
    ]
    assert [one.subject.startswith("A reminder") for one in mails] == [False, True, True]
    assert "{first_name}" in mails[0].body
    assert "{link}" in mails[0].body
    assert not any("Robin" in one.body or "/i/" in one.body for one in mails)
    (invitation,) = await rows_of(client, select(Invitation))
    assert invitation.mails == 3
    states = [(one.name, one.state, one.attempts) for one in await jobs_of(client.organisation_id)]
    assert sorted(states) == sorted(
        [(REMIND, JobState.DONE, 1)] * 2 + [(SEND, JobState.DONE, 1)] * 3
    )


async def test_a_reminder_sent_by_hand_stands_for_the_planned_one(
    perform: Perform, relay: Relay
) -> None:
    client = await make_client()
    await set_timing(client, reminder_days=(7,))
    invited = await make_invited_candidate(client)
    await do_next(perform, client, SEND)
    await invite(invited)
    await do_next(perform, client, REMIND)
    await do_next(perform, client, SEND)
    assert await due(client, SEND) == []
    assert len(relay.taken) == 2


async def test_an_address_that_is_wrong_is_shown_and_can_be_corrected(
    perform: Perform, relay: Relay
) -> None:
    client = await make_client()
    await set_timing(client, reminder_days=(7,))
    invited = await make_invited_candidate(client, application_id="the same")
    relay.refusal = "550 5.1.1 no such user"
    await do_next(perform, client, SEND)
    (invitation,) = await rows_of(client, select(Invitation))
    assert invitation.is_undeliverable is True
    (mail,) = await rows_of(client, select(InvitationMail))
    assert mail.bounce_status == "5.1.1"
    # The planned reminder comes to nothing, and one by hand says what to do.
    await do_next(perform, client, REMIND)
    assert await due(client, SEND) == []
    with pytest.raises(Undeliverable, match="Record the candidate's right address"):
        await invite(invited)
    candidate = await candidate_of(client, invited.offer_id)
    relay.refusal = None

    async def correct(session: Session, _viewer: Viewer) -> None:
        where = update(Candidate).filter_by(id=candidate)
        await session.execute(where.values(email="right@candidates.example"))

    await run(correct, client.job)
    await invite(invited)
    await do_next(perform, client, SEND)
    assert [one.rcpt_tos for one in relay.taken] == [["right@candidates.example"]]
    (invitation,) = await rows_of(client, select(Invitation))
    assert invitation.is_undeliverable is False


async def test_a_reminder_that_comes_back_tells_nobody(perform: Perform, relay: Relay) -> None:
    """That it went out at all says that somebody had not answered."""
    client = await make_client()
    invited = await make_invited_candidate(client)
    await do_next(perform, client, SEND)
    await invite(invited)
    relay.refusal = "550 no such user"
    await do_next(perform, client, SEND)
    relay.refusal = None
    (invitation,) = await rows_of(client, select(Invitation))
    assert invitation.is_undeliverable is False
    # One more is answered alike, and not sent.
    await invite(invited)
    await do_next(perform, client, SEND)
    assert len(relay.taken) == 1
    bounced = await rows_of(
        client, select(InvitationMail.number).where(InvitationMail.bounced_on.is_not(None))
    )
    assert bounced == [2]


async def test_nobody_is_invited_twice_within_six_months(relay: Relay) -> None:
    del relay
    client = await make_client()
    same = offers.CandidateInput(external_id="1", email="robin@candidates.example")
    first = await make_invited_candidate(client, candidate=same)
    # Another record of the same person, with the same address.
    twin = offers.CandidateInput(external_id="2", email=" Robin@Candidates.example")
    for candidate in (same, twin):
        offer_id = await make_offer(client, candidate=candidate)
        (interview,) = await rows_of(client, select(Interview).filter_by(offer_id=offer_id))
        assert (interview.status, interview.held) == ("OPENED", HoldReason.INVITED_RECENTLY)
        again = Invited(client, offer_id, interview.id, UUID(int=0), client.job, "")
        with pytest.raises(InvitedRecently, match="less than six months"):
            await invite(again)
    assert len(await due(client, SEND)) == 1
    await forget_day(client, first)
    await invite(again)
    (interview,) = await rows_of(client, select(Interview).filter_by(offer_id=offer_id))
    assert (interview.status, interview.held) == ("INVITED", None)


async def test_who_opted_out_is_not_written_to_again_even_once_erased(
    perform: Perform, relay: Relay
) -> None:
    client = await make_client()
    same = offers.CandidateInput(external_id="1", email="robin@candidates.example")
    invited = await make_invited_candidate(client, candidate=same)
    await do_next(perform, client, SEND)
    name, language = await run(delivery.opt_out, invited.viewer)
    assert (name.startswith("Client"), language) == (True, "en")
    # A reminder is answered alike, and not sent.
    await invite(invited)
    await do_next(perform, client, SEND)
    assert len(relay.taken) == 1

    async def erase(session: Session, _viewer: Viewer) -> None:
        await session.execute(
            update(Candidate).values(email=None, external_key=None, erased_at=datetime.now(UTC))
        )

    await run(erase, client.job)
    await forget_day(client, invited)
    another = offers.CandidateInput(external_id="2", email="robin@candidates.example")
    offer_id = await make_offer(client, candidate=another)
    (interview,) = await rows_of(client, select(Interview).filter_by(offer_id=offer_id))
    assert interview.held is HoldReason.OPTED_OUT
    with pytest.raises(OptedOut):
        await invite(Invited(client, offer_id, interview.id, UUID(int=0), client.job, ""))
    # Elsewhere they may be asked.
    assert (await make_invited_candidate(await make_client(), candidate=same)).token


async def test_who_wants_no_contact_is_let_alone_for_good_and_nobody_who_hires_learns_of_it(
    perform: Perform, relay: Relay
) -> None:
    """Even where no mail has ever told the candidate how to opt out."""
    client = await make_client()
    seen = []
    for number, told in enumerate((False, True)):
        email = f"one{number}@candidates.example"
        candidate = offers.CandidateInput(external_id=str(number), email=email)
        invited = await make_invited_candidate(client, candidate=candidate)
        if told:
            await refuse(invited, NoInterviewReason.WANTS_NO_CONTACT)
            # Trying again after all lets nobody write.
            where: Any = {"organisation_id": client.organisation_id}
            where |= {"interview_id": invited.interview_id, "reason": None}
            await run(conversations.record_no_interview, client.consultant, **where)
        await do_next(perform, client, SEND)
        await invite(invited)
        await do_next(perform, client, SEND)
        await forget_day(client, invited)
        twin = offers.CandidateInput(external_id=f"twin of {number}", email=email.upper())
        again = await make_offer(client, candidate=twin)
        (interview,) = await rows_of(client, select(Interview).filter_by(offer_id=again))
        await do_next(perform, client, SEND)
        (shown,) = await rows_of(client, select(Interview).filter_by(offer_id=again))
        mails = await rows_of(client, select(InvitationMail).order_by(InvitationMail.number))
        texts = [one.subject for one in mails if one.interview_id == interview.id]
        seen.append((shown.status, shown.held, shown.invited_on, texts))
    assert seen[0] == seen[1]
    assert [one.rcpt_tos for one in relay.taken] == [
        ["one0@candidates.example"],
        ["one0@candidates.example"],
        ["ONE0@CANDIDATES.EXAMPLE"],
    ]


async def test_the_texts_of_mails_cannot_be_changed_by_the_application(relay: Relay) -> None:
    del relay
    client = await make_client()
    for statement in ("UPDATE invitation_texts SET number = 1", "DELETE FROM invitation_texts"):

        async def attempt(session: Session, _viewer: Viewer, said: str = statement) -> None:
            await session.execute(text(said))

        with pytest.raises(Exception, match="permission denied"):
            await run(attempt, client.job)
    assert await rows_of(client, delete(InvitationMail).returning(InvitationMail.id)) == []
