"""What a firm's administrator does: create clients, start and end engagements, name consultants.

A firm sees a client through the people whom an engagement names, and only while it lasts. The
administrator sees that there is a client, and no feedback. An organisation that ended an engagement
itself is not entered again by the firm alone.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from tenants import audit, db
from tenants.access import Permission, Role, Viewer, require, require_firm
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.keys import Purpose, mac
from tenants.model import new_id
from tenants.organisations import engagement_queries as queries
from tenants.organisations.models import Engagement, EngagementConsultant, Organisation
from tenants.organisations.service import OrganisationProfile
from tenants.work import Session

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
MAX_SLUG_LENGTH: Final = 63
MAX_NAME_LENGTH: Final = 200
MAX_KEY_LENGTH: Final = 255


class _Between(NamedTuple):
    """Whose engagement.

    Attributes:
        organisation_id: The client.
        firm_id: The firm.
    """

    organisation_id: UUID
    firm_id: UUID


async def create_client(
    session: Session,
    viewer: Viewer,
    *,
    firm_id: UUID | None,
    profile: OrganisationProfile,
    idempotency_key: str | None = None,
) -> tuple[UUID, Viewer]:
    """Add a client organisation of a firm, with an engagement from today that names nobody yet.

    Args:
        session: The transaction; its scope takes in the new organisation afterwards.
        viewer: An administrator of the firm.
        firm_id: Whose client; None for the only firm that the viewer administers.
        profile: What it is made of.
        idempotency_key: A repetition with the same key finds the same organisation.

    Returns:
        The organisation's id, and the viewer with the part that it has there.

    Raises:
        Forbidden: The viewer does not administer the firm.
        NotFound: The viewer does not belong to it.
        InvalidInput: The profile breaks a rule.
        Conflict: The short name is taken.
    """
    if firm_id is None:
        firm_id = _only_firm(viewer)
    elif firm_id not in viewer.firms:
        noun = "firm"
        raise NotFound(noun, field="firmId")
    require_firm(viewer, firm_id)
    assert firm_id is not None  # noqa: S101 - nobody administers a firm that is none.
    _check(profile)
    organisation_id = keyed_id(viewer, "createOrganisation", idempotency_key)
    if organisation_id in viewer.roles:
        return organisation_id, viewer
    known = replace(viewer, roles={**viewer.roles, organisation_id: Role.FIRM_ADMINISTRATOR})
    await db.rescope(session, known)
    organisation = Organisation(
        id=organisation_id,
        slug=profile.slug,
        name=profile.name.strip(),
        industry=profile.industry,
        size_band=profile.size_band,
        region=profile.region,
        language=profile.language,
        created_at=datetime.now(UTC),
    )
    if not await queries.insert_organisation(session, known, organisation=organisation):
        message = "This short name is taken; please choose another one."
        raise Conflict(message, field="slug")
    where = _Between(organisation_id, firm_id)
    await _note(session, known, AuditAction.ORGANISATION_CREATED, where)
    session.add(
        Engagement(
            organisation_id=organisation_id,
            id=new_id(),
            firm_id=firm_id,
            starts_on=datetime.now(UTC).date(),
            ends_on=None,
            ended_by=None,
        )
    )
    await _note(session, known, AuditAction.ENGAGEMENT_STARTED, where)
    return organisation_id, known


async def start_engagement(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    firm_slug: str | None = None,
    starts_on: date,
    ends_on: date | None,
    consultant_ids: Collection[UUID] = (),
    idempotency_key: str | None = None,
) -> UUID:
    """Let a firm serve an organisation from a day until the day before another (half-open, UTC).

    The firm's administrator starts it for the own firm and names consultants. The organisation
    starts one with a firm that has served it; whom it names is the firm's to say.

    Returns:
        The engagement's id.

    Raises:
        NotFound: The organisation, firm or a consultant is unknown or not the viewer's to see.
        Forbidden: The role does not include it.
        InvalidInput: It would end before it starts.
        Conflict: Another one of the firm covers part of the time, or the organisation ended the
            last one and has to start the next.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    if ends_on is not None and ends_on <= starts_on:
        message = "An engagement ends after it starts."
        raise InvalidInput(message, field="endsOn")
    firm_id = await _firm_of(session, viewer, organisation_id, firm_slug)
    engagement_id = keyed_id(viewer, f"startEngagement {organisation_id}", idempotency_key)
    earlier = await queries.list_engagements(
        session, viewer, organisation_id=organisation_id, firm_id=firm_id
    )
    if engagement_id in {one.id for one in earlier}:
        return engagement_id
    _check_free(viewer, organisation_id, earlier, starts_on, ends_on)
    await _check_consultants(session, viewer, firm_id, consultant_ids, field="consultantIds")
    session.add(
        Engagement(
            organisation_id=organisation_id,
            id=engagement_id,
            firm_id=firm_id,
            starts_on=starts_on,
            ends_on=ends_on,
            ended_by=None,
        )
    )
    await session.flush()
    session.add_all(
        EngagementConsultant(
            organisation_id=organisation_id, engagement_id=engagement_id, person_id=person_id
        )
        for person_id in sorted(set(consultant_ids))
    )
    where = _Between(organisation_id, firm_id)
    await _note(session, viewer, AuditAction.ENGAGEMENT_STARTED, where)
    return engagement_id


