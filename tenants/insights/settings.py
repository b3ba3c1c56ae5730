"""How an organisation's editions are made: the length of windows, the dimension, raised minimums.

A change of length or dimension decides the windows that begin after it. The one that is under way
ends as it was going to: nobody, who may know by now who has answered, chooses where it ends or by
what it is divided. A number that was raised counts from the next edition on; one that was lowered
counts for nobody who may have answered before (`numbers_since`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.disclosure.rules import WINDOW_LENGTHS, Dimension, EditionRules
from tenants.errors import Conflict, Forbidden, InvalidInput
from tenants.insights import settings_queries as queries
from tenants.insights.windows import HIDDEN_FOR_SHORTER, Window, months_after, window_of
from tenants.interviews.models import MONTHS_HELD
from tenants.organisations.insight_models import InsightSettings
from tenants.organisations.insight_queries import list_settings
from tenants.organisations.insight_settings import NUMBERS, floors, numbers_since
from tenants.questionnaires.publishing import require_publisher
from tenants.work import Session

# More than these no organisation's figures would ever be published.
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """How an organisation's editions are made.

    Attributes:
        revision: Counts the changes; a change names the one that it began with.
        wanted: What was decided last.
        dimension: Likewise.
        starts_on: The length and the dimension that are wanted decide the windows that begin on
            this day or later; None before the first change.
        window: The window that is under way.
        rules: What it would be published by if it ended today.
    """

    revision: int
    wanted: EditionRules
    dimension: Dimension
    starts_on: date | None
    window: Window
    rules: EditionRules


def rules_of(
    versions: Sequence[InsightSettings], window: Window, *, oldest: date | None = None
) -> EditionRules:
    """Return what the edition of a window is published by.

    An anonymous submission may have waited for as long as any may, before the window began.

    Args:
        versions: The oldest first.
        window: Which.
        oldest: Month of the oldest response that waits to be counted, if any does.
    """
    first = min(window.starts_on, oldest or window.starts_on)
    numbers = numbers_since(versions, months_after(first, -MONTHS_HELD))
    ends, starts = window.ends_on, window.starts_on
    length = (ends.year - starts.year) * 12 + ends.month - starts.month
    return EditionRules(window_months=length, **numbers)


async def get_insight_settings(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> SettingsInForce:
    """Return how an organisation's editions are made.

    Raises:
        NotFound: The viewer has no part in the organisation.
    """
    versions, window = await _course(session, viewer, organisation_id)
    newest = versions[-1] if versions else None
    wanted = floors()
    if newest is not None:
        numbers = {name: max(getattr(newest, name), getattr(wanted, name)) for name in NUMBERS}
        wanted = EditionRules(window_months=newest.window_months, **numbers)
    return SettingsInForce(
        revision=newest.number if newest else 0,
        wanted=wanted,
        dimension=newest.dimension if newest else Dimension.DEPARTMENT,
        starts_on=newest.starts_on if newest else None,
        window=window,
        rules=rules_of(versions, window),
    )


async def may_update_insight_settings(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> bool:
    """Return whether the viewer decides how an organisation's editions are made."""
    try:
        await require_publisher(session, viewer, organisation_id)
    except Forbidden:
        return False
    return True


async def update_insight_settings(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    revision: int,
    dimension: Dimension,
    window_months: int,
    numbers: Mapping[str, int],
) -> None:
    """Let an organisation's editions be made otherwise, and note who decided it.

    Length and dimension hold for windows that begin after the one that is under way; while nobody
    has been asked, already for that one. Setting again what is set changes nothing.

    Args:
        session: The transaction.
        viewer: Whoever publishes questionnaires: consultants, HR where no firm serves.
        organisation_id: Whose.
        revision: Of the settings that the change began with.
        dimension: What divides respondents.
        window_months: 12, 6 or 3; the shorter ones only where the year before was full enough.
        numbers: Each of `NUMBERS`.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role does not decide this.
        InvalidInput: A number is below its floor, or a window of another length; it is named.
        Conflict: Somebody else changed the settings meanwhile.
    """
    versions, window = await _course(session, viewer, organisation_id)
    await require_publisher(session, viewer, organisation_id)
    _check(window_months, numbers)
    newest = versions[-1] if versions else None
    values: dict[str, Any] = {"dimension": dimension, "window_months": window_months, **numbers}
    if newest is not None and all(getattr(newest, name) == one for name, one in values.items()):
        return
    starts_on = window.ends_on
    if not await queries.was_anybody_asked(session, viewer, organisation_id=organisation_id):
        starts_on = window.starts_on
    if newest is not None:
        starts_on = max(starts_on, newest.starts_on)
    made = InsightSettings(
        organisation_id=organisation_id,
        number=revision + 1,
        starts_on=starts_on,
        decided_on=datetime.now(UTC).date(),
        **values,
    )
    is_next = revision == (newest.number if newest else 0)
    if not is_next or not await queries.add_settings(session, viewer, made):
        message = "Somebody changed these settings meanwhile. Read them again, then repeat yours."
        raise Conflict(message, field="revision")
    await audit.record(session, viewer, AuditAction.EDITIONS_SET, organisation_id)


async def _course(
    session: Session, viewer: Viewer, organisation_id: UUID
) -> tuple[Sequence[InsightSettings], Window]:
    """Return the versions of the settings, and the window that is under way."""
    first_day, until = await queries.get_course(session, viewer, organisation_id=organisation_id)
    versions = await list_settings(session, viewer, organisation_id=organisation_id)
    window = window_of(
        datetime.now(UTC).date(),
        first_day=first_day,
        published_until=until,
        versions=versions,
        hidden=await queries.count_hidden(
            session, viewer, organisation_id=organisation_id, versions=versions
        ),
    )
    return versions, window


def _check(window_months: int, numbers: Mapping[str, int]) -> None:
    if window_months not in WINDOW_LENGTHS:
        message = (
            "A window has 12 months, or 6 or 3 where each such window of the year before had"
            f" {HIDDEN_FOR_SHORTER} confidential or anonymous answers."
        )
        raise InvalidInput(message, field="windowMonths")
    least = floors()
    for name, number in numbers.items():
        floor = getattr(least, name)
        if not floor <= number <= MOST:
            words = name.split("_")
            field = words[0] + "".join(word.capitalize() for word in words[1:])
            message = f"It can be raised, up to {MOST}, and is never below {floor}."
            raise InvalidInput(message, field=field)
