"""What can be watched: the course of a job, and what happens in an organisation."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import strawberry

from api.derive import Info, as_type
from api.errors import require_somebody
from api.relay import key_of
from api.types.actions import Action
from api.types.benchmarks import BenchmarkRelease, find_release
from api.types.insights import Edition
from api.types.integrations import Job
from api.types.offers import Offer
from api.types.releasing import find_release_job
from api.watching import looks
from tenants import read_graph
from tenants.announcements import EventKind
from tenants.announcements import OrganisationEvent as EventRow
from tenants.errors import NotFound
from tenants.events import queries, service
from tenants.nouns import Noun
from tenants.reading import NO_PARENT, Key, Record
from tenants.work import WATCHED, JobState

_AT_ONCE: Final = 50
_ENDED: Final = (JobState.DONE, JobState.FAILED)


@strawberry.interface
class OrganisationEvent:
    """Something that happened in an organisation; nothing about interviews or their answers.

    It shows the record as it stands now, not as it stood then.

    Attributes:
        id: Opaque and stable; what `after` takes to go on behind it.
        recorded_at: When it happened.
    """

    id: strawberry.ID
    recorded_at: datetime


@strawberry.type
class EditionPublished(OrganisationEvent):
    """The insights of a window were published.

    Attributes:
        edition: Which edition.
    """

    edition: Edition


@strawberry.type
class BenchmarkReleased(OrganisationEvent):
    """The benchmark was released, and compares the organisation.

    Attributes:
        release: Which release.
    """

    release: BenchmarkRelease


@strawberry.type
class JobChanged(OrganisationEvent):
    """A job began, went on, failed or ended.

    Attributes:
        job: Which job.
    """

    job: Job


@strawberry.type
class OfferChanged(OrganisationEvent):
    """Something new was said of an offer.

    Attributes:
        offer: Which offer.
    """

    offer: Offer


@strawberry.type
class ActionChanged(OrganisationEvent):
    """An improvement was proposed, changed or noted of.

    Attributes:
        action: Which action.
    """

    action: Action


async def _find_record(info: Info, noun: Noun, row: EventRow) -> Any:
    """Return the record that an event is about, or None if the viewer may not see it."""
    if row.subject_id is None:
        return None
    key = Key(row.organisation_id, row.subject_id)
    return as_type(await info.context.find_record(noun, key))


async def _edition(info: Info, row: EventRow, given: Mapping[str, Any]) -> EditionPublished | None:
    found = await _find_record(info, read_graph.EDITION, row)
    return None if found is None else EditionPublished(**given, edition=found)


async def _job(info: Info, row: EventRow, given: Mapping[str, Any]) -> JobChanged | None:
    found = await _find_record(info, read_graph.JOB, row)
    return None if found is None else JobChanged(**given, job=found)


async def _offer(info: Info, row: EventRow, given: Mapping[str, Any]) -> OfferChanged | None:
    found = await _find_record(info, read_graph.OFFER, row)
    return None if found is None else OfferChanged(**given, offer=found)


async def _action(info: Info, row: EventRow, given: Mapping[str, Any]) -> ActionChanged | None:
    found = await _find_record(info, read_graph.ACTION, row)
    return None if found is None else ActionChanged(**given, action=found)


async def _release(info: Info, row: EventRow, given: Mapping[str, Any]) -> BenchmarkReleased | None:
    found = await find_release(info, row.organisation_id, row.release_number or 0)
    return None if found is None else BenchmarkReleased(**given, release=found)


_SHOWN: Final[
    Mapping[
        EventKind,
        Callable[[Info, EventRow, Mapping[str, Any]], Awaitable[OrganisationEvent | None]],
    ]
] = {
    EventKind.EDITION_PUBLISHED: _edition,
    EventKind.BENCHMARK_RELEASED: _release,
    EventKind.JOB_CHANGED: _job,
    EventKind.OFFER_CHANGED: _offer,
    EventKind.ACTION_CHANGED: _action,
}
EVENT_TYPES: Final = (
    EditionPublished,
    BenchmarkReleased,
    JobChanged,
    OfferChanged,
    ActionChanged,
)

EventAfter = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Begin behind this event, with what happened meanwhile; without it, with what"
        " happens from now on. Server-sent events may say it in Last-Event-ID instead."
    ),
]


async def find_latest_event(info: Info, organisation_id: UUID) -> strawberry.ID:
    """Return what `organisationEvents` takes to begin with what happens after this answer."""
    return strawberry.ID(
        await info.context.run(service.find_latest, organisation_id=organisation_id)
    )


@strawberry.type
class Subscription:
    """What can be watched."""

    @strawberry.subscription
    async def job_progress(self, info: Info, id: strawberry.ID) -> AsyncGenerator[Job, None]:  # noqa: A002 - the argument's name in the API.
        """A job as it stands, at once and after every change, until it has ended.

        Only jobs whose course tells nothing of who has answered can be watched. A release of the
        benchmark is watched by operators of the installation.
        """
        require_somebody(info)
        key = key_of(read_graph.JOB, id, field="id")
        record: Record | None
        shown = None
        async with aclosing(looks(info.context, key.organisation_id)) as again:
            async for _ in again:
                if key.organisation_id == NO_PARENT:
                    record = await find_release_job(info, key)
                else:
                    record = await info.context.find_record(read_graph.JOB, key)
                if record is None or record.values["name"] not in WATCHED:
                    noun = "job"
                    raise NotFound(noun, field="id")
                if record.values != shown:
                    shown = record.values
                    yield as_type(record)
                if record.values["state"] in _ENDED:
                    return

    @strawberry.subscription
    async def organisation_events(
        self, info: Info, organisation_id: strawberry.ID, after: EventAfter = None
    ) -> AsyncGenerator[OrganisationEvent, None]:
        """What happens in an organisation, of that what the viewer's role may see, in order."""
        require_somebody(info)
        key = key_of(read_graph.ORGANISATION, organisation_id, field="organisationId")
        context, own = info.context, {"organisation_id": key.organisation_id}
        place = await context.run(service.find_start, **own, after=after or context.last_event_id)
        async with aclosing(looks(context, key.organisation_id)) as again:
            async for _ in again:
                while rows := await context.run(
                    queries.list_events, **own, after=place, limit=_AT_ONCE
                ):
                    for row in rows:
                        place = row.place
                        # A reader that is slow may have lost its role between two events.
                        await context.renew()
                        event_id = service.event_id(key.organisation_id, place)
                        given = {"id": event_id, "recorded_at": row.recorded_at}
                        event = await _SHOWN[row.kind](info, row, given)
                        if event is not None:
                            context.event_id = event_id
                            yield event