async def end_engagement(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    engagement_id: UUID,
    ends_on: date | None = None,
) -> None:
    """End an engagement on a day, today if absent; from then on its people see nothing.

    Both sides may: the organisation, the firm's administrator and its consultants.

    Raises:
        NotFound: There is no such engagement for the viewer.
        Forbidden: The role does not include it.
        InvalidInput: The day is past, or later than the one it ends on already.
        Conflict: It has ended.
    """
    engagement = await queries.get_engagement(
        session, viewer, organisation_id=organisation_id, engagement_id=engagement_id
    )
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    today = datetime.now(UTC).date()
    day = ends_on or today
    if engagement.ends_on is not None and engagement.ends_on <= today:
        message = "The engagement has ended."
        raise Conflict(message, field="engagementId")
    if day < today or (engagement.ends_on is not None and day > engagement.ends_on):
        message = "An engagement can be ended today or later, and not be prolonged."
        raise InvalidInput(message, field="endsOn")
    engagement.ends_on = max(day, engagement.starts_on)
    engagement.ended_by = viewer.role_in(organisation_id)
    await session.flush()
    where = _Between(organisation_id, engagement.firm_id)
    await _note(session, viewer, AuditAction.ENGAGEMENT_ENDED, where)


async def add_consultant(
    session: Session, viewer: Viewer, *, organisation_id: UUID, engagement_id: UUID, person_id: UUID
) -> None:
    """Name a person of the firm on an engagement; naming somebody twice changes nothing.

    Raises:
        NotFound: There is no such engagement or person for the viewer.
        Forbidden: The viewer does not administer the firm.
        Conflict: The engagement has ended.
    """
    engagement = await queries.get_engagement(
        session, viewer, organisation_id=organisation_id, engagement_id=engagement_id
    )
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    require_firm(viewer, engagement.firm_id)
    if engagement.ends_on is not None and engagement.ends_on <= datetime.now(UTC).date():
        message = "The engagement has ended; start another one."
        raise Conflict(message, field="engagementId")
    await _check_consultants(session, viewer, engagement.firm_id, (person_id,), field="personId")
    if person_id in await queries.list_consultants(session, viewer, engagement=engagement):
        return
    session.add(
        EngagementConsultant(
            organisation_id=organisation_id, engagement_id=engagement_id, person_id=person_id
        )
    )
    await session.flush()
    where = _Between(organisation_id, engagement.firm_id)
    await _note(session, viewer, AuditAction.CONSULTANT_ADDED, where, person_id)


async def remove_consultant(
    session: Session, viewer: Viewer, *, organisation_id: UUID, engagement_id: UUID, person_id: UUID
) -> None:
    """Take a person off an engagement, who sees nothing of the client from then on.

    The firm's administrator may, and the organisation, which need not have just anybody.

    Raises:
        NotFound: There is no such engagement, or it does not name the person.
        Forbidden: The viewer neither administers the firm nor is the organisation's HR.
    """
    engagement = await queries.get_engagement(
        session, viewer, organisation_id=organisation_id, engagement_id=engagement_id
    )
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    if viewer.role_in(organisation_id) is not Role.HR:
        require_firm(viewer, engagement.firm_id)
    if not await queries.delete_consultant(
        session, viewer, engagement=engagement, person_id=person_id
    ):
        noun = "consultant"
        raise NotFound(noun, field="personId")
    where = _Between(organisation_id, engagement.firm_id)
    await _note(session, viewer, AuditAction.CONSULTANT_REMOVED, where, person_id)


