"""Which of two things said about an offer stands, whatever the order in which they arrive."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.offers.statuses import (
    OPENS_INTERVIEW,
    OfferFacts,
    OfferStatus,
    combine,
    renege,
    supersedes,
)

S = OfferStatus
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)

times = st.none() | st.sampled_from([MONDAY, TUESDAY, WEDNESDAY])
days = st.none() | st.sampled_from([date(2026, 10, 1), date(2026, 10, 2), date(2026, 12, 1)])
facts = st.builds(
    OfferFacts,
    version=st.integers(1, 3),
    status=st.sampled_from(OfferStatus),
    extended_on=days,
    resolved_at=times,
    starts_on=days,
)


def settle(*said: OfferFacts) -> OfferFacts:
    """Combine facts in the order given."""
    return reduce(combine, said)


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        # A higher version wins, even an open one over an answer.
        (OfferFacts(1, S.DECLINED, None, MONDAY), OfferFacts(2, S.DRAFT), S.DRAFT),
        (OfferFacts(1, S.SUPERSEDED, None, MONDAY), OfferFacts(2, S.EXTENDED), S.EXTENDED),
        (OfferFacts(1, S.RESCINDED), OfferFacts(2, S.EXTENDED), S.EXTENDED),
        # Sent after drafted; an answer over both.
        (OfferFacts(1, S.DRAFT), OfferFacts(1, S.EXTENDED), S.EXTENDED),
        (OfferFacts(1, S.EXTENDED), OfferFacts(1, S.ACCEPTED, None, MONDAY), S.ACCEPTED),
        (OfferFacts(1, S.EXTENDED), OfferFacts(1, S.DECLINED), S.DECLINED),
        (OfferFacts(1, S.EXTENDED), OfferFacts(1, S.RENEGED), S.RENEGED),
        # SUPERSEDED closes an open offer and undoes no resolved one.
        (OfferFacts(1, S.EXTENDED), OfferFacts(1, S.SUPERSEDED, None, MONDAY), S.SUPERSEDED),
        (
            OfferFacts(1, S.DECLINED, None, MONDAY),
            OfferFacts(1, S.SUPERSEDED, None, TUESDAY),
            S.DECLINED,
        ),
        (
            OfferFacts(1, S.ACCEPTED, None, MONDAY),
            OfferFacts(1, S.SUPERSEDED, None, TUESDAY),
            S.ACCEPTED,
        ),
        (
            OfferFacts(1, S.LAPSED, None, MONDAY),
            OfferFacts(1, S.SUPERSEDED, None, TUESDAY),
            S.LAPSED,
        ),
        (OfferFacts(1, S.RESCINDED), OfferFacts(1, S.SUPERSEDED, None, TUESDAY), S.RESCINDED),
        # A deletion rescinds what is open and undoes no answer.
        (OfferFacts(1, S.EXTENDED), OfferFacts(1, S.RESCINDED), S.RESCINDED),
        (OfferFacts(1, S.ACCEPTED, None, MONDAY), OfferFacts(1, S.RESCINDED), S.ACCEPTED),
        (
            OfferFacts(1, S.DECLINED, None, MONDAY),
            OfferFacts(1, S.RESCINDED, None, TUESDAY),
            S.DECLINED,
        ),
        # Silence is refuted by whatever was said, even when it was said before the lapse.
        (
            OfferFacts(1, S.LAPSED, None, TUESDAY),
            OfferFacts(1, S.DECLINED, None, MONDAY),
            S.DECLINED,
        ),
        (OfferFacts(1, S.LAPSED, None, TUESDAY), OfferFacts(1, S.RESCINDED), S.RESCINDED),
        # Of two answers the later one stands, and a dated one over an undated one.
        (
            OfferFacts(1, S.ACCEPTED, None, MONDAY),
            OfferFacts(1, S.DECLINED, None, TUESDAY),
            S.DECLINED,
        ),
        (
            OfferFacts(1, S.DECLINED, None, MONDAY),
            OfferFacts(1, S.ACCEPTED, None, TUESDAY),
            S.ACCEPTED,
        ),
        (OfferFacts(1, S.DECLINED, None, MONDAY), OfferFacts(1, S.ACCEPTED), S.DECLINED),
        # At the same time, or both undated: accepted, so that nobody who joined is asked.
        (
            OfferFacts(1, S.DECLINED, None, MONDAY),
            OfferFacts(1, S.ACCEPTED, None, MONDAY),
            S.ACCEPTED,
        ),
        (OfferFacts(1, S.DECLINED), OfferFacts(1, S.ACCEPTED), S.ACCEPTED),
        # Reneging follows the acceptance, dated or not; a later acceptance follows reneging.
        (
            OfferFacts(1, S.ACCEPTED, None, MONDAY),
            OfferFacts(1, S.RENEGED, None, TUESDAY),
            S.RENEGED,
        ),
        (
            OfferFacts(1, S.ACCEPTED, None, MONDAY),
            OfferFacts(1, S.RENEGED, None, MONDAY),
            S.RENEGED,
        ),
        (OfferFacts(1, S.ACCEPTED, None, MONDAY), OfferFacts(1, S.RENEGED), S.RENEGED),
        (
            OfferFacts(1, S.RENEGED, None, MONDAY),
            OfferFacts(1, S.ACCEPTED, None, TUESDAY),
            S.ACCEPTED,
        ),
    ],
)
def test_the_same_stands_whichever_came_first(
    first: OfferFacts, second: OfferFacts, stands: OfferStatus
) -> None:
    assert settle(first, second).status is stands
    assert settle(second, first).status is stands
    assert supersedes(first, second) is not supersedes(second, first)


def test_nothing_supersedes_itself() -> None:
    for status, time in product(OfferStatus, [None, MONDAY]):
        said = OfferFacts(1, status, None, time)
        assert not supersedes(said, said)
        assert combine(said, said) == said


def test_a_resolved_status_is_never_undone_by_an_open_one_or_by_superseded() -> None:
    resolved = [S.ACCEPTED, S.DECLINED, S.RENEGED, S.RESCINDED, S.LAPSED]
    for current, incoming in product(resolved, [S.DRAFT, S.EXTENDED, S.SUPERSEDED]):
        for earlier, later in product([None, MONDAY], [None, TUESDAY]):
            said = OfferFacts(1, incoming, None, later)
            assert combine(OfferFacts(1, current, None, earlier), said).status is current


def test_only_declined_and_reneged_open_an_interview() -> None:
    assert frozenset({S.DECLINED, S.RENEGED}) == OPENS_INTERVIEW


def test_what_an_event_leaves_out_is_kept_from_its_own_version_only() -> None:
    sent = OfferFacts(1, S.EXTENDED, date(2026, 10, 2), None, date(2026, 12, 1))
    sent_again = OfferFacts(1, S.EXTENDED, date(2026, 10, 5), None, date(2027, 1, 1))
    declined = OfferFacts(1, S.DECLINED, None, MONDAY)
    for order in permutations([sent, sent_again, declined]):
        assert settle(*order) == OfferFacts(
            1, S.DECLINED, date(2026, 10, 2), MONDAY, date(2027, 1, 1)
        )
    assert settle(sent, declined, OfferFacts(2, S.DRAFT)) == OfferFacts(2, S.DRAFT)


@given(st.lists(facts, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_any_order_with_any_repeats_ends_in_the_same_state(
    said: list[OfferFacts], chance: random.Random
) -> None:
    again = said + chance.choices(said, k=len(said))
    chance.shuffle(again)
    assert settle(*again) == settle(*said)


@given(facts, facts, facts)
def test_the_order_is_total(one: OfferFacts, two: OfferFacts, three: OfferFacts) -> None:
    if supersedes(one, two) and supersedes(two, three):
        assert supersedes(one, three)
    if not supersedes(one, two) and not supersedes(two, one):
        assert (one.version, one.status, one.resolved_at) == (
            two.version,
            two.status,
            two.resolved_at,
        )


@pytest.mark.parametrize(
    ("offer", "unhired_at", "expected"),
    [
        (OfferFacts(1, S.ACCEPTED, None, MONDAY), TUESDAY, OfferFacts(1, S.RENEGED, None, TUESDAY)),
        (OfferFacts(1, S.ACCEPTED, None, MONDAY), MONDAY, OfferFacts(1, S.RENEGED, None, MONDAY)),
        (OfferFacts(1, S.ACCEPTED), MONDAY, OfferFacts(1, S.RENEGED, None, MONDAY)),
        # Accepted again after the unhire.
        (OfferFacts(1, S.ACCEPTED, None, WEDNESDAY), TUESDAY, None),
        # Refused after the unhire, so after an acceptance; the refusal's own time stays.
        (
            OfferFacts(2, S.DECLINED, None, WEDNESDAY),
            TUESDAY,
            OfferFacts(2, S.RENEGED, None, WEDNESDAY),
        ),
        # Refused before: the acceptance in between is not known yet.
        (OfferFacts(1, S.DECLINED, None, MONDAY), TUESDAY, None),
        (OfferFacts(1, S.DECLINED), TUESDAY, None),
        # The acceptance is not known yet, or nobody answered.
        (OfferFacts(1, S.EXTENDED), TUESDAY, None),
        (OfferFacts(1, S.RESCINDED), TUESDAY, None),
        (OfferFacts(1, S.RENEGED, None, MONDAY), TUESDAY, None),
    ],
)
def test_an_unhire_reneges_an_acceptance_before_it(
    offer: OfferFacts, unhired_at: datetime, expected: OfferFacts | None
) -> None:
    assert renege(offer, unhired_at) == (expected or offer)
    assert renege(renege(offer, unhired_at), unhired_at) == (expected or offer)


@given(
    st.lists(facts, min_size=1, max_size=5),
    st.lists(st.sampled_from([MONDAY, TUESDAY, WEDNESDAY]), max_size=2),
    st.randoms(use_true_random=False),
)
def test_unhires_among_the_offers_events_may_come_in_any_order_too(
    said: list[OfferFacts], unhires: list[datetime], chance: random.Random
) -> None:
    def keep(events: list[OfferFacts | datetime]) -> OfferFacts:
        known: OfferFacts | None = None
        unhired_at: datetime | None = None
        for event in events:
            if isinstance(event, OfferFacts):
                known = combine(known, event)
            else:
                unhired_at = max(unhired_at or event, event)
        assert known is not None
        return renege(known, unhired_at) if unhired_at else known

    events: list[OfferFacts | datetime] = [*said, *unhires]
    again = events + chance.choices(events, k=3)
    chance.shuffle(again)
    assert keep(again) == keep(events)
