"""A submission in one message: the same as one that reads first, or left to it."""

import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tenants.access import Viewer
from tenants.errors import DomainError
from tenants.interviews import sending_queries
from tenants.interviews.asking import answer_rows
from tenants.interviews.at_once_queries import add_response_at_once
from tenants.interviews.models import Confidentiality
from tenants.interviews.sending_queries import Asked
from tenants.offers.inputs import RequisitionInput
from tenants.questionnaires.logic import Answered, check_answers
from tenants.questionnaires.problems import InvalidAnswers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Scale, Text
from tenants.text_reading import run_short
from tenants.work import Session
from tests.factories import Invited, complete_answers, make_client, make_invited_candidate
from tests.tenants.interviews.sending import (
    TABLES,
    Messages,
    asked_last,
    code_of,
    forget,
    rows,
    save,
    send,
    write,
)

pytestmark = pytest.mark.usefixtures("committing", "readers")


async def test_once_the_version_is_known_a_submission_is_one_message(messages: Messages) -> None:
    client = await make_client()
    counts = []
    for number in range(3):
        invited = await make_invited_candidate(client)
        messages()
        assert await send(invited, code_of(number)) == code_of(number)
        counts.append(messages())
    # At first the case is read, then the version, then it is written.
    assert counts == [3, 1, 1]


@pytest.mark.parametrize("dimension", ["DEPARTMENT", "LOCATION"])
async def test_both_ways_write_the_same(messages: Messages, dimension: str) -> None:
    client = await make_client()
    await write(client, _DIMENSION, dimension=dimension)
    written: list[dict[str, list[str]]] = []
    for answers, language, warm in itertools.product(
        (complete_answers(note="first"), EVERY_SHAPE), (None, "", "en"), (False, True)
    ):
        invited = await make_invited_candidate(client, requisition=_REQUISITION)
        if not warm:
            forget()
        before = await rows(client)
        messages()
        await send(invited, f"{code_of(len(written))}", answers=answers, language=language)
        assert (messages() == 1) is warm
        written.append(_changed(before, await rows(client)))
    for reading_first, at_once in zip(written[::2], written[1::2], strict=True):
        assert at_once == reading_first
        assert len(at_once["answers"]) > 12
        assert dimension in str(at_once["responses"])
        assert ("Berlin" if dimension == "LOCATION" else "Sales") in str(at_once["responses"])
        assert len(at_once["responses"]) == len(at_once["audit_events"]) == 1


_REQUISITION = RequisitionInput(
    external_id="one", title="Engineer", department="Sales", location="Berlin"
)
_DIMENSION = """
    INSERT INTO insight_settings (organisation_id, number, starts_on, window_months, dimension,
        minimum, distribution_minimum, response_rate_minimum, excerpt_respondents, excerpt_hidden,
        decided_on)
    VALUES (:organisation, 7, '2020-01-01', 12, :dimension, 10, 10, 20, 10, 5, '2020-01-01')
"""
EVERY_SHAPE: Mapping[str, Answered] = {
    **complete_answers(),
    "other": Answered(Text(' "quoted", {braced}, \\ and\ttabbed ü '), do_not_quote=True),
    "positives": Answered(state=AnswerState.PREFER_NOT_TO_SAY),
}


def _changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        name: [
            *(f"-{one}" for one in (Counter(before[name]) - Counter(after[name])).elements()),
            *(f"+{one}" for one in (Counter(after[name]) - Counter(before[name])).elements()),
        ]
        for name in TABLES
    }


async def test_a_version_of_one_organisation_never_serves_another() -> None:
    here, there = await make_client(), await make_client()
    await send(await make_invited_candidate(here), code_of(1))
    known = asked_last(here)
    foreign = await make_invited_candidate(there)
    found = sending_queries.find_last_asked(foreign.viewer, organisation_id=there.organisation_id)
    assert found is None
    before = await rows(there)
    # Whatever a process remembers wrongly, the database refuses.
    assert await run_short(_add, foreign.viewer, known, foreign.invitation_id) is False
    assert await rows(there) == before
    await send(foreign, code_of(2))
    assert (asked_last(there)).id != known.id


