"""Editions through the verbs, with row-level security on."""

from datetime import date
from uuid import UUID

import pytest

from tenants.access import Viewer
from tenants.db import run
from tenants.disclosure.cells import Coverage
from tenants.disclosure.figures import CountBand, Figure, Relation, Suppressed, Unit
from tenants.errors import Forbidden, NotFound
from tenants.insights import service
from tenants.insights.windows import Window, months_after
from tenants.insights.withdrawals import withdraw_response
from tenants.interviews.models import Confidentiality
from tenants.metrics import CANDIDATE_NPS, CONTROLLABLE_SHARE, DECLINE_RATE, RESPONSE_RATE
from tenants.offers.service import RequisitionInput
from tenants.questionnaires import service as questionnaires
from tenants.questionnaires.definition import parse_definition, to_json
from tenants.questionnaires.templates import load
from tenants.reasons import Audience
from tenants.work import Session
from tests.factories import Client, make_offer
from tests.tenants.insights.answered import add_response, answers, candidate
from tests.tenants.insights.published import (
    BEGAN,
    THIS_MONTH,
    figure,
    frozen,
    make_old_client,
    publish,
    read,
)

pytestmark = pytest.mark.usefixtures("connection")

ATTRIBUTED, CONFIDENTIAL, ANONYMOUS = Confidentiality
WITHHELD = Suppressed("At least 5 answers are needed.", 5)
FIRST, SECOND = months_after(BEGAN, 3), months_after(BEGAN, 15)
FIRST_ENDS = months_after(BEGAN, 12)


async def test_five_identified_answers_are_figures_of_identified_answers_only() -> None:
    client = await make_old_client()
    for score in (10, 9, 9, 7, 3):
        await add_response(client, FIRST, given=answers(score=score))
    assert await publish(client) == service.Published(
        (Window(BEGAN, FIRST_ENDS), Window(FIRST_ENDS, THIS_MONTH)), counted=5, waiting=0, held=0
    )
    seen = await read(client, ends_on=months_after(BEGAN, 12))
    assert seen.coverage is Coverage.IDENTIFIED_ONLY
    # 100 · (3 − 1) / 5, within ±(100 − 200/5), to ten points.
    nps = figure(seen, CANDIDATE_NPS)
    assert (nps.value, nps.relation, nps.unit) == (40.0, Relation.EXACT, Unit.POINTS)
    assert (nps.base, nps.note) == (CountBand.FROM_5, "Identified answers only.")
    # The ends of an interval would give away what each of the five answered.
    assert (nps.lower, nps.upper) == (None, None)
    # All five said so; five of five would say of each of them what they answered.
    slow = figure(seen, "REASON_PROCESS_SLOW")
    assert (slow.value, slow.relation) == (0.8, Relation.AT_LEAST)
    assert seen.figures[CONTROLLABLE_SHARE] == slow
    assert figure(seen, "REASON_PAY_BASE").relation is Relation.AT_MOST
    # A year without answers is the same as one with too few.
    later = await read(client)
    assert later.edition is not None
    assert later.edition.ends_on == THIS_MONTH
    assert later.coverage is None
    assert later.figures[CANDIDATE_NPS] == WITHHELD
    assert later.questions == []


@pytest.mark.parametrize("hidden", [4, 5])
async def test_hidden_answers_count_from_five_on_and_wait_until_then(hidden: int) -> None:
    client = await make_old_client()
    for _ in range(5):
        await add_response(client, FIRST)
    for _ in range(hidden):
        await add_response(client, FIRST, CONFIDENTIAL, given=answers(factors=("PAY_BASE",)))
    done = await publish(client, as_of=months_after(BEGAN, 11))
    seen = await read(client)
    pay = figure(seen, "REASON_PAY_BASE")
    if hidden == 5:
        assert (done.counted, done.waiting) == (10, 0)
        # HR takes the identified answers away; that all of the others agree it must not see.
        assert (seen.coverage, pay.value) == (Coverage.ALL_ANSWERS, 0.4)
        assert pay.relation is Relation.AT_LEAST
        assert pay.note == "All answers."
    else:
        assert (done.counted, done.waiting) == (5, 4)
        assert (seen.coverage, pay.relation) == (Coverage.IDENTIFIED_ONLY, Relation.AT_MOST)
    # In the next window those who waited are enough, together with one more.
    await add_response(client, SECOND, CONFIDENTIAL)
    done = await publish(client)
    if hidden == 4:
        assert (done.counted, done.waiting) == (10, 0)
        assert (await read(client)).coverage is Coverage.ALL_ANSWERS
    else:
        assert (done.counted, done.waiting) == (10, 1)


