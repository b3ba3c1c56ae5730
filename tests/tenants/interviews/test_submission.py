"""The candidate's way: saving, sending once, and what an anonymous submission leaves behind."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import select, update

from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.errors import Forbidden, InvalidInput, LinkExpired, LinkUnusable, LinkUsed
from tenants.interviews import holding, letters, submission
from tenants.interviews.letters import Writing
from tenants.interviews.models import (
    Answer,
    Confidentiality,
    Draft,
    HeldSubmission,
    Interview,
    Invitation,
    Response,
    Submission,
)
from tenants.keys import Purpose, unseal
from tenants.model import Model
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.problems import InvalidAnswers
from tenants.questionnaires.values import Scale, Text
from tenants.settings import get_settings
from tenants.work import Session
from tests.attacks.rounds import answers_of
from tests.attacks.towns import make_town
from tests.attacks.ways import Participant
from tests.factories import Client, Invited, complete_answers, make_client, make_invited_candidate

M = TypeVar("M", bound=Model)
ANONYMOUS, ATTRIBUTED, CONFIDENTIAL = (
    Confidentiality.ANONYMOUS,
    Confidentiality.ATTRIBUTED,
    Confidentiality.CONFIDENTIAL,
)
CODE = "ABCD-EFGH-JKMN-PQRS-TVWX"


async def _all(session: Session, _viewer: Viewer, kind: type[M]) -> Sequence[M]:
    return (await session.scalars(select(kind))).all()


async def find(client: Client, kind: type[M]) -> Sequence[M]:
    """Return every row of a table of the client."""
    return await run(_all, client.job, kind)


async def send(
    invited: Invited,
    confidentiality: Confidentiality = ATTRIBUTED,
    *,
    code: str = CODE,
    note: str = "",
) -> str:
    return await run(
        submission.submit_response,
        invited.viewer,
        answers=complete_answers(note=note),
        confidentiality=confidentiality,
        receipt_code=code,
    )


async def a_participant() -> Participant:
    """Return a candidate of an organisation that may offer ANONYMOUS, among five who may answer."""
    return (await make_town([["Sales"] * 5])).rounds[0][0]


async def change(client: Client, kind: type[Model], **values: Any) -> None:
    """Change every row of a table of the client."""

    async def work(session: Session, _viewer: Viewer) -> None:
        await session.execute(update(kind).values(**values))

    await run(work, client.job)


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("confidentiality", [ATTRIBUTED, CONFIDENTIAL])
async def test_a_named_submission_is_kept_once(confidentiality: Confidentiality) -> None:
    invited = await make_invited_candidate(await make_client())
    assert await send(invited, confidentiality) == CODE
    # Sent again by a browser that lost the connection, spelt as somebody would type it.
    spelt = CODE.lower().replace("-", " ")
    assert await send(invited, confidentiality, code=spelt) == spelt
    (response,) = await find(invited.client, Response)
    assert response.confidentiality is confidentiality
    assert response.interview_id == invited.interview_id
    assert response.id.version == 4
    assert response.submitted_on == datetime.now(UTC).date()
    with pytest.raises(LinkUsed):
        await send(invited, confidentiality, code=submission.new_receipt_code())
    assert len(await find(invited.client, Response)) == 1
    actions = [one.action for one in await find(invited.client, AuditEvent)]
    assert actions.count(AuditAction.RESPONSE_SUBMITTED) == 1


@pytest.mark.usefixtures("connection")
async def test_an_anonymous_submission_can_be_repeated_until_the_flush() -> None:
    town = await make_town([["Sales"] * 5])
    first, *others = town.rounds[0]
    await send(first.invited, ANONYMOUS)
    await send(first.invited, ANONYMOUS)
    # What is asked for the second time changes nothing either.
    await send(first.invited, ATTRIBUTED, note="with my name")
    with pytest.raises(LinkUsed):
        await send(first.invited, ANONYMOUS, code=submission.new_receipt_code())
    assert len(await find(town.client, HeldSubmission)) == 1
    for one in others:
        await send(one.invited, ANONYMOUS, code=submission.new_receipt_code())
    organisation_id = town.client.organisation_id
    assert await run(holding.flush, town.client.job, organisation_id=organisation_id) == 5
    for code in (CODE, submission.new_receipt_code()):
        with pytest.raises(LinkUsed):
            await send(first.invited, ANONYMOUS, code=code)
    assert len(await find(town.client, Response)) == 5


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("second", [ATTRIBUTED, ANONYMOUS])
async def test_a_receipt_code_opens_one_response_only(second: Confidentiality) -> None:
    town = await make_town([["Sales"] * 5])
    one, other, *_ = town.rounds[0]
    await send(one.invited, CONFIDENTIAL)
    with pytest.raises(InvalidInput) as refusal:
        await send(other.invited, second)
    assert refusal.value.field == ("receiptCode",)
    await send(other.invited, second, code=submission.new_receipt_code())


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("code", ["", "ABCDEF", "ABCD-EFGH-JK!N", "A" * 65, "Ä" * 20])
async def test_a_receipt_code_that_could_be_guessed_is_refused(code: str) -> None:
    invited = await make_invited_candidate(await make_client())
    with pytest.raises(InvalidInput) as refusal:
        await send(invited, code=code)
    assert refusal.value.field == ("receiptCode",)
    assert await find(invited.client, Response) == []


def test_receipt_codes_are_random_and_legible() -> None:
    codes = {submission.new_receipt_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(
        re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", one) for one in codes
    )


def test_what_is_kept_of_a_code_differs_by_table_and_organisation(database: str) -> None:
    assert database
    here, there = UUID(int=1), UUID(int=2)
    kept = [*submission.receipt_keys(here, CODE), *submission.receipt_keys(there, CODE)]
    assert len(set(kept)) == 4
    assert {len(one) for one in kept} == {32}
    assert submission.receipt_keys(here, f" {CODE.lower()} ") == tuple(kept[:2])


@pytest.mark.parametrize("confidentiality", [ATTRIBUTED, ANONYMOUS])
@pytest.mark.parametrize("same", [True, False])
async def test_two_at_once_make_one(
    confidentiality: Confidentiality, committing: object, *, same: bool
) -> None:
    assert committing
    invited = (await a_participant()).invited
    codes = [CODE, CODE if same else submission.new_receipt_code()]
    results = await asyncio.gather(
        *(send(invited, confidentiality, code=code) for code in codes), return_exceptions=True
    )
    refused = [one for one in results if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == ([] if same else [LinkUsed])
    kind: type[Model] = HeldSubmission if confidentiality is ANONYMOUS else Response
    assert len(await find(invited.client, kind)) == 1


@pytest.mark.usefixtures("connection")
async def test_a_draft_is_sealed_and_gone_once_it_is_sent() -> None:
    one = await a_participant()
    invited = one.invited
    for answers in ({"other": Answered(Text("a draft that nobody reads " * 20))}, answers_of(one)):
        await run(submission.save_answers, invited.viewer, answers=answers, language="de")
        (draft,) = await find(invited.client, Draft)
        assert len(draft.sealed) == 65564
        assert b"nobody reads" not in draft.sealed
        assert one.note.encode() not in draft.sealed
    context = invited.invitation_id.bytes
    opened = unseal(Purpose.DRAFT, context, draft.sealed)
    assert opened["answers"]["other"]["value"]["text"] == one.note
    for purpose, other in ((Purpose.HOLDING, context), (Purpose.DRAFT, UUID(int=1).bytes)):
        with pytest.raises(ValueError, match="does not open"):
            unseal(purpose, other, draft.sealed)
    view = await run(submission.get_invitation, invited.viewer)
    assert view.saved_language == "de"
    assert view.answers["other"].value == Text(one.note)
    await run(
        submission.submit_response,
        invited.viewer,
        answers={},
        confidentiality=ANONYMOUS,
        receipt_code=CODE,
    )
    assert await find(invited.client, Draft) == []


@pytest.mark.usefixtures("connection")
async def test_a_draft_is_of_no_use_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    one = await a_participant()
    await run(submission.save_answers, one.invited.viewer, answers=answers_of(one))
    (draft,) = await find(one.invited.client, Draft)
    monkeypatch.setenv("SECRET_KEY", "another secret key of the same length")
    get_settings.cache_clear()
    try:
        with pytest.raises(ValueError, match="does not open"):
            unseal(Purpose.DRAFT, one.invited.invitation_id.bytes, draft.sealed)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("invited_days_ago", [0, 365, 366])
async def test_anonymous_needs_a_hundred_invitations_in_twelve_months(
    invited_days_ago: int,
) -> None:
    one = await a_participant()
    client, viewer = one.invited.client, one.invited.viewer
    view = await run(submission.get_invitation, viewer)
    assert view.confidentialities == (ATTRIBUTED, CONFIDENTIAL, ANONYMOUS)
    day = datetime.now(UTC).date() - timedelta(days=invited_days_ago)
    await change(client, Interview, invited_on=day)
    if invited_days_ago < 366:
        # Enough; and one fewer is not.
        assert ANONYMOUS in (await run(submission.get_invitation, viewer)).confidentialities

        async def forget(session: Session, _viewer: Viewer) -> None:
            other = Interview.id != one.invited.interview_id
            first = select(Interview.id).where(other).limit(1).scalar_subquery()
            await session.execute(
                update(Interview).where(Interview.id == first).values(invited_on=None)
            )

        await run(forget, client.job)
    view = await run(submission.get_invitation, viewer)
    assert view.confidentialities == (ATTRIBUTED, CONFIDENTIAL)
    with pytest.raises(InvalidInput) as refusal:
        await send(one.invited, ANONYMOUS)
    assert refusal.value.field == ("confidentiality",)
    assert await find(client, HeldSubmission) == []
    await send(one.invited, CONFIDENTIAL)


@pytest.mark.usefixtures("connection")
async def test_what_is_asked_by_phone_is_never_anonymous() -> None:
    one = await a_participant()
    await change(one.invited.client, Interview, mode="PHONE")
    view = await run(submission.get_invitation, one.invited.viewer)
    assert view.confidentialities == (ATTRIBUTED, CONFIDENTIAL)


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("first", list(Confidentiality))
@pytest.mark.parametrize("then", list(Confidentiality))
async def test_no_verb_of_the_candidate_loosens_what_was_chosen(
    first: Confidentiality, then: Confidentiality
) -> None:
    one = await a_participant()
    client = one.invited.client
    await send(one.invited, first, note="as I chose")
    for code in (CODE, submission.new_receipt_code()):
        try:
            await send(one.invited, then, code=code, note="otherwise")
        except LinkUsed:
            assert code != CODE
    with pytest.raises(LinkUsed):
        await run(submission.save_answers, one.invited.viewer, answers={}, confidentiality=then)
    assert await find(client, Draft) == []
    kept = [found.confidentiality for found in await find(client, Response)]
    assert kept == ([] if first is ANONYMOUS else [first])
    assert len(await find(client, HeldSubmission)) == (first is ANONYMOUS)
    assert {found.text for found in await find(client, Answer)} <= {None, "as I chose"}


@pytest.mark.usefixtures("connection")
async def test_before_sending_the_choice_is_free() -> None:
    one = await a_participant()
    for chosen in (ANONYMOUS, ATTRIBUTED, CONFIDENTIAL):
        await run(submission.save_answers, one.invited.viewer, answers={}, confidentiality=chosen)
        view = await run(submission.get_invitation, one.invited.viewer)
        assert view.saved_confidentiality is chosen


@pytest.mark.usefixtures("connection")
async def test_nothing_is_sent_while_an_answer_is_missing_or_refused() -> None:
    one = await a_participant()
    for answers, wrong in (
        ({}, {"main_reason", "recommendation"}),
        ({**complete_answers(), "recommendation": Answered(Scale(11))}, {"recommendation"}),
        ({**complete_answers(), "no_such": Answered(Scale(1))}, {"no_such"}),
    ):
        with pytest.raises(InvalidAnswers) as refusal:
            await run(
                submission.submit_response,
                one.invited.viewer,
                answers=answers,
                confidentiality=ANONYMOUS,
                receipt_code=CODE,
            )
        assert set(refusal.value.problems) == wrong
    client = one.invited.client
    assert await find(client, HeldSubmission) == []
    assert {found.submission for found in await find(client, Invitation)} == {None}


@pytest.mark.usefixtures("connection")
async def test_links_that_lead_nowhere() -> None:
    one = await a_participant()
    client = one.invited.client
    organisation_id = client.organisation_id

    def candidate(invitation_id: UUID, mail: int) -> Viewer:
        roles = {organisation_id: Role.CANDIDATE}
        return Viewer(ViewerKind.CANDIDATE, invitation_id, roles=roles, mail_number=mail)

    # No such invitation, and a mail that was never sent.
    for viewer in (candidate(UUID(int=7), 1), candidate(one.invited.invitation_id, 2)):
        with pytest.raises(LinkUnusable) as refusal:
            await run(submission.get_invitation, viewer)
        assert refusal.value.code == "LINK_UNUSABLE"
    for viewer in (*client.people.values(), client.job, Viewer.operator()):
        with pytest.raises(Forbidden):
            await run(submission.get_invitation, viewer)
    for dead in ({"revoked": True}, {"revoked": False, "expires_at": datetime.now(UTC)}):
        await change(client, Invitation, **dead)
        with pytest.raises(LinkExpired):
            await run(submission.get_invitation, one.invited.viewer)
        with pytest.raises(LinkExpired):
            await send(one.invited, ANONYMOUS)


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("confidentiality", list(Confidentiality))
async def test_nobody_who_has_answered_gets_another_mail(confidentiality: Confidentiality) -> None:
    invited = (await a_participant()).invited
    asked: dict[str, Any] = {
        "organisation_id": invited.client.organisation_id,
        "invitation_id": invited.invitation_id,
        "mail_number": 1,
    }
    before = await run(letters.write_invitation, invited.client.job, **asked)
    assert before is not None
    assert before.letter is not None
    assert invited.token in before.letter.body
    await send(invited, confidentiality)
    after = await run(letters.write_invitation, invited.client.job, **asked)
    # What is kept of it does not tell.
    assert after == Writing(before.kept, None)
    used = [one.submission for one in await find(invited.client, Invitation) if one.submission]
    held = confidentiality is ANONYMOUS
    assert used == [Submission.HELD if held else Submission.SUBMITTED]