async def _add(session: Session, viewer: Viewer, asked: Asked, invitation_id: UUID) -> bool:
    (organisation_id,) = viewer.roles
    checked = check_answers(asked.definition, complete_answers(), {})
    return await add_response_at_once(
        session,
        viewer,
        asked,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        answers=answer_rows(asked.question_ids, checked),
        confidentiality=Confidentiality.ATTRIBUTED,
        receipt_key=b"receipt",
        language=None,
        order_seed=None,
    )


async def test_an_interview_with_another_version_is_answered_by_its_own(
    messages: Messages,
) -> None:
    client = await make_client()
    first, second = await make_invited_candidate(client), await make_invited_candidate(client)
    await send(first, code_of(1))
    known = asked_last(client)
    # As if another version had been read last: nothing of it may be written.
    strange = replace(known, id=UUID(int=5), question_ids=dict.fromkeys(known.question_ids, ""))
    sending_queries._last_asked[client.organisation_id] = strange
    messages()
    await send(second, code_of(2))
    assert messages() == 3
    assert asked_last(client) is known
    assert len((await rows(client))["responses"]) == 2


Change = Callable[[Invited], Awaitable[Mapping[str, Any] | None]]


async def _revoke(invited: Invited) -> None:
    await write(
        invited.client,
        "UPDATE invitations SET revoked = true WHERE id = :id",
        id=invited.invitation_id,
    )


async def _expire(invited: Invited) -> None:
    await write(
        invited.client,
        "UPDATE invitations SET expires_at = :now WHERE id = :id",
        id=invited.invitation_id,
        now=datetime.now(UTC) - timedelta(seconds=1),
    )


async def _answer_before(invited: Invited) -> None:
    await send(invited, code_of(77))


async def _answer_with_the_same_code(invited: Invited) -> None:
    await send(invited, code_of(1))


async def _use_the_code_elsewhere(invited: Invited) -> None:
    await send(await make_invited_candidate(invited.client), code_of(1))


async def _mail_that_was_not_sent(invited: Invited) -> Mapping[str, Any]:
    return {"viewer": replace(invited.viewer, mail_number=2)}


async def _unknown_invitation(invited: Invited) -> Mapping[str, Any]:
    return {"viewer": replace(invited.viewer, id=UUID(int=7))}


async def _too_short_a_code(_: Invited) -> Mapping[str, Any]:
    return {"receipt_code": "short"}


async def _an_answer_is_missing(_: Invited) -> Mapping[str, Any]:
    answers = complete_answers()
    del answers["main_reason"]
    return {"answers": answers}


async def _an_answer_is_refused(_: Invited) -> Mapping[str, Any]:
    return {"answers": {**complete_answers(), "recommendation": Answered(Scale(11))}}


async def _a_question_is_unknown(_: Invited) -> Mapping[str, Any]:
    return {"answers": {**complete_answers(), "no_such": Answered(Scale(1))}}


@pytest.mark.parametrize(
    "change",
    [
        _revoke,
        _expire,
        _answer_before,
        _answer_with_the_same_code,
        _use_the_code_elsewhere,
        _mail_that_was_not_sent,
        _unknown_invitation,
        _too_short_a_code,
        _an_answer_is_missing,
        _an_answer_is_refused,
        _a_question_is_unknown,
        save,
    ],
)
async def test_what_stands_in_the_way_ends_alike(change: Change) -> None:
    ends = []
    for warm in (False, True):
        client = await make_client()
        await send(await make_invited_candidate(client), code_of(99))
        invited = await make_invited_candidate(client)
        given = await change(invited) or {}
        before = await rows(client)
        if not warm:
            forget()
        try:
            end: Any = await send(invited, code_of(1), **given)
        except InvalidAnswers as refused:
            end = {code: (one.problem, one.message) for code, one in refused.problems.items()}
        except DomainError as refused:
            end = (type(refused), refused.message, refused.field)
        after = await rows(client)
        ends.append((end, {name: len(after[name]) - len(before[name]) for name in TABLES}))
    assert ends[0] == ends[1]
    written = change is save
    assert ends[1][1]["responses"] == written
    # What was saved before is sent as well, and gone.
    assert ends[1][1]["drafts"] == -written
    if written:
        assert any("saved" in one for one in after["answers"])
