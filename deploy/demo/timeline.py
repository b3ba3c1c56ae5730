"""What happened at a demo client, day by day: offers, what became of them, and who answered.

Numbers are set for each department and period and only the days are drawn, so that what the demo
shows does not depend on the day on which it is started. They are calibrated on published figures:
about two thirds identify themselves when they have the choice (Nobscot 2008); for the others see
`deploy.demo.clients`.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from deploy.demo.clients import Client, Department
from tenants.disclosure.rules import WINDOW_MONTHS
from tenants.insights.windows import month_of, months_after
from tenants.interviews.models import Confidentiality
from tenants.offers.statuses import OfferStatus

CONFIDENTIAL_SHARE: Final = 0.20
ANONYMOUS_SHARE: Final = 0.14
# ANONYMOUS is on offer only to clients that send so many invitations a year.
ANONYMOUS_FROM: Final = 100
# Relative to the declined offers, and for the other two to the accepted ones.
LAPSED_SHARE: Final = 0.06
RESCINDED_SHARE: Final = 0.01
RENEGED_SHARE: Final = 0.02
LAPSES_AFTER: Final = timedelta(days=30)
FRESH_REPLIES: Final = 3
FEWEST_REPLIES: Final = 6
OPEN_OFFERS: Final = 4
YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a client's history, half-open; `years` scales what happens in them."""

    number: int
    starts_on: date
    ends_on: date
    years: float


@dataclass(frozen=True, slots=True)
class Reply:
    """That somebody answered an invitation.

    Attributes:
        submitted_on: The day.
        confidentiality: What was chosen.
        planted: Whether it names what is planted in the department.
        seed: Of what is answered, so that it is the same whenever the demo is started.
    """

    submitted_on: date
    confidentiality: Confidentiality
    planted: bool = False
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One offer and what became of it.

    Attributes:
        department: Whose offer.
        title: Place of the opening among the department's.
        status: Where the offer stands.
        extended_on: The day on which it was made.
        resolved_on: The day of its status; None of an open one.
        accepted_on: Of one that was given up later, the day of the acceptance.
        starts_on: The day on which the job begins, of an accepted one.
        reply: The candidate's answer to the invitation.
    """

    department: Department
    title: int
    status: OfferStatus
    extended_on: date
    resolved_on: date | None = None
    accepted_on: date | None = None
    starts_on: date | None = None
    reply: Reply | None = None


def first_day(client: Client, today: date) -> date:
    """Return the day since which the client is served: the first of a month."""
    return months_after(month_of(today), -client.months)


def make_events(client: Client, today: date, rng: random.Random) -> list[Event]:
    """Return everything that happened to a client's offers, in the order of their making.

    Args:
        client: Whose.
        today: Nothing happens later.
        rng: Draws the days.
    """
    events: list[Event] = []
    for period in _periods(client, today):
        declined = {
            department: _declined(client, department, period) for department in client.departments
        }
        replies = _replies(client, period, declined, rng)
        for department, count in declined.items():
            answered = replies[department]
            events += [_answered(department, client, one, today, rng) for one in answered]
            silent = max(count - len(answered), 0)
            events += _others(client, department, period, today, rng, silent=silent, count=count)
    events += _open(client, today, rng)
    return sorted(events, key=lambda event: event.extended_on)


def _periods(client: Client, today: date) -> Iterator[Period]:
    """Yield the windows that editions are published for, then what is left until today."""
    number, starts_on = 0, first_day(client, today)
    while (ends_on := months_after(starts_on, WINDOW_MONTHS)) <= month_of(today):
        yield Period(number, starts_on, ends_on, 1.0)
        number, starts_on = number + 1, ends_on
    tomorrow = today + timedelta(days=1)
    yield Period(number, starts_on, tomorrow, (tomorrow - starts_on).days / YEAR)


def _declined(client: Client, department: Department, period: Period) -> int:
    whole = sum(one.weight for one in client.departments)
    return round(client.declined_offers * period.years * department.weight / whole)


def _replies(
    client: Client,
    period: Period,
    declined: dict[Department, int],
    rng: random.Random,
) -> dict[Department, list[Reply]]:
    """Return who answers in a period, by department."""
    wanted = {
        department: _answering(client, department, count, period)
        for department, count in declined.items()
    }
    largest = client.departments[0]
    whole = period.years >= 1
    fewest = FEWEST_REPLIES if whole else FRESH_REPLIES
    wanted[largest] += max(fewest - sum(wanted.values()), 0)
    free = [one for one, count in wanted.items() if one.answers is None for _ in range(count)]
    rng.shuffle(free)
    choices = _choices(client, len(free))
    replies: dict[Department, list[Reply]] = {department: [] for department in wanted}
    for department, choice in zip(free, choices, strict=True):
        replies[department].append(_reply(choice, period, rng))
    for department, count in wanted.items():
        if department.answers is not None:
            named = [Confidentiality.CONFIDENTIAL, *[Confidentiality.ATTRIBUTED] * count][:count]
            replies[department] = [_reply(choice, period, rng) for choice in named]
    return {department: _planted(department, ones, period) for department, ones in replies.items()}


def _answering(client: Client, department: Department, declined: int, period: Period) -> int:
    if department.answers is not None:
        return department.answers if period.years >= 1 else 0
    # Whoever gives up an accepted offer is invited, too, and in the demo never answers.
    accepted = declined * (1 - client.decline_rate) / client.decline_rate
    return round(client.answered_share * (declined + RENEGED_SHARE * accepted))


def _choices(client: Client, count: int) -> list[Confidentiality]:
    """Return what so many candidates choose; ANONYMOUS only where it is on offer."""
    offered = client.declined_offers >= ANONYMOUS_FROM
    anonymous = round(ANONYMOUS_SHARE * count) if offered else 0
    hidden = round((CONFIDENTIAL_SHARE + ANONYMOUS_SHARE) * count)
    choices = [Confidentiality.ANONYMOUS] * anonymous
    choices += [Confidentiality.CONFIDENTIAL] * (hidden - anonymous)
    return choices + [Confidentiality.ATTRIBUTED] * (count - hidden)


def _reply(confidentiality: Confidentiality, period: Period, rng: random.Random) -> Reply:
    """Return an answer of some day of the period; nobody was invited before the very first day."""
    earliest = period.starts_on + timedelta(days=0 if period.number else 2)
    days = (period.ends_on - earliest).days
    return Reply(earliest + timedelta(days=rng.randrange(days)), confidentiality)


def _planted(department: Department, replies: Sequence[Reply], period: Period) -> list[Reply]:
    """Return the replies with the department's finding spread evenly over them."""
    share = department.finding.share if department.finding is not None else 0.0
    return [
        replace(
            one,
            planted=int((place + 1) * share) > int(place * share),
            seed=f"{period.number}/{department.name}/{place}",
        )
        for place, one in enumerate(replies)
    ]


