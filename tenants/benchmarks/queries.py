"""All SQL of taking part in the benchmark: consent, the catalogue, observers, contributions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require, require_operator
from tenants.benchmarks.measuring import Measurement
from tenants.benchmarks.models import (
    BenchmarkComparison,
    BenchmarkConsent,
    BenchmarkMember,
    BenchmarkObserver,
    BenchmarkRelease,
    Contribution,
)
from tenants.benchmarks.observers import Service
from tenants.insights.offer_figures import OfferCounts
from tenants.insights.offer_queries import OFFERS_OF_WINDOW
from tenants.interviews.models import Answer, Response
from tenants.organisations.models import (
    Engagement,
    EngagementConsultant,
    FirmMember,
    Membership,
    Organisation,
)
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import COLUMNS, Value, from_columns
from tenants.work import Session


def require_part(viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer decides about an organisation's part or works for it.

    Raises:
        Forbidden: It does neither.
    """
    if not viewer.may(Permission.BENCHMARK_JOIN, organisation_id):
        require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)


async def list_firm_people(session: Session, viewer: Viewer) -> dict[UUID, list[UUID]]:
    """Return which people belong to each firm; ids and nothing more, for `contribute`."""
    require_operator(viewer)
    rows = await session.execute(
        select(FirmMember.firm_id, func.array_agg(FirmMember.person_id))
        .group_by(FirmMember.firm_id)
        .order_by(FirmMember.firm_id)
    )
    return {firm_id: sorted(people) for firm_id, people in rows}


async def lock_organisation(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Organisation | None:
    """Return the organisation, and let nobody else change its part in the benchmark meanwhile."""
    require_part(viewer, organisation_id)
    return await session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True)
    )