async def test_a_department_with_four_answers_is_suppressed_and_so_is_what_it_leaves_over() -> None:
    client = await make_old_client()
    for department, count in (("Engineering", 8), ("Sales", 5), ("Legal", 4)):
        await make_offer(client, requisition=_requisition(department))
        for _ in range(count):
            await add_response(client, FIRST, segment=department)
    await publish(client)
    end = months_after(BEGAN, 12)
    assert (await read(client, ends_on=end)).segments == ("Engineering", "Legal", "Sales")
    covered = {
        department: (await read(client, segment=department, ends_on=end)).coverage
        for department in ("Engineering", "Legal", "Sales")
    }
    # Everybody but Engineering would be the four of Legal if Sales were shown as well.
    assert covered == {"Engineering": Coverage.IDENTIFIED_ONLY, "Legal": None, "Sales": None}


def _requisition(department: str) -> RequisitionInput:
    return RequisitionInput(external_id=f"of {department}", title="Post", department=department)


async def test_a_question_that_few_hidden_respondents_answered_leaves_them_out() -> None:
    client = await make_old_client()
    for score in (9, 9, 9, 9, 9):
        await add_response(client, FIRST, given=answers(score=score))
    for hidden in (0, 0, 0, None, None):
        await add_response(client, FIRST, CONFIDENTIAL, given=answers(score=hidden))
    await publish(client)
    seen = await read(client, ends_on=months_after(BEGAN, 12))
    assert seen.coverage is Coverage.ALL_ANSWERS
    nps = figure(seen, CANDIDATE_NPS)
    # Of the ten the three hidden scores are not in it.
    assert (nps.value, nps.relation, nps.note) == (
        60,
        Relation.AT_LEAST,
        "Identified answers only.",
    )
    assert figure(seen, CONTROLLABLE_SHARE).note == "All answers."


async def test_who_may_read_which_cell() -> None:
    client = await make_old_client()
    await make_offer(client)
    for _ in range(6):
        await add_response(client, FIRST)
    await publish(client)
    for viewer in (client.consultant, client.hr):
        assert (await read(client, viewer)).segments == ("Engineering",)
        assert (await read(client, viewer, segment="Engineering")).segment == "Engineering"
    for viewer in (client.leadership, client.hiring_manager):
        assert (await read(client, viewer)).segments == ()
        with pytest.raises(NotFound):
            await read(client, viewer, segment="Engineering")
    with pytest.raises(Forbidden):
        await read(client, candidate(client))
    with pytest.raises(NotFound):
        await read(client, segment="Nowhere")
    with pytest.raises(NotFound):
        await read(client, ends_on=date(2001, 1, 1))


async def test_offers_are_live_and_exact_for_those_who_may_list_them() -> None:
    client = await make_old_client()
    for _ in range(3):
        await make_offer(client)
    listed = figure(await read(client), DECLINE_RATE)
    assert (listed.value, listed.base) == (1.0, CountBand.UNDER_5)
    assert (await read(client, client.leadership)).figures[DECLINE_RATE] == WITHHELD
    for _ in range(2):
        await make_offer(client)
    counted = figure(await read(client, client.leadership), DECLINE_RATE)
    assert (counted.value, counted.relation) == (0.8, Relation.AT_LEAST)
    assert (await read(client)).edition is None


async def test_a_response_rate_needs_twenty_invitations_and_says_so() -> None:
    client = await make_old_client()
    await publish(client)
    rate = (await read(client)).figures[RESPONSE_RATE]
    assert rate == Suppressed("At least 20 delivered invitations are needed.", 20)


async def test_published_twice_from_the_same_rows_it_is_equal() -> None:
    editions = []
    for _ in range(2):
        client = await make_old_client()
        for number in range(12):
            chosen = (ATTRIBUTED, CONFIDENTIAL)[number % 2]
            given = answers(score=number % 11)
            await add_response(client, FIRST, chosen, segment=f"S{number % 2}", given=given)
        await publish(client)
        editions.append(await frozen(client))
    assert len(editions[0]) == 4
    # But for the ids of the questions, which are each client's own.
    for row in (*editions[0], *editions[1]):
        for question in row[-1] or ():
            assert len(question.pop("asked")) == 1
    assert editions[0] == editions[1]
    again = await frozen(client)
    assert (await publish(client)).editions == ()
    assert await frozen(client) == again