def _answered(
    department: Department, client: Client, reply: Reply, today: date, rng: random.Random
) -> Event:
    """Return the refusal that was answered about on a day, one to twenty days after the mail."""
    known = (reply.submitted_on - first_day(client, today)).days
    resolved_on = reply.submitted_on - timedelta(days=min(1 + _skewed(rng, 20), known))
    return Event(
        department=department,
        title=rng.randrange(len(department.titles)),
        status=OfferStatus.DECLINED,
        extended_on=resolved_on - _deliberation(client, OfferStatus.DECLINED, rng),
        resolved_on=resolved_on,
        reply=reply,
    )


def _others(
    client: Client,
    department: Department,
    period: Period,
    today: date,
    rng: random.Random,
    *,
    silent: int,
    count: int,
) -> list[Event]:
    """Return the department's offers of a period whose candidates were not heard of again."""
    lapsed = round(LAPSED_SHARE * count)
    rate = client.decline_rate
    accepted = round((count + lapsed) * (1 - rate) / rate)
    rescinded = round(RESCINDED_SHARE * accepted)
    counts = (
        (OfferStatus.DECLINED, silent),
        (OfferStatus.LAPSED, lapsed),
        (OfferStatus.ACCEPTED, accepted),
        (OfferStatus.RESCINDED, rescinded),
    )
    # The day is over only tomorrow: what is resolved was resolved before today.
    days = (min(period.ends_on, today) - period.starts_on).days
    return [
        _event(
            client, department, status, period.starts_on + timedelta(days=day), today=today, rng=rng
        )
        for status, number in counts
        for day in (rng.choices(range(days), k=number) if days else ())
    ]


def _event(
    client: Client,
    department: Department,
    status: OfferStatus,
    resolved_on: date,
    *,
    today: date,
    rng: random.Random,
) -> Event:
    """Return an offer that was resolved on a day; a few acceptances are given up before the job."""
    event = Event(
        department=department,
        title=rng.randrange(len(department.titles)),
        status=status,
        extended_on=resolved_on - _deliberation(client, status, rng),
        resolved_on=resolved_on,
    )
    if status is not OfferStatus.ACCEPTED:
        return event
    starts_on = resolved_on + timedelta(days=rng.randint(30, 90))
    given_up_on = resolved_on + timedelta(days=rng.randint(4, 28))
    if rng.random() < RENEGED_SHARE and given_up_on < today:
        return replace(
            event,
            status=OfferStatus.RENEGED,
            resolved_on=given_up_on,
            accepted_on=resolved_on,
            starts_on=starts_on,
        )
    return replace(event, starts_on=starts_on)


def _deliberation(client: Client, status: OfferStatus, rng: random.Random) -> timedelta:
    """Return how long an offer was open; whoever accepts does so sooner."""
    if status is OfferStatus.LAPSED:
        return LAPSES_AFTER
    most = 14 if status is OfferStatus.ACCEPTED else 20
    return timedelta(days=1 + _skewed(rng, round(most * client.pace)))


def _open(client: Client, today: date, rng: random.Random) -> list[Event]:
    """Return the offers that wait for an answer."""
    return [
        Event(
            department=(department := rng.choice(client.departments)),
            title=rng.randrange(len(department.titles)),
            status=OfferStatus.EXTENDED,
            extended_on=today - timedelta(days=rng.randint(1, 9)),
        )
        for _ in range(OPEN_OFFERS)
    ]


def _skewed(rng: random.Random, most: int) -> int:
    """Return a number of days below a limit, small ones more often."""
    return int(most * rng.random() ** 1.6)
