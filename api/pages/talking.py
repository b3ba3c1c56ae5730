"""The console's page of one conversation: what is planned, tried, given up; and beginning it."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request
from starlette.responses import Response

from api.auth.csrf import FIELD, fits
from api.pages.posted import Refused, read_posted
from api.pages.rendering import lead_to
from api.pages.texts import day_in_words
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import DomainError, Forbidden, InvalidInput, NotFound
from tenants.interviews import conversations, sittings
from tenants.interviews.conversation_models import (
    AttemptChannel,
    AttemptOutcome,
    ConversationMode,
    NoInterviewReason,
)
from tenants.questionnaires.forms import Form, field
from tenants.reading import Key

C = TypeVar("C", bound=StrEnum)

# What the page offers beside any other name that is typed in.
TIME_ZONES: Final = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Warsaw",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "UTC",
)
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "modes": tuple(one.value for one in ConversationMode),
    "channels": tuple(one.value for one in AttemptChannel),
    "outcomes": tuple(one.value for one in AttemptOutcome),
    "reasons": tuple(one.value for one in NoInterviewReason),
}
# A conversation of which nothing is known yet, as the page reads it.
NOTHING: Final[Mapping[str, None]] = dict.fromkeys(
    (
        *("state", "mode", "scheduledAt", "timeZone", "requestedAt", "phone", "preferredTimes"),
        *("noInterviewReason", "begunAt", "heldOn", "attempts", "consent"),
    )
)
STALE: Final = "This was not sent from this page, so nothing was done. Please try again."


def local_moment(text: str | None, zone: str | None) -> str:
    """Return a moment of the API as a person in a time zone would say it, or nothing for none."""
    if not text:
        return ""
    at = dt.datetime.fromisoformat(text)
    try:
        there = at.astimezone(ZoneInfo(zone or "UTC"))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        there = at.astimezone(dt.UTC)
    return f"{day_in_words(there.date(), 'en')}, {there:%H:%M} ({zone or 'UTC'})"


async def act(
    request: Request, viewer: Viewer, interview: Key
) -> Response | tuple[str, dict[str, str]]:
    """Do what the posted form says and lead on; or return why it was refused, and the fields.

    Raises:
        NotFound: There is no such interview for the viewer.
    """
    try:
        form = await read_posted(request)
    except Refused:
        return STALE, {}
    if not fits(request, field(form, FIELD)):
        return STALE, {}
    try:
        await _act(viewer, interview, form)
    except (NotFound, Forbidden):
        raise NotFound from None
    except DomainError as refusal:
        return refusal.message, {name: field(form, name) for name in form}
    path = request.url.path
    return lead_to(f"{path}/guide" if field(form, "go") == "begin" else path)


async def _act(viewer: Viewer, interview: Key, form: Form) -> None:
    where: Any = {"organisation_id": interview.organisation_id, "interview_id": interview.id}
    go = field(form, "go")
    if go == "plan":
        zone = field(form, "time_zone").strip()
        mode = _chosen(ConversationMode, form, "mode")
        at = _moment(field(form, "day"), field(form, "time"), zone)
        await run(
            conversations.schedule_interview, viewer, **where, mode=mode, at=at, time_zone=zone
        )
    elif go == "clear":
        await run(
            conversations.schedule_interview, viewer, **where, mode=None, at=None, time_zone=None
        )
    elif go == "attempt":
        await run(
            conversations.record_attempt,
            viewer,
            **where,
            attempted_at=dt.datetime.now(dt.UTC),
            channel=_chosen(AttemptChannel, form, "channel"),
            outcome=_chosen(AttemptOutcome, form, "outcome"),
        )
    elif go in {"give_up", "try_again"}:
        reason = _chosen(NoInterviewReason, form, "reason") if go == "give_up" else None
        await run(conversations.record_no_interview, viewer, **where, reason=reason)
    elif go == "begin":
        mode = _chosen(ConversationMode, form, "mode")
        await run(sittings.begin_interview, viewer, **where, mode=mode)


def _chosen(codes: type[C], form: Form, name: str) -> C:
    """Return the code that was chosen.

    Raises:
        InvalidInput: None that is offered.
    """
    try:
        return codes(field(form, name))
    except ValueError:
        message = "Please choose one of what is offered."
        raise InvalidInput(message, field=name) from None


def _moment(day: str, time: str, zone: str) -> dt.datetime:
    """Return a day and a time in a time zone.

    Raises:
        InvalidInput: They are none.
    """
    try:
        place = ZoneInfo(zone)
        return dt.datetime.combine(
            dt.date.fromisoformat(day), dt.time.fromisoformat(time), tzinfo=place
        )
    except (ValueError, OSError, ZoneInfoNotFoundError):
        message = "Give a day, a time, and the candidate's time zone, such as Europe/Berlin."
        raise InvalidInput(message, field="at") from None