async def test_withdrawing_changes_a_published_figure_to_suppressed_and_nothing_else() -> None:
    client = await make_old_client()
    for _ in range(6):
        await add_response(client, FIRST)
    codes = [
        await add_response(client, FIRST, CONFIDENTIAL, given=answers(score=score))
        for score in (9, 9, 9, 9, 9, None)
    ]
    await publish(client)
    before = await frozen(client)
    # One who gave no score: the five scores still stand, and so does everything else.
    await run(withdraw_response, candidate(client), receipt_code=codes.pop())
    assert await frozen(client) == before
    # One who did: four scores are too few, and so are four of any other question.
    await run(withdraw_response, candidate(client), receipt_code=codes.pop())
    after = await read(client, ends_on=months_after(BEGAN, 12))
    assert after.coverage is None
    assert after.figures[CANDIDATE_NPS] == WITHHELD
    # What identified answers alone would say is not published instead.
    assert [row for row in await frozen(client) if row[3] is not None] == []


async def test_a_figure_goes_alone_when_only_its_own_respondents_have_gone() -> None:
    client = await make_old_client()
    for _ in range(5):
        await add_response(client, FIRST)
    scores = (9, 9, 9, 9, 9, None, None)
    codes = [
        await add_response(client, FIRST, CONFIDENTIAL, given=answers(score=score))
        for score in scores
    ]
    await publish(client)
    await run(withdraw_response, candidate(client), receipt_code=codes[0])
    seen = await read(client, ends_on=months_after(BEGAN, 12))
    assert seen.coverage is Coverage.ALL_ANSWERS
    assert seen.figures[CANDIDATE_NPS] == WITHHELD
    assert isinstance(seen.figures[CONTROLLABLE_SHARE], Figure)
    (score,) = [one for one in seen.questions if one.concept == "recommendation"]
    assert (score.coverage, score.mean, score.distribution) == (None, WITHHELD, None)


async def test_what_a_suppressed_department_leaves_over_is_suppressed_with_it() -> None:
    client = await make_old_client()
    codes = [
        await add_response(client, FIRST, CONFIDENTIAL, segment=department)
        for department in ("Engineering", "Sales")
        for _ in range(6)
    ]
    await publish(client)
    assert await published_segments(client) == ["", "Engineering", "Sales"]
    await run(withdraw_response, candidate(client), receipt_code=codes.pop())
    assert await published_segments(client) == ["", "Engineering", "Sales"]
    # Four are left in Sales, and Engineering beside the whole would tell of just those.
    await run(withdraw_response, candidate(client), receipt_code=codes.pop())
    assert await published_segments(client) == [""]


async def published_segments(client: Client) -> list[str]:
    """Return the segments that have a cell; the organisation's own is empty."""
    return [row[4] for row in await frozen(client) if row[3] is not None]


async def test_a_metric_is_for_whom_its_question_is_for() -> None:
    client = await make_old_client()
    await run(_ask_for_hr_only, client.job, client.organisation_id)
    for _ in range(6):
        await add_response(client, FIRST)
    await publish(client)
    end = months_after(BEGAN, 12)
    assert figure(await read(client, ends_on=end), CANDIDATE_NPS).relation is Relation.AT_LEAST
    seen = await read(client, client.leadership, ends_on=end)
    assert seen.figures[CANDIDATE_NPS] == WITHHELD
    assert figure(seen, CONTROLLABLE_SHARE).relation is Relation.AT_LEAST


async def _ask_for_hr_only(session: Session, viewer: Viewer, organisation_id: UUID) -> None:
    """Publish another version, whose recommendation is for HR."""
    document = to_json(load("declined_offer"))
    for page in document["pages"]:
        for question in page["questions"]:
            if question["code"] == "recommendation":
                question["audience"] = Audience.HR.value
    await questionnaires.install_definition(
        session,
        viewer,
        organisation_id=organisation_id,
        code="declined_offer",
        definition=parse_definition(document),
    )
