"""How anonymous submissions wait, and how they leave the holding place together."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Forbidden
from tenants.interviews import holding, submission
from tenants.interviews import response_queries as responses
from tenants.interviews.models import (
    Answer,
    Confidentiality,
    HeldSubmission,
    Invitation,
    Response,
    Submission,
)
from tenants.model import Model
from tenants.questionnaires import service as questionnaires
from tenants.questionnaires import templates
from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.models import Question, Questionnaire
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import COLUMNS, Text, Value, from_columns
from tenants.work import Session
from tests.attacks.rounds import answers_of
from tests.attacks.towns import Town, make_town
from tests.attacks.ways import Participant, send_by_verb
from tests.factories import Client, complete_answers, make_invited_candidate, submit

M = TypeVar("M", bound=Model)
TODAY = datetime.now(UTC).date()


async def _all(session: Session, _viewer: Viewer, kind: type[M]) -> Sequence[M]:
    return (await session.scalars(select(kind))).all()


async def find(client: Client, kind: type[M]) -> Sequence[M]:
    """Return every row of a table of the client."""
    return await run(_all, client.job, kind)


async def flush(client: Client, today: date | None = None) -> int:
    return await run(holding.flush, client.job, organisation_id=client.organisation_id, today=today)


async def town_of(count: int, department: str = "Sales") -> Town:
    """Make an organisation with so many who have answered anonymously."""
    town = await make_town([[department] * count])
    for one in town.rounds[0]:
        await send_anonymously(one)
    return town


async def send_anonymously(one: Participant) -> None:
    await send_by_verb(one, Confidentiality.ANONYMOUS, answers_of(one))


async def publish(client: Client, definition: Definition) -> None:
    """Publish a second version, which interviews opened from now on are about."""

    async def work(session: Session, _viewer: Viewer) -> None:
        questionnaire = (await session.scalars(select(Questionnaire))).one()
        await questionnaires.add_version(
            session,
            organisation_id=questionnaire.organisation_id,
            questionnaire_id=questionnaire.id,
            definition=definition,
            number=2,
        )

    await run(work, client.job)


@pytest.mark.usefixtures("connection")
async def test_fewer_than_five_wait() -> None:
    town = await town_of(4)
    assert await flush(town.client) == 0
    assert len(await find(town.client, HeldSubmission)) == 4
    assert await find(town.client, Response) == []
    used = Counter(one.submission for one in await find(town.client, Invitation))
    assert used == {Submission.HELD: 4, None: 96}


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("count", [5, 6])
async def test_five_or_more_leave_together(count: int) -> None:
    town = await town_of(count)
    later = TODAY + timedelta(days=40)
    assert await flush(town.client, later) == count
    assert await find(town.client, HeldSubmission) == []
    found = await find(town.client, Response)
    assert len(found) == count
    for one in found:
        assert one.id.version == 4
        assert one.confidentiality is Confidentiality.ANONYMOUS
        assert (one.interview_id, one.language, one.submitted_on) == (None, None, None)
        assert (one.submitted_month, one.segment) == (later.replace(day=1), "Sales")
    texts = [one.text for one in await find(town.client, Answer) if one.text is not None]
    assert sorted(texts) == sorted(one.note for one in town.rounds[0])
    invitations = await find(town.client, Invitation)
    used = Counter(one.submission for one in invitations)
    assert used == {Submission.SUBMITTED: count, None: 100 - count}
    assert {(one.held_version_id, one.retry_key) for one in invitations} == {(None, None)}
    # Nothing is left to be flushed again.
    assert await flush(town.client) == 0


@pytest.mark.usefixtures("connection")
async def test_every_answer_survives_the_flush_as_it_was_given() -> None:
    town = await make_town([["Sales"] * 5])
    given = [answers_of(one) for one in town.rounds[0]]
    for one, answers in zip(town.rounds[0], given, strict=True):
        await send_by_verb(one, Confidentiality.ANONYMOUS, answers)
    await flush(town.client)
    codes = {one.id: one.code for one in await find(town.client, Question)}
    kept: dict[UUID, dict[str, Value | None]] = {}
    for row in await find(town.client, Answer):
        value = from_columns({name: getattr(row, name) for name in COLUMNS})
        assert (value is not None) is (row.state is AnswerState.ANSWERED)
        kept.setdefault(row.response_id, {})[codes[row.question_id]] = value
    # Every question has a row, answered or not.
    assert [set(found) for found in kept.values()] == [set(codes.values())] * 5
    told = [{code: one for code, one in found.items() if one} for found in kept.values()]
    wanted = [{code: one.value for code, one in answers.items()} for answers in given]
    assert sorted(map(_in_order, told)) == sorted(map(_in_order, wanted))


def _in_order(answers: Mapping[str, Value | None]) -> str:
    return str(sorted(answers.items()))


@pytest.mark.usefixtures("connection")
async def test_versions_do_not_mix() -> None:
    town = await make_town([["Sales"] * 5])
    first, last = town.rounds[0][:4], town.rounds[0][4]
    for one in first:
        await send_anonymously(one)
    await publish(town.client, templates.load("declined_offer"))
    for _ in range(4):
        await submit(await make_invited_candidate(town.client), Confidentiality.ANONYMOUS)
    assert await flush(town.client) == 0
    await send_anonymously(last)
    assert await flush(town.client) == 5
    (version,) = {one.questionnaire_version_id for one in await find(town.client, Response)}
    held = await find(town.client, HeldSubmission)
    assert len(held) == 4
    assert version not in {one.questionnaire_version_id for one in held}
    waiting = [one for one in await find(town.client, Invitation) if one.held_version_id]
    assert {one.held_version_id for one in waiting} == {held[0].questionnaire_version_id}
    assert [one.submission for one in waiting] == [Submission.HELD] * 4


@pytest.mark.usefixtures("connection")
async def test_what_has_waited_24_months_is_deleted_unread() -> None:
    town = await town_of(5)

    async def age(session: Session, _viewer: Viewer) -> None:
        oldest = (await session.scalars(select(HeldSubmission.id).limit(1))).one()
        # Whoever tries to read it finds nothing that opens.
        await session.execute(
            update(HeldSubmission)
            .where(HeldSubmission.id == oldest)
            .values(held_month=date(2024, 5, 1), sealed=b"unreadable")
        )

    await run(age, town.client.job)
    # Held in May 2024: the last day on which it may wait is in May 2026.
    with pytest.raises(ValueError, match="does not open"):
        await flush(town.client, date(2026, 5, 31))
    assert len(await find(town.client, HeldSubmission)) == 5
    assert await flush(town.client, date(2026, 6, 1)) == 0
    assert len(await find(town.client, HeldSubmission)) == 4
    assert await find(town.client, Response) == []


# So many of each, because a list made up one by one hardly ever has five of a kind.
DEPARTMENTS = st.dictionaries(st.none() | st.sampled_from("ABCDEF"), st.integers(1, 9)).map(
    lambda counts: [value for value, count in counts.items() for _ in range(count)]
)


@given(DEPARTMENTS, st.integers(5, 8))
def test_nobody_is_one_of_fewer_than_the_minimum(
    departments: list[str | None], minimum: int
) -> None:
    kept = holding.shared_segments(departments, minimum)
    assert len(kept) == len(departments)
    counts = Counter(kept)
    if len(departments) >= minimum:
        assert min(counts.values()) >= minimum
        whole = Counter(departments)
        if min(whole.values()) >= minimum:
            assert counts == whole
    else:
        assert kept == [None] * len(departments)
    # What is kept is true, and of all who have it or of none.
    for value in set(departments) - {None}:
        assert counts[value] in {0, departments.count(value)}


@given(DEPARTMENTS, st.integers(5, 8), st.randoms(use_true_random=False))
def test_which_segments_are_kept_depends_on_their_sizes_alone(
    departments: list[str | None], minimum: int, shuffled: Any
) -> None:
    mixed = departments.copy()
    shuffled.shuffle(mixed)
    kept = holding.shared_segments(departments, minimum)
    assert Counter(kept) == Counter(holding.shared_segments(mixed, minimum))


def test_segments_by_example() -> None:
    def kept(departments: str) -> str:
        values = [None if one == "-" else one for one in departments]
        return "".join(one or "-" for one in holding.shared_segments(values, 5))

    assert kept("AAAAABBBBB") == "AAAAABBBBB"
    assert kept("AAAAA-----") == "AAAAA-----"
    assert kept("AAAAABBBB-") == "AAAAA-----"
    assert kept("AAAAABBBB") == "---------"
    assert kept("AAAAAB") == "------"
    # The smaller one is given up for the two who would stand alone.
    assert kept("AAAAAABBBBBCC") == "AAAAAA-------"
    assert kept("AAAA") == "----"


@pytest.mark.usefixtures("connection")
async def test_answers_that_tell_of_the_offer_are_dropped_and_that_they_were_asked() -> None:
    town = await make_town([["Sales"] * 5])
    document = json.loads(
        files(templates.__name__).joinpath("declined_offer.json").read_text(encoding="utf-8")
    )
    conditions = {
        "positives": {"offer": "department", "equals": "Engineering"},
        "concerns": {"question": "positives", "answered": True},
        "observations_hr": {"not": {"offer": "job_title", "equals": "Engineer"}},
    }
    for page in document["pages"]:
        for question in page["questions"]:
            if question["code"] in conditions:
                question["visible_if"] = conditions[question["code"]]
    await publish(town.client, parse_definition(document))
    answers = complete_answers(note="kept")
    answers |= {code: Answered(Text(f"dropped {code}")) for code in ("positives", "concerns")}
    for confidentiality in (Confidentiality.ATTRIBUTED, *[Confidentiality.ANONYMOUS] * 5):
        invited = await make_invited_candidate(town.client)
        await run(
            submission.submit_response,
            invited.viewer,
            answers=answers,
            confidentiality=confidentiality,
            receipt_code=submission.new_receipt_code(),
        )
    assert await flush(town.client) == 5
    codes = {one.id: one.code for one in await find(town.client, Question)}
    named = {one.id: one.confidentiality for one in await find(town.client, Response)}
    kept: dict[UUID, set[str]] = {}
    for one in await find(town.client, Answer):
        kept.setdefault(one.response_id, set()).add(codes[one.question_id])
    for response_id, found in kept.items():
        missing = set(codes.values()) - found
        anonymous = named[response_id] is Confidentiality.ANONYMOUS
        assert missing == (set(conditions) if anonymous else set())
    texts = Counter(one.text for one in await find(town.client, Answer) if one.text)
    assert texts == {"kept": 6, "dropped positives": 1, "dropped concerns": 1}


@pytest.mark.usefixtures("connection")
async def test_only_the_job_of_the_organisation_may_flush() -> None:
    town, other = await town_of(5), await town_of(5)
    for viewer in (*town.client.people.values(), other.client.job, Viewer.operator()):
        with pytest.raises(Forbidden):
            await run(holding.flush, viewer, organisation_id=town.client.organisation_id)
    assert await flush(town.client) == 5
    assert len(await find(other.client, HeldSubmission)) == 5


@pytest.mark.usefixtures("connection")
async def test_one_receipt_code_used_twice_does_not_hold_up_the_others() -> None:
    town = await make_town([["Sales"] * 6])
    code = submission.new_receipt_code()
    for one in town.rounds[0]:
        await run(
            submission.submit_response,
            one.invited.viewer,
            answers=answers_of(one),
            confidentiality=Confidentiality.ANONYMOUS,
            receipt_code=code,
        )
    assert await flush(town.client) == 6
    keys = [one.receipt_key for one in await find(town.client, Response)]
    assert len(set(keys)) == 6
    assert submission.receipt_keys(town.client.organisation_id, code)[0] in keys


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("at", ["rewrite_invitation", "list_held_invitations"])
async def test_a_flush_that_fails_leaves_everything_as_it_was(
    at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await town_of(6)
    kinds = (HeldSubmission, Invitation, Response, Answer)

    async def everything() -> list[set[str]]:
        found = []
        for kind in kinds:
            rows = await find(town.client, kind)
            found.append(
                {
                    str({key: value for key, value in vars(one).items() if key[0] != "_"})
                    for one in rows
                }
            )
        return found

    before = await everything()
    calls = 0
    works = getattr(responses, at)

    async def fail(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == (3 if at == "rewrite_invitation" else 1):
            raise ConnectionError
        return await works(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(responses, at, fail)
        with pytest.raises(ConnectionError):
            await flush(town.client)
    assert await everything() == before
    assert await flush(town.client) == 6


async def test_two_flushes_at_once_are_one(committing: object) -> None:
    assert committing
    town = await town_of(5)
    done = await asyncio.gather(flush(town.client), flush(town.client))
    assert sorted(done) == [0, 5]
    assert len(await find(town.client, Response)) == 5


async def test_who_sends_during_a_flush_waits_for_the_next_one(
    committing: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert committing
    town = await make_town([["Sales"] * 6])
    *early, late = town.rounds[0]
    for one in early:
        await send_anonymously(one)
    code = submission.new_receipt_code()

    async def send_late() -> None:
        await run(
            submission.submit_response,
            late.invited.viewer,
            answers=answers_of(late),
            confidentiality=Confidentiality.ANONYMOUS,
            receipt_code=code,
        )

    listing = responses.list_held

    async def meanwhile(*arguments: Any, **named: Any) -> Any:
        found = await listing(*arguments, **named)
        await send_late()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(responses, "list_held", meanwhile)
        assert await flush(town.client) == 5
    (held,) = await find(town.client, HeldSubmission)
    waiting = [one for one in await find(town.client, Invitation) if one.submission]
    states = {one.id: one.submission for one in waiting}
    assert states.pop(late.invited.invitation_id) is Submission.HELD
    assert list(states.values()) == [Submission.SUBMITTED] * 5
    assert held.questionnaire_version_id is not None
    # The browser that lost the connection asks again, and is told that all is well.
    await send_late()
    assert len(await find(town.client, HeldSubmission)) == 1