async def _note(
    session: Session,
    viewer: Viewer,
    action: AuditAction,
    between: _Between,
    person_id: UUID | None = None,
) -> None:
    """Write what was done into the client's log, and into the firm's if one of its people did it.

    The firm's administrator reads nothing of the client's log.
    """
    await audit.record(session, viewer, action, between.organisation_id, person_id)
    if between.firm_id in viewer.firms:
        subject_id = person_id or between.organisation_id
        await audit.record_in_firm(session, viewer, action, between.firm_id, subject_id)


def keyed_id(viewer: Viewer, operation: str, key: str | None) -> UUID:
    """Return the id of what a creating mutation makes; the same for the same viewer and key.

    Raises:
        InvalidInput: The key is empty or too long.
    """
    if key is None:
        return new_id()
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        message = f"An idempotency key has 1 to {MAX_KEY_LENGTH} characters."
        raise InvalidInput(message, field="idempotencyKey")
    principal = viewer.id.bytes if viewer.id else b""
    seal = mac(Purpose.TOKEN, b"id", operation.encode(), principal, key.encode())
    return UUID(bytes=seal[:16], version=4)


def _check(profile: OrganisationProfile) -> None:
    if len(profile.slug) > MAX_SLUG_LENGTH or not _SLUG.fullmatch(profile.slug):
        message = f"A short name is up to {MAX_SLUG_LENGTH} of a-z and 0-9, with - between."
        raise InvalidInput(message, field="slug")
    if not 0 < len(profile.name.strip()) <= MAX_NAME_LENGTH or "\0" in profile.name:
        message = f"A name has 1 to {MAX_NAME_LENGTH} characters."
        raise InvalidInput(message, field="name")
    if not _LANGUAGE.fullmatch(profile.language):
        message = "A language is a tag such as en or de-CH."
        raise InvalidInput(message, field="language")


def _administered(viewer: Viewer) -> list[UUID]:
    return [firm for firm, role in viewer.firms.items() if role is Role.FIRM_ADMINISTRATOR]


def _only_firm(viewer: Viewer) -> UUID | None:
    """Return the firm that the viewer administers, if that is clear."""
    firms = _administered(viewer)
    if len(firms) > 1:
        message = "You administer several firms; say which one is meant."
        raise InvalidInput(message, field="firmId")
    return next(iter(firms), None)


async def _firm_of(
    session: Session, viewer: Viewer, organisation_id: UUID, slug: str | None
) -> UUID:
    """Return the firm that an engagement is to be with: one that served, or the viewer's own."""
    if viewer.role_in(organisation_id) is Role.HR:
        found = slug and await queries.find_firm_id(
            session, viewer, organisation_id=organisation_id, slug=slug
        )
        if not found:
            noun = "firm"
            raise NotFound(noun, field="firmSlug")
        return found
    serving = [
        firm
        for firm in _administered(viewer)
        if await queries.list_engagements(
            session, viewer, organisation_id=organisation_id, firm_id=firm
        )
    ]
    firm_id = next(iter(serving), None)
    require_firm(viewer, firm_id)
    return serving[0]


def _check_free(
    viewer: Viewer,
    organisation_id: UUID,
    earlier: Collection[Engagement],
    starts_on: date,
    ends_on: date | None,
) -> None:
    """Return only if nothing stands in the way of another engagement of the firm."""
    by_organisation = viewer.role_in(organisation_id) is Role.HR
    last = next(iter(earlier), None)
    if last is not None and last.ended_by is Role.HR and not by_organisation:
        message = "The organisation ended the engagement; only it can start another one."
        raise Conflict(message, field="organisationId")
    for one in earlier:
        begins_before_end = one.ends_on is None or starts_on < one.ends_on
        ends_after_begin = ends_on is None or one.starts_on < ends_on
        if begins_before_end and ends_after_begin and one.starts_on != one.ends_on:
            message = "Another engagement of the firm covers part of this time."
            raise Conflict(message, field="startsOn")


async def _check_consultants(
    session: Session, viewer: Viewer, firm_id: UUID, people: Collection[UUID], *, field: str
) -> None:
    """Return only if all of them belong to the firm, which the viewer administers."""
    if not people:
        return
    require_firm(viewer, firm_id)
    known = await queries.list_firm_members(session, viewer, firm_id=firm_id, among=set(people))
    if known != set(people):
        noun = "member of the firm"
        raise NotFound(noun, field=field)