async def find_member(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> BenchmarkMember | None:
    """Return the organisation's place in the peer catalogue, or None."""
    require_part(viewer, organisation_id)
    return await session.scalar(
        select(BenchmarkMember).where(BenchmarkMember.organisation_id == organisation_id)
    )


async def find_consent(
    session: Session, viewer: Viewer, *, organisation_id: UUID, on: date
) -> BenchmarkConsent | None:
    """Return the consent that is given and not taken back by a day, or None."""
    require_part(viewer, organisation_id)
    return await session.scalar(
        select(BenchmarkConsent)
        .where(
            BenchmarkConsent.organisation_id == organisation_id,
            BenchmarkConsent.given_on <= on,
            or_(BenchmarkConsent.withdrawn_on.is_(None), BenchmarkConsent.withdrawn_on > on),
        )
        .order_by(BenchmarkConsent.given_on)
        .limit(1)
    )


async def find_withdrawal(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> date | None:
    """Return when the organisation last left after a release that it could be in, or None."""
    require_part(viewer, organisation_id)
    left_on = BenchmarkConsent.withdrawn_on
    return await session.scalar(
        select(func.max(left_on)).where(
            BenchmarkConsent.organisation_id == organisation_id,
            select(BenchmarkRelease.number)
            .where(
                BenchmarkRelease.finished_at.is_not(None),
                BenchmarkRelease.as_of_on >= BenchmarkConsent.given_on,
                BenchmarkRelease.as_of_on < left_on,
            )
            .exists(),
        )
    )


async def list_earlier_contributions(
    session: Session, viewer: Viewer, *, organisation_id: UUID, ends_on: date
) -> Sequence[Contribution]:
    """Return what the organisation contributed to the last window that ended before a day."""
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    before = (
        select(func.max(Contribution.ends_on))
        .where(Contribution.organisation_id == organisation_id, Contribution.ends_on < ends_on)
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(Contribution)
        .where(Contribution.organisation_id == organisation_id, Contribution.ends_on == before)
        .order_by(Contribution.starts_on.desc(), Contribution.metric)
    )
    found = rows.all()
    # Of windows that end together, the one that begins last.
    return [one for one in found if one.starts_on == found[0].starts_on]


async def delete_contributions(session: Session, viewer: Viewer, *, organisation_id: UUID) -> None:
    """Remove everything that the organisation has contributed; releases stay as they are."""
    require_part(viewer, organisation_id)
    await session.execute(
        delete(Contribution).where(Contribution.organisation_id == organisation_id)
    )


async def replace_contributions(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    starts_on: date,
    ends_on: date,
    measurements: Iterable[Measurement],
) -> int:
    """Let some measurements be all that the organisation contributes to a window; how many."""
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    await session.execute(
        delete(Contribution).where(
            Contribution.organisation_id == organisation_id,
            Contribution.starts_on == starts_on,
            Contribution.ends_on == ends_on,
        )
    )
    now = datetime.now(UTC)
    rows = [
        {
            "organisation_id": organisation_id,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "metric": one.metric,
            "value": one.value,
            "n": one.n,
            "wording_hash": one.wording_hash,
            "contributed_at": now,
        }
        for one in measurements
    ]
    if rows:
        await session.execute(insert(Contribution), rows)
    return len(rows)


async def list_services(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[Service]:
    """Return every engagement of the organisation, with whom it names."""
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    rows = await session.execute(
        select(
            Engagement.firm_id,
            Engagement.starts_on,
            Engagement.ends_on,
            func.array_remove(func.array_agg(EngagementConsultant.person_id), None),
        )
        .join(
            EngagementConsultant,
            and_(
                EngagementConsultant.organisation_id == Engagement.organisation_id,
                EngagementConsultant.engagement_id == Engagement.id,
            ),
            isouter=True,
        )
        .where(Engagement.organisation_id == organisation_id)
        .group_by(Engagement.organisation_id, Engagement.id)
        .order_by(Engagement.id)
    )
    return [Service(*row) for row in rows]


async def list_member_ids(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[UUID]:
    """Return everybody who is a member of the organisation today."""
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    rows = await session.scalars(
        select(Membership.person_id).where(Membership.organisation_id == organisation_id)
    )
    return rows.all()


async def record_observers(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    observers: Mapping[tuple[bytes, date], date | None],
    today: date,
) -> None:
    """Add who can see the organisation, and end what lasted and is no more; nothing is deleted.

    What ended since somebody looked last is taken to have lasted until today, inclusive.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    known = (
        await session.scalars(
            select(BenchmarkObserver).where(BenchmarkObserver.organisation_id == organisation_id)
        )
    ).all()
    tomorrow = today + timedelta(days=1)
    ended = [
        (one.observer_key, one.seen_from_on)
        for one in known
        if one.seen_until_on is None and (one.observer_key, one.seen_from_on) not in observers
    ]
    for observer_key, seen_from_on in ended:
        await session.execute(
            update(BenchmarkObserver)
            .where(
                BenchmarkObserver.organisation_id == organisation_id,
                BenchmarkObserver.observer_key == observer_key,
                BenchmarkObserver.seen_from_on == seen_from_on,
            )
            .values(seen_until_on=tomorrow)
        )
    if not observers:
        return
    addition = insert(BenchmarkObserver).values(
        [
            {
                "organisation_id": organisation_id,
                "observer_key": observer_key,
                "seen_from_on": seen_from_on,
                "seen_until_on": seen_until_on,
            }
            for (observer_key, seen_from_on), seen_until_on in sorted(observers.items())
        ]
    )
    await session.execute(
        addition.on_conflict_do_update(
            index_elements=["organisation_id", "observer_key", "seen_from_on"],
            set_={"seen_until_on": addition.excluded.seen_until_on},
        )
    )


_COUNT_OFFERS = text(
    "WITH span AS"  # noqa: S608 - our own words.
    " (SELECT CAST(:starts_on AS date) AS starts_on, CAST(:ends_on AS date) AS ends_on,"
    " NULL AS dimension)"
    f", {OFFERS_OF_WINDOW}"
    "SELECT * FROM counted"
)


async def count_offers(
    session: Session, viewer: Viewer, *, organisation_id: UUID, starts_on: date, ends_on: date
) -> OfferCounts:
    """Return what became of the offers of a half-open window."""
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    given = {
        "organisation": organisation_id,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "segment": None,
        "today": datetime.now(UTC).date(),
    }
    row = (await session.execute(_COUNT_OFFERS, given)).one()
    return OfferCounts(**row._asdict())


async def count_answers(
    session: Session, viewer: Viewer, *, organisation_id: UUID, starts_on: date, ends_on: date
) -> Sequence[tuple[UUID, Value | None, int]]:
    """Return how many respondents of a half-open window gave each answer to each question.

    All of them, whatever confidentiality they chose: what leaves here is an aggregate, and nobody
    of the organisation is shown it. Equal answers are one row, so that many respondents are few;
    what is written in words is left out.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    counted = ("choice", "choices", "scale", "matrix", "boolean")
    columns: list[Any] = [getattr(Answer, name) for name in counted]
    rows = await session.execute(
        select(Answer.question_id, *columns, func.count().label("respondents"))
        .join(
            Response,
            and_(
                Response.organisation_id == Answer.organisation_id,
                Response.id == Answer.response_id,
            ),
        )
        .where(
            Answer.organisation_id == organisation_id,
            Response.submitted_month >= starts_on,
            Response.submitted_month < ends_on,
            Answer.state == AnswerState.ANSWERED,
            or_(*(column.is_not(None) for column in columns)),
        )
        .group_by(Answer.question_id, *columns)
    )
    blank = dict.fromkeys(COLUMNS)
    return [
        (row.question_id, from_columns({**blank, **row._asdict()}), row.respondents) for row in rows
    ]


async def was_compared(
    session: Session, viewer: Viewer, *, organisation_id: UUID, number: int
) -> bool:
    """Return whether a release compares an organisation with anybody."""
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    compared = exists().where(
        BenchmarkComparison.organisation_id == organisation_id,
        BenchmarkComparison.release_number == number,
    )
    return bool(await session.scalar(select(compared)))
