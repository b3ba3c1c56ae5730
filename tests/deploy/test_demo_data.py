"""The demo's data in a database of its own: what it must show is there and is found."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from deploy.demo.clients import CLIENTS, NEIGHBOURS, Client
from tenants.access import Role, Viewer
from tenants.actions.effects import EffectOutcome, get_effect
from tenants.actions.models import Action
from tenants.actions.service import is_overdue
from tenants.actions.statuses import ActionStatus
from tenants.benchmarks.comparison_queries import find_comparisons
from tenants.benchmarks.comparisons import Comparison, compare, get_benchmark, require_metric
from tenants.benchmarks.peer_groups import groups_of
from tenants.db import run
from tenants.disclosure.figures import Figure, Suppressed
from tenants.disclosure.peers import LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE
from tenants.disclosure.rules import Dimension
from tenants.insights.changes import Certainty
from tenants.insights.queries import Insights, get_insights
from tenants.insights.service import publish_editions
from tenants.insights.windows import month_of, months_after
from tenants.interviews.holding import open_held
from tenants.interviews.models import HeldSubmission
from tenants.metrics import (
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    DECISION_TIME,
    DECLINE_RATE,
    RENEGE_RATE,
    RESPONSE_RATE,
    reason_key,
)
from tenants.questionnaires.logic import Answer, check_answers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.templates import load
from tenants.questionnaires.values import COLUMNS, from_columns
from tenants.reasons import REASONS, Controllability, DeclineReason
from tenants.work import Session
from tests.deploy.demo_world import TODAY, Demo, demo, sign_in
from tests.deploy.readers_by_hand import Given, published, spelt, suppressed
from tests.deploy.readers_by_hand import groups_of as groups_by_hand

_BY_SLUG = {client.slug: client for client in CLIENTS}
NORTHWIND, HAFEN = _BY_SLUG["northwind-robotics"], _BY_SLUG["hafen-klinikum"]
HARBOUR, NORDLICHT = _BY_SLUG["harbour-software"], _BY_SLUG["nordlicht-systeme"]
__all__ = ["demo"]

MAIN_METRICS = (
    DECLINE_RATE,
    RENEGE_RATE,
    DECISION_TIME,
    RESPONSE_RATE,
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    reason_key(DeclineReason.PROCESS_SLOW),
)
THIS_MONTH = month_of(TODAY)
SPEED = ("process_ratings", "SPEED")
WINDOWS = ((-24, -12), (-12, 0))


async def insights_of(client: Client, segment: str | None = None) -> Insights:
    viewer = Viewer(roles={client.organisation_id: Role.CONSULTANT})
    organisation_id = client.organisation_id
    return await run(get_insights, viewer, organisation_id=organisation_id, segment=segment)


def test_a_second_start_goes_on_where_the_first_ended_and_a_third_adds_one_offer(
    demo: Demo,
) -> None:
    before, after = demo.counts
    assert before["organisations"] == 32
    # Two windows of the eight have ended, and one of each of the others.
    assert before["editions"] == 2 * 8 + 24
    assert (before["benchmark_releases"], before["excerpts"]) == (1, 30)
    # One invitation's mail waits: the link that was handed out.
    assert before["jobs"] == 1
    assert after == {**before, "jobs": 2}
    assert list(demo.first) == list(demo.second)
    assert demo.first["organisation"] == "northwind-robotics"
    assert demo.first["candidateLink"] != demo.second["candidateLink"]


def test_two_firms_serve_eight_organisations_among_small_ones(demo: Demo) -> None:
    rows = demo.ask(
        "SELECT o.slug, o.industry, o.size_band, o.language, o.created_at, f.slug AS firm"
        " FROM organisations o LEFT JOIN engagements e ON e.organisation_id = o.id"
        " LEFT JOIN firms f ON f.id = e.firm_id"
    )
    served = [row for row in rows if row.firm is not None]
    assert Counter(row.firm for row in served) == {"candour-partners": 5, "klartext-beratung": 3}
    assert len({row.industry for row in served}) == 3
    assert len({row.size_band for row in served}) == 3
    assert {row.language for row in served} == {"en", "de"}
    members = {
        row.slug: row.family
        for row in demo.ask(
            "SELECT o.slug, m.family FROM benchmark_members m"
            " JOIN organisations o ON o.id = m.organisation_id"
            " JOIN benchmark_consents c ON c.organisation_id = o.id"
        )
    }
    assert set(members) == {row.slug for row in rows} - {"nordlicht-systeme"}
    assert len(set(members.values())) == 31
    youngest = max(row.created_at for row in rows)
    assert youngest.date() == months_after(THIS_MONTH, -13)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_each_declines_and_answers_as_published_figures_say(demo: Demo, client: Client) -> None:
    for start, end in WINDOWS:
        period = {
            "organisation": client.organisation_id,
            "start": months_after(THIS_MONTH, start),
            "end": months_after(THIS_MONTH, end),
        }
        rows = demo.ask(
            "SELECT status, count(*) FROM offers WHERE organisation_id = :organisation"
            " AND resolved_at >= :start AND resolved_at < :end GROUP BY status",
            **period,
        )
        offers: Counter[str] = Counter(dict([*rows]))
        assert 120 <= offers["DECLINED"] <= 250
        assert min(offers[one] for one in ("LAPSED", "RESCINDED", "RENEGED")) > 0
        refused = offers["DECLINED"] + offers["LAPSED"]
        resolved = refused + offers["ACCEPTED"] + offers["RENEGED"]
        assert 0.14 < refused / resolved < 0.22
        [(answered, invited)] = demo.ask(
            "SELECT count(v.submission), count(*) FROM invitations v JOIN interviews i"
            " ON i.organisation_id = v.organisation_id AND i.id = v.interview_id"
            " WHERE i.organisation_id = :organisation"
            " AND i.invited_on >= :start AND i.invited_on < :end",
            **period,
        )
        assert 0.3 < answered / invited < 0.44


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_what_was_answered_is_kept_as_it_was_promised(demo: Demo, client: Client) -> None:
    rows = demo.ask(
        "SELECT r.*, v.submission FROM responses r LEFT JOIN invitations v"
        " ON v.organisation_id = r.organisation_id AND v.interview_id = r.interview_id"
        " WHERE r.organisation_id = :organisation",
        organisation=client.organisation_id,
    )
    named = [row for row in rows if row.confidentiality != "ANONYMOUS"]
    anonymous = [row for row in rows if row.confidentiality == "ANONYMOUS"]
    chosen = Counter(row.confidentiality for row in rows)
    assert set(chosen) == {"ATTRIBUTED", "CONFIDENTIAL", "ANONYMOUS"}
    assert 0.6 < chosen["ATTRIBUTED"] / len(rows) < 0.72
    assert {row.submission for row in named} == {"SUBMITTED"}
    assert {row.language for row in named} == {"en", "de"}
    assert all(row.submitted_on <= TODAY for row in named)
    for row in anonymous:
        assert (row.interview_id, row.submitted_on, row.language) == (None, None, None)
    # A batch is one of five or more, and so is a segment's part of it.
    parts = Counter((row.submitted_month, row.segment) for row in anonymous)
    assert min(parts.values()) >= 5
    submissions = demo.ask(
        "SELECT submission, count(*) FROM invitations WHERE organisation_id = :organisation"
        " AND submission IS NOT NULL GROUP BY submission ORDER BY submission",
        organisation=client.organisation_id,
    )
    assert [tuple(row) for row in submissions] == [("HELD", 3), ("SUBMITTED", len(rows))]


def test_what_is_held_can_be_opened(demo: Demo) -> None:
    names = "organisation_id, id, questionnaire_version_id, held_month, sealed"
    rows = demo.ask(f"SELECT {names} FROM held_submissions")  # noqa: S608 - our own words.
    assert len(rows) == 3 * len(CLIENTS)
    definition = load("declined_offer")
    for row in rows:
        opened = open_held(HeldSubmission(**row._mapping))
        assert check_answers(definition, opened.answers, {}) == opened.answers
        assert opened.parts[Dimension.DEPARTMENT] is not None


def test_every_answer_obeys_the_questionnaire(demo: Demo) -> None:
    definition = load("declined_offer")
    responses: dict[Any, dict[str, Answer]] = {}
    for row in demo.ask(
        "SELECT a.*, q.code FROM answers a JOIN questions q"
        " ON q.organisation_id = a.organisation_id AND q.id = a.question_id ORDER BY q.position"
    ):
        value = from_columns({name: row._mapping[name] for name in COLUMNS})
        answer = Answer(AnswerState(row.state), value, row.do_not_quote)
        responses.setdefault(row.response_id, {})[row.code] = answer
    assert len(responses) == demo.counts[0]["responses"]
    for answers in responses.values():
        shown = {
            code: answer
            for code, answer in answers.items()
            if answer.state is not AnswerState.NOT_SHOWN
        }
        assert check_answers(definition, shown, {}) == answers


@pytest.mark.parametrize(
    ("client", "department", "reason"),
    [
        (NORTHWIND, "Engineering", DeclineReason.PROCESS_SLOW),
        (HARBOUR, "Sales", DeclineReason.PAY_BONUS_EQUITY),
    ],
    ids=("a slow process", "bonus and equity"),
)
@pytest.mark.usefixtures("demo")
async def test_what_was_planted_is_found(
    client: Client, department: str, reason: DeclineReason
) -> None:
    cell, whole = await insights_of(client, department), await insights_of(client)
    shares = {
        one: figure.value
        for one in DeclineReason
        if isinstance(figure := cell.figures[reason_key(one)], Figure)
    }
    assert max(shares, key=lambda one: shares[one]) is reason
    found, everywhere = cell.figures[reason_key(reason)], whole.figures[reason_key(reason)]
    assert isinstance(found, Figure)
    assert isinstance(everywhere, Figure)
    assert found.lower is not None
    # Above the value of the whole organisation, this department included.
    assert found.lower > everywhere.value


@pytest.mark.usefixtures("demo")
async def test_the_slow_process_shows_in_its_rating_and_can_be_changed() -> None:
    means = {}
    for segment in (None, "Engineering"):
        questions = (await insights_of(NORTHWIND, segment)).questions
        mean = next(one.mean for one in questions if (one.code, one.row) == SPEED)
        assert isinstance(mean, Figure)
        means[segment] = mean.value
    assert means["Engineering"] < 2.8 < means[None]
    assert REASONS[DeclineReason.PROCESS_SLOW].controllability is Controllability.CONTROLLABLE


async def test_a_department_with_four_answers_is_suppressed(demo: Demo) -> None:
    [(answers,)] = demo.ask(
        "SELECT count(*) FROM responses r JOIN editions e ON e.organisation_id = r.organisation_id"
        " AND e.id = r.edition_id WHERE r.segment = 'Legal' AND e.ends_on = :end",
        end=THIS_MONTH,
    )
    assert answers == 4
    cell = await insights_of(NORTHWIND, "Legal")
    assert cell.coverage is None
    assert cell.figures[CANDIDATE_NPS] == Suppressed("At least 5 answers are needed.", 5)
    assert cell.questions == []
    assert isinstance(cell.figures[DECLINE_RATE], Figure)


@pytest.mark.parametrize("client", [*CLIENTS, NEIGHBOURS[5]], ids=lambda client: client.slug)
@pytest.mark.usefixtures("demo")
async def test_all_that_has_ended_is_published(client: Client) -> None:
    published = await run(
        publish_editions,
        Viewer.job(client.organisation_id),
        organisation_id=client.organisation_id,
        as_of=THIS_MONTH - timedelta(days=1),
    )
    assert published.editions == ()
    assert published.counted > 0
    # The current month's fresh answers.
    assert published.waiting > 0
    assert published.held == (3 if client.firm is not None else 0)


@pytest.mark.parametrize("role", ["consultant", "hr", "leadership"])
async def test_northwind_sees_its_peers_median_and_quartiles(demo: Demo, role: str) -> None:
    viewer = await sign_in(demo, role)
    for metric in MAIN_METRICS:
        compared = await run(
            get_benchmark, viewer, organisation_id=NORTHWIND.organisation_id, metric=metric
        )
        for quantile in (LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE):
            assert isinstance(compared.quantiles[quantile], Figure), (metric, quantile)


async def test_hafen_sees_no_decision_time_in_any_of_its_groups(demo: Demo) -> None:
    viewer, organisation_id = await sign_in(demo, "otherHr"), HAFEN.organisation_id
    groups = groups_of(HAFEN.industry, HAFEN.size_band, HAFEN.region)
    assert len(groups) == 7
    for group in groups:
        compared = await run(
            get_benchmark,
            viewer,
            organisation_id=organisation_id,
            metric=DECISION_TIME,
            peer_group=group,
        )
        assert {type(one) for one in compared.quantiles.values()} == {Suppressed}
    rate = await run(get_benchmark, viewer, organisation_id=organisation_id, metric=DECLINE_RATE)
    assert isinstance(rate.quantiles[MEDIAN], Figure)


@pytest.mark.usefixtures("demo")
async def test_who_has_not_opted_in_is_told_so() -> None:
    viewer = Viewer(roles={NORDLICHT.organisation_id: Role.HR})
    compared = await run(
        get_benchmark, viewer, organisation_id=NORDLICHT.organisation_id, metric=DECLINE_RATE
    )
    median = compared.quantiles[MEDIAN]
    assert isinstance(median, Suppressed)
    assert median.message == "The organisation does not take part in the benchmark."


@pytest.mark.usefixtures("demo")
async def test_northwinds_actions_are_at_every_stage_and_one_is_measured() -> None:
    viewer = Viewer(roles={NORTHWIND.organisation_id: Role.CONSULTANT})

    async def read(session: Session, _viewer: Viewer) -> Sequence[Action]:
        return (await session.scalars(select(Action).order_by(Action.id))).all()

    actions = await run(read, viewer)
    assert {one.status for one in actions} == set(ActionStatus) - {ActionStatus.DROPPED}
    late = [one for one in actions if is_overdue(status=one.status, due_on=one.due_on, today=TODAY)]
    assert len(late) == 1
    (done,) = [one for one in actions if one.status is ActionStatus.DONE]
    effect = await run(
        get_effect, viewer, organisation_id=NORTHWIND.organisation_id, action_id=done.id
    )
    assert effect.outcome is EffectOutcome.MEASURED
    assert effect.certainty is Certainty.NOT_CERTAIN
    assert "not yet certain" in effect.message
    assert 0.7 < (effect.exposure or 0) < 0.8


async def test_three_readers_see_three_sets_of_figures_each_right_by_hand(demo: Demo) -> None:
    """HR of the demo's own client, its firm's consultant, and the other firm's for its own client.

    Of each metric and peer group: which of the five quantiles is withheld.
    """
    rows = demo.ask(
        "SELECT c.metric, p.family, p.industry, p.size_band, p.region, c.value"
        " FROM contributions c JOIN benchmark_places p USING (organisation_id)"
        " WHERE p.takes_part AND c.n >= CASE WHEN c.metric IN ('DECLINE_RATE', 'RENEGE_RATE',"
        " 'DECISION_TIME', 'RESPONSE_RATE') THEN 10 ELSE 5 END"
    )
    given: dict[str, list[Given]] = defaultdict(list)
    for metric, family, industry, size_band, region, value in rows:
        given[metric].append(Given(family, (industry, size_band, region), value))
    firms = {
        firm: {one.slug for one in CLIENTS if one.firm == firm and one.in_benchmark}
        for firm in ("candour-partners", "klartext-beratung")
    }
    readers = {
        "hr": (NORTHWIND, {NORTHWIND.slug}),
        "consultant": (NORTHWIND, firms["candour-partners"]),
        "otherConsultant": (_BY_SLUG["voss-maschinenbau"], firms["klartext-beratung"]),
    }
    crowds = {metric: published(everybody) for metric, everybody in given.items()}
    sets = {}
    for name, (client, known) in readers.items():
        place = (client.industry.value, client.size_band.value, client.region.value)
        metrics = [
            one for one, all_ in given.items() if client.slug in {each.family for each in all_}
        ]
        by_hand = {
            (metric, spelt(group), quantile)
            for metric in metrics
            for group, quantile in suppressed(crowds[metric], place, known)
        }
        viewer, organisation_id = await sign_in(demo, name), client.organisation_id
        found = await run(
            find_comparisons, viewer, organisation_id=organisation_id, metrics=metrics
        )
        sets[name] = {
            (metric, key, quantile)
            for metric in metrics
            for key in map(spelt, groups_by_hand(place))
            for quantile in withheld_in(
                key, compare(viewer, organisation_id, found, require_metric(metric), key)
            )
        }
        assert sets[name] == by_hand, name
    hr, consultant, other = sets.values()
    # The firm knows more, and is shown less of the same client; the other one sees another client.
    assert hr < consultant
    assert len({frozenset(one) for one in (hr, consultant, other)}) == 3


def withheld_in(key: str, compared: Comparison) -> list[str]:
    """Return which quantiles of a group are withheld: all of them if a wider one stands in."""
    used = compared.peer_group is not None and compared.peer_group.key == key
    return [
        quantile
        for quantile, one in compared.quantiles.items()
        if not used or isinstance(one, Suppressed)
    ]
