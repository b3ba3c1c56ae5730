"""Invitations and reminders, sent to a real mail relay: once, or not at all."""

import logging
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from tenants import work
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import service as interviews
from tenants.interviews.bounces import TRACER
from tenants.interviews.models import Confidentiality, Interview, InterviewStatus, Invitation
from tenants.keys import Purpose
from tenants.letter_html import to_html
from tenants.letters import Letter
from tenants.offers import service as offers
from tenants.offers.models import Candidate
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import JobState, Session
from tests.api.world import candidate_of, submit_words
from tests.factories import Client, Invited, make_client, make_invited_candidate, make_offer, submit
from tests.jobs.conftest import Perform, Relay, free_port, plain
from tests.jobs.rows import change, job_of, jobs_of

pytestmark = pytest.mark.usefixtures("connection")

SEND = "invitations.send"


async def only_job(client: Client) -> UUID:
    """Return the one job of an organisation that sends a mail."""
    (job,) = await jobs_of(client.organisation_id, SEND)
    return job.id


async def remind(invited: Invited) -> UUID:
    """Ask for a reminder; return the job that sends it."""
    client = invited.client
    await run(
        interviews.invite_candidate,
        client.hr,
        organisation_id=client.organisation_id,
        interview_id=invited.interview_id,
    )
    return (await jobs_of(client.organisation_id, SEND))[-1].id


async def test_the_candidate_gets_one_mail(perform: Perform, relay: Relay) -> None:
    client = await make_client(name="Acme")
    candidate = offers.CandidateInput(
        external_id="1", first_name="Robin", last_name="Vale", email="robin@candidates.example"
    )
    requisition = offers.RequisitionInput(external_id="1", title="Data Engineer")
    invited = await make_invited_candidate(client, candidate=candidate, requisition=requisition)
    job_id = await only_job(client)
    for _ in range(3):
        await perform(SEND, job_id, client.organisation_id)
    (envelope,) = relay.taken
    assert envelope.rcpt_tos == ["robin@candidates.example"]
    assert envelope.mail_from == "interviews@localhost"
    (letter,) = relay.letters
    assert letter["To"] == "robin@candidates.example"
    assert letter["From"] == "Afterword <interviews@localhost>"
    assert letter["Content-Language"] == "en"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Acme" in letter["Subject"]
    text = plain(letter)
    assert "Robin" in text
    assert "Data Engineer" in text
    token = Token(client.organisation_id, invited.invitation_id, 1)
    opt_out = f"{get_settings().public_url}/o/{make_token(Purpose.OPT_OUT, token)}"
    link = f"{get_settings().public_url}/i/{invited.token}"
    assert re.findall(r"https?://\S+", text) == [link, opt_out]
    assert letter["List-Unsubscribe"] == f"<{opt_out}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "".join(letter[TRACER].split()) == make_token(Purpose.MAIL, token)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.progress, job.error_code) == (JobState.DONE, 1, 100, None)
    assert job.arguments == {"invitation_id": str(invited.invitation_id), "mail_number": 1}


class Markup(HTMLParser):
    """What a mail's HTML has: its tags with their attributes, and its words."""

    def __init__(self, letter: EmailMessage) -> None:
        """Read the second part of a message."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(str(letter.get_payload(1).get_content()))  # type: ignore[union-attr]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def of(self, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of a name."""
        return [attributes for tag, attributes in self.tags if tag == name]


