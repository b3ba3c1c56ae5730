"""Digests by mail: who wants them, and when one is due.

A mail holds links and no figure. What was mailed could not be withdrawn when an answer is, and is
forwarded to whoever may not read it; the page behind the link knows who looks.
"""

from datetime import date
from typing import Any
from uuid import UUID

from tenants import work
from tenants.access import MEMBER_ROLES, Permission, Reach, Viewer, part_of, require
from tenants.actions import digest_queries as queries
from tenants.actions.words import months
from tenants.errors import Forbidden, NotFound
from tenants.keys import Purpose
from tenants.letters import Letter, message_id
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session

SEND = "digests.send"

_EDITION = """\
Hello,

the figures of {organisation} for {period} are published. Your digest says what works, what is being
done and what can be changed:

{link}
"""
_REVIEW = """\
Hello,

actions of {organisation} were to be reviewed on {day}. See what came of them:

{link}
"""
_WHY = """
This mail holds no figures: they are shown to you when you are signed in. You get it because you
asked for it. To get no more of them:

{stop}
"""


async def set_digest_mail(
    session: Session, viewer: Viewer, *, organisation_id: UUID, is_wanted: bool
) -> None:
    """Let a member say whether they want a mail when there is a digest to read.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The viewer is no member, or one whose role reads no insights.
    """
    role = viewer.role_in(organisation_id)
    if role is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    if role not in MEMBER_ROLES or viewer.id is None:
        message = "Digests are mailed to members of the organisation only."
        raise Forbidden(message)
    change = queries.add_wish if is_wanted else queries.remove_wish
    await change(session, viewer, organisation_id=organisation_id, person_id=viewer.id)


async def wants_digest_mail(session: Session, viewer: Viewer, *, organisation_id: UUID) -> bool:
    """Return whether the viewer gets digests by mail.

    Raises:
        Forbidden: The viewer's role reads no insights.
    """
    return await queries.has_wish(session, viewer, organisation_id=organisation_id)


async def stop_digest_mail(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """Take a member off the list, by the link in a mail: a job of the organisation's does it."""
    await queries.remove_wish(session, viewer, organisation_id=organisation_id, person_id=person_id)


async def queue_digest_mails(
    session: Session, viewer: Viewer, *, organisation_id: UUID, today: date
) -> int:
    """Queue a mail for each member and occasion that had none yet, and return how many.

    Occasions are the newest edition, if it was published since the member asked for mails, and the
    days of the last week on which actions that the member's role sees were to be reviewed. Doing it
    again queues nothing twice.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        today: The day (UTC).
    """
    require(viewer, Permission.DIGEST_SEND, organisation_id)
    edition = await queries.find_newest_edition(session, viewer, organisation_id=organisation_id)
    queued = 0
    for one in await queries.list_addressees(session, viewer, organisation_id=organisation_id):
        part = part_of(one.role)
        if Permission.INSIGHTS_READ not in part.permissions:
            continue
        which: Any = {"organisation_id": organisation_id, "person_id": one.person_id}
        made = []
        if edition is not None and edition.published_at > one.wished_at:
            made.append(await queries.add_mail(session, viewer, **which, edition_id=edition.id))
        days = await queries.list_reviews(
            session,
            viewer,
            organisation_id=organisation_id,
            until=today,
            hired_for_by=one.person_id if part.segments is Reach.OWN else None,
        )
        made += [
            await queries.add_mail(session, viewer, **which, review_on=day)
            for day in days
            if day > one.wished_at.date()
        ]
        for mail_id in made:
            if mail_id is not None:
                work.enqueue(session, SEND, organisation_id, mail_id=str(mail_id))
                queued += 1
    return queued


async def write_digest_mail(
    session: Session, viewer: Viewer, *, organisation_id: UUID, mail_id: UUID
) -> Letter | None:
    """Return a mail of a digest, or None if its member wants none any more or is none.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        mail_id: Which.
    """
    found = await queries.find_mailing(
        session, viewer, organisation_id=organisation_id, mail_id=mail_id
    )
    if found is None or Permission.INSIGHTS_READ not in part_of(found.role).permissions:
        return None
    name = found.organisation.name
    home = f"{get_settings().public_url}/console/{found.organisation.slug}"
    if found.edition is not None:
        edition = found.edition
        subject = f"{name}: your digest is ready"
        body = _EDITION.format(
            organisation=name,
            period=months(edition.starts_on, edition.ends_on),
            link=f"{home}/digest?edition={edition.ends_on:%Y-%m-%d}",
        )
    elif found.mail.review_on is not None:
        day = found.mail.review_on
        subject = f"{name}: actions to be reviewed"
        body = _REVIEW.format(
            organisation=name, day=f"{day.day} {day:%B %Y}", link=f"{home}/actions"
        )
    else:
        return None
    stop = stop_url(organisation_id, found.mail.person_id)
    return Letter(
        to=found.email,
        subject=subject,
        body=body + _WHY.format(stop=stop),
        message_id=message_id(Purpose.DIGEST, mail_id.bytes),
        language="en",
        stop=stop,
    )


def stop_url(organisation_id: UUID, person_id: UUID) -> str:
    """Return the address at which a member stops these mails without signing in."""
    token = make_token(Purpose.DIGEST, Token(organisation_id, person_id))
    return f"{get_settings().public_url}/digest-mails/{token}"
