"""What watchers do with events: name a place in the outbox, and take up where they left off."""

import base64
import binascii
from datetime import timedelta
from uuid import UUID

from tenants import keys
from tenants.access import Viewer
from tenants.errors import BadCursor, DomainError, NotFound
from tenants.events import queries
from tenants.work import Session

# Long enough for a weekend and a Monday without a connection.
KEPT = timedelta(days=7)


class EventsGone(DomainError):
    """What happened since is no longer known event by event."""

    code = "EVENTS_GONE"


def event_id(organisation_id: UUID, place: int) -> str:
    """Return the id of the event at a place: stable, and telling nothing of how many there were."""
    sealed = keys.seal_number(keys.Purpose.EVENT, organisation_id.bytes, place)
    return base64.urlsafe_b64encode(sealed).decode()


def place_of(organisation_id: UUID, text: str) -> int:
    """Return the place that an event's id stands for.

    Raises:
        BadCursor: It is no id of an event of this organisation.
    """
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        return keys.unseal_number(keys.Purpose.EVENT, organisation_id.bytes, sealed)
    except (binascii.Error, ValueError) as error:
        message = "This is not the id of an event of this organisation."
        raise BadCursor(message, field="after") from error


async def find_start(
    session: Session, viewer: Viewer, *, organisation_id: UUID, after: str | None
) -> int:
    """Return the place behind which a watcher begins: the latest, or that of an event it names.

    Raises:
        BadCursor: The id is not of this organisation, or of a future that was undone by a backup.
        EventsGone: Events behind it have been trimmed.
        NotFound: There is no such organisation, or the viewer has no part in it.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    oldest, latest = await queries.find_bounds(session, viewer, organisation_id=organisation_id)
    if after is None:
        return latest
    place = place_of(organisation_id, after)
    if place > latest:
        message = "This event has not happened; read what you need anew."
        raise BadCursor(message, field="after")
    if place + 1 < oldest:
        message = (
            f"Events are kept for {KEPT.days} days, and some behind this one are gone."
            " Read what you need anew, and watch from the organisation's latestEvent on."
        )
        raise EventsGone(message, field="after")
    return place


async def find_latest(session: Session, viewer: Viewer, *, organisation_id: UUID) -> str:
    """Return the id of an organisation's latest event, or of the place before its first one.

    Raises:
        Forbidden: The viewer has no part in the organisation.
    """
    _, latest = await queries.find_bounds(session, viewer, organisation_id=organisation_id)
    return event_id(organisation_id, latest)


async def trim_events(session: Session, viewer: Viewer, *, organisation_id: UUID) -> None:
    """Forget what happened more than `KEPT` ago."""
    await queries.trim_events(session, viewer, organisation_id=organisation_id, older_than=KEPT)