async def test_beside_the_text_the_mail_says_the_same_in_html_that_loads_nothing(
    perform: Perform, relay: Relay
) -> None:
    client = await make_client(name="A & <b>Co</b>")
    candidate = offers.CandidateInput(
        external_id="1",
        first_name='<img src="https://evil.example/x">',
        email="robin@candidates.example",
        language="de",
    )
    invited = await make_invited_candidate(client, candidate=candidate)
    await perform(SEND, await only_job(client), client.organisation_id)
    await perform(SEND, await remind(invited), client.organisation_id)
    for letter in relay.letters:
        assert letter.get_content_type() == "multipart/alternative"
        kinds = [part.get_content_type() for part in letter.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        markup = Markup(letter)
        # Word for word what the text says, smuggled markup and addresses being text.
        said = markup.words.removeprefix("\n").replace(str(letter["Subject"]), "", 1)
        assert "".join(said.split()) == "".join(plain(letter).replace("--\n", "").split())
        assert markup.of("html") == [{"lang": "de", "dir": "ltr"}]
        own = re.findall(rf"{get_settings().public_url}/\S+", plain(letter))
        assert [one["href"] for one in markup.of("a")] == own
        assert len(own) == 2
        # No picture that tells when it was read, no style or script from anywhere.
        assert {tag for tag, _ in markup.tags} <= {
            *("html", "head", "meta", "title", "body", "p", "br", "a"),
        }
        assert {name for _, one in markup.tags for name in one} <= {
            *("lang", "dir", "charset", "name", "content", "style", "href"),
        }
        assert not any("url(" in (one.get("style") or "") for _, one in markup.tags)
        assert letter["Content-Language"] == "de"
    arabic = Letter("x@y.example", "س", "أ\n\nب", message_id="<1>", language="ar")
    assert '<html lang="ar" dir="rtl">' in to_html(arabic)


@pytest.mark.parametrize(
    ("language", "sent", "word"),
    [("de", "de", "Angebot"), ("en", "en", "offer"), ("fr", "en", "offer"), (None, "en", "offer")],
)
async def test_the_mail_is_in_the_candidates_language(
    perform: Perform, relay: Relay, language: str | None, sent: str, word: str
) -> None:
    client = await make_client()
    candidate = offers.CandidateInput(
        external_id="1", email="robin@candidates.example", language=language
    )
    await make_invited_candidate(client, candidate=candidate)
    await perform(SEND, await only_job(client), client.organisation_id)
    (letter,) = relay.letters
    assert letter["Content-Language"] == sent
    assert word in plain(letter)


async def test_a_mail_sent_twice_can_be_told_as_one(perform: Perform, relay: Relay) -> None:
    """The relay took it and the worker died before it could say so."""
    client = await make_client()
    invited = await make_invited_candidate(client)
    job_id = await only_job(client)
    await perform(SEND, job_id, client.organisation_id)
    await change(job_id, state=JobState.RUNNING, due_at=datetime.now(UTC), finished_at=None)
    await perform(SEND, job_id, client.organisation_id)
    job = await job_of(job_id)
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    first, second = relay.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert plain(first) == plain(second)
    await perform(SEND, await remind(invited), client.organisation_id)
    assert relay.letters[2]["Message-ID"] != first["Message-ID"]


async def test_each_mail_has_a_link_of_its_own(perform: Perform, relay: Relay) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    jobs = [await only_job(client), await remind(invited), await remind(invited)]
    for job_id in jobs:
        await perform(SEND, job_id, client.organisation_id)
    links = [re.search(r"/i/(\S+)", plain(one)) for one in relay.letters]
    token = Token(client.organisation_id, invited.invitation_id)
    assert [one[1] for one in links if one] == [
        make_token(Purpose.LINK, Token(token.organisation_id, token.subject_id, number))
        for number in (1, 2, 3)
    ]
    assert [(await job_of(one)).arguments["mail_number"] for one in jobs] == [1, 2, 3]


async def _write(client: Client, statement: Any) -> None:
    async def send(session: Session, _viewer: Viewer) -> None:
        await session.execute(statement)

    await run(send, client.job)


async def _erase(invited: Invited) -> None:
    candidate = await candidate_of(invited.client, invited.offer_id)
    gone = {"email": None, "first_name": None, "erased_at": datetime.now(UTC)}
    await _write(invited.client, update(Candidate).filter_by(id=candidate).values(**gone))


async def _forbid(invited: Invited) -> None:
    await _write(invited.client, update(Candidate).values(may_be_emailed=False))


async def _close(invited: Invited) -> None:
    await _write(invited.client, update(Interview).values(status=InterviewStatus.CLOSED))


async def _expire(invited: Invited) -> None:
    await _write(invited.client, update(Invitation).values(expires_at=datetime.now(UTC)))


async def _revoke(invited: Invited) -> None:
    await _write(invited.client, update(Invitation).values(revoked=True))


async def _accept(invited: Invited) -> None:
    await make_offer(
        invited.client, application_id="the same", version=2, status=offers.OfferStatus.ACCEPTED
    )


async def _answer(invited: Invited) -> None:
    await submit(invited)


async def _answer_in_confidence(invited: Invited) -> None:
    await submit(invited, Confidentiality.CONFIDENTIAL)


async def _answer_anonymously(invited: Invited) -> None:
    await submit_words(invited, Confidentiality.ANONYMOUS)


@pytest.mark.parametrize(
    "happens",
    [
        _erase,
        _forbid,
        _close,
        _expire,
        _revoke,
        _accept,
        _answer,
        _answer_in_confidence,
        _answer_anonymously,
    ],
)
async def test_a_mail_that_is_no_longer_wanted_is_not_sent(
    perform: Perform, relay: Relay, happens: Any
) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client, application_id="the same")
    job_id = await only_job(client)
    await happens(invited)
    greeted = relay.greeted
    await perform(SEND, job_id, client.organisation_id)
    assert relay.taken == []
    job = await job_of(job_id)
    # It looks as if one had been sent, and the relay was asked as for one.
    assert (job.state, job.attempts, job.progress, job.error_code) == (JobState.DONE, 1, 100, None)
    assert relay.greeted == greeted + 1


