"""What a transaction leaves word of for those who watch: an outbox of ids, in its commit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, TenantKey

# PostgreSQL's channel; a notification carries the organisation's id and is only a doorbell.
CHANNEL = "afterword_events"
# Stands for the installation itself, whose jobs belong to no organisation.
INSTALLATION: Final = UUID(int=0)


class EventKind(StrEnum):
    """What happened. There is none about an interview, a response or an answer, on purpose."""

    EDITION_PUBLISHED = "edition.published"
    BENCHMARK_RELEASED = "benchmark.released"
    JOB_CHANGED = "job.changed"
    OFFER_CHANGED = "offer.changed"
    ACTION_CHANGED = "action.changed"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event that a transaction will leave behind when it commits.

    Attributes:
        kind: What happened.
        organisation_id: In which organisation.
        subject_id: The record that it happened to; None for a release, which has a number.
        release_number: Of a release of the benchmark.
    """

    kind: EventKind
    organisation_id: UUID
    subject_id: UUID | None = None
    release_number: int | None = None


class OrganisationEvent(TenantKey, Model):
    """One thing that happened. It names a record and says nothing of it: that would outlive it."""

    __tablename__ = "organisation_events"

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[EventKind] = mapped_column(Coded(EventKind))
    subject_id: Mapped[UUID | None]
    release_number: Mapped[int | None] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EventPlace(TenantKey, Model):
    """The place of an organisation's latest event; its lock puts events in the order of commits."""

    __tablename__ = "event_places"

    place: Mapped[int] = mapped_column(BigInteger)


async def write_events(session: AsyncSession, announcements: Sequence[Announcement]) -> None:
    """Append events to the outboxes of their organisations, once each, and ring at the commit.

    An organisation's counter stays locked from here to the commit, so that places are without a
    gap and in the order of the commits: whoever has read up to a place has missed nothing before
    it. Nothing may be locked after this, or two transactions could wait for each other.
    """
    now = datetime.now(UTC)
    once = dict.fromkeys(announcements)
    for organisation_id in sorted({one.organisation_id for one in once}):
        own = [one for one in once if one.organisation_id == organisation_id]
        counter = insert(EventPlace).values(organisation_id=organisation_id, place=len(own))
        last = await session.scalar(
            counter.on_conflict_do_update(
                index_elements=["organisation_id"],
                set_={"place": EventPlace.place + counter.excluded.place},
            ).returning(EventPlace.place)
        )
        first = (last or 0) - len(own) + 1
        await session.execute(
            insert(OrganisationEvent),
            [
                {**asdict(one), "place": place, "recorded_at": now}
                for place, one in enumerate(own, first)
            ],
        )
        await ring(session, organisation_id)


async def ring(session: AsyncSession, organisation_id: UUID) -> None:
    """Let whoever watches look again once the transaction is committed."""
    await session.execute(select(func.pg_notify(CHANNEL, str(organisation_id))))