@pytest.mark.parametrize("answered", [False, True])
async def test_a_relay_that_is_away_tells_nobody_apart(
    perform: Perform,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    *,
    answered: bool,
) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    job_id = await only_job(client)
    if answered:
        await submit_words(invited, Confidentiality.ANONYMOUS)
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    get_settings.cache_clear()
    await perform(SEND, job_id, client.organisation_id)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.QUEUED, 1, "MailNotTaken")
    assert relay.taken == []


@pytest.mark.parametrize(
    "refusal",
    ["451 try again", "421 shutting down", "554 no", "550 5.7.1 relaying denied", "550 5.1.8 bad"],
)
async def test_what_the_relay_refuses_is_tried_again(
    perform: Perform, relay: Relay, caplog: pytest.LogCaptureFixture, refusal: str
) -> None:
    client = await make_client()
    candidate = offers.CandidateInput(external_id="1", email="robin@candidates.example")
    await make_invited_candidate(client, candidate=candidate)
    job_id = await only_job(client)
    relay.refusal = refusal
    before = datetime.now(UTC)
    with caplog.at_level(logging.INFO, "afterword.jobs"):
        await perform(SEND, job_id, client.organisation_id)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.QUEUED, 1, "MailNotTaken")
    assert timedelta(seconds=2) <= job.due_at - before <= timedelta(seconds=12)
    # Too early: the row is not due.
    await perform(SEND, job_id, client.organisation_id)
    assert (await job_of(job_id)).attempts == 1
    relay.refusal = None
    await change(job_id, due_at=datetime.now(UTC))
    await perform(SEND, job_id, client.organisation_id)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.DONE, 2, None)
    assert len(relay.taken) == 1
    # The log says which job, and not whose.
    (record,) = [one for one in caplog.records if one.name == "afterword.jobs"]
    assert str(job_id) in record.getMessage()
    assert "robin" not in caplog.text


async def test_a_relay_that_never_takes_it_is_given_up(perform: Perform, relay: Relay) -> None:
    client = await make_client()
    await make_invited_candidate(client)
    job_id = await only_job(client)
    await change(job_id, attempts=work.MAX_ATTEMPTS - 1)
    relay.refusal = "554 transaction failed"
    await perform(SEND, job_id, client.organisation_id)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.FAILED, 12, "MailNotTaken")


async def test_what_the_domain_refuses_is_not_tried_again(perform: Perform, relay: Relay) -> None:
    client = await make_client()
    await make_invited_candidate(client)
    job_id = await only_job(client)
    unknown = {"invitation_id": str(client.organisation_id), "mail_number": 1}
    await change(job_id, arguments=unknown)
    await perform(SEND, job_id, client.organisation_id)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.FAILED, 1, "LINK_UNUSABLE")
    assert relay.taken == []


async def test_a_job_of_another_organisation_is_not_done(perform: Perform, relay: Relay) -> None:
    client, other = await make_client(), await make_client()
    await make_invited_candidate(client)
    job_id = await only_job(client)
    await perform(SEND, job_id, other.organisation_id)
    assert (await job_of(job_id)).attempts == 0
    assert relay.taken == []
