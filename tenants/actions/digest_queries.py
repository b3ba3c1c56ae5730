"""All SQL of digests by mail: who wants them, and which were sent to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Role, Viewer, require
from tenants.actions.models import Action, DigestMail, DigestWish
from tenants.actions.statuses import ActionStatus
from tenants.insights.models import Edition
from tenants.model import new_id
from tenants.offers.models import HiringManager, Requisition
from tenants.organisations.models import Membership, Organisation, Person
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Addressee:
    """A member who wants digests by mail."""

    person_id: UUID
    role: Role
    wished_at: datetime


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mail of a digest with everything that is needed to write it."""

    mail: DigestMail
    organisation: Organisation
    email: str
    role: Role
    edition: Edition | None


async def has_wish(session: Session, viewer: Viewer, *, organisation_id: UUID) -> bool:
    """Return whether the viewer wants digests by mail."""
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    found = await session.scalar(
        select(DigestWish.person_id).where(
            DigestWish.organisation_id == organisation_id, DigestWish.person_id == viewer.id
        )
    )
    return found is not None


async def add_wish(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """Note that a member wants digests by mail from now on; one who did already keeps the day."""
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    await session.execute(
        insert(DigestWish)
        .values(organisation_id=organisation_id, person_id=person_id, wished_at=datetime.now(UTC))
        .on_conflict_do_nothing()
    )


async def remove_wish(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """Note that a member wants no more digests by mail: the member's own, or a job's of theirs."""
    if viewer.id != person_id:
        require(viewer, Permission.DIGEST_SEND, organisation_id)
    await session.execute(
        delete(DigestWish).where(
            DigestWish.organisation_id == organisation_id, DigestWish.person_id == person_id
        )
    )


async def list_addressees(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[Addressee]:
    """Return the members who want digests by mail, with the role that each has by now."""
    require(viewer, Permission.DIGEST_SEND, organisation_id)
    rows = await session.execute(
        select(DigestWish.person_id, Membership.role, DigestWish.wished_at)
        .join(
            Membership,
            and_(
                Membership.organisation_id == DigestWish.organisation_id,
                Membership.person_id == DigestWish.person_id,
            ),
        )
        .where(DigestWish.organisation_id == organisation_id)
        .order_by(DigestWish.person_id)
    )
    return [Addressee(*row) for row in rows]


async def find_newest_edition(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Edition | None:
    """Return the edition that was published last."""
    require(viewer, Permission.DIGEST_SEND, organisation_id)
    return await session.scalar(
        select(Edition)
        .where(Edition.organisation_id == organisation_id)
        .order_by(Edition.ends_on.desc())
        .limit(1)
    )


async def list_reviews(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    until: date,
    hired_for_by: UUID | None,
) -> Sequence[date]:
    """Return the days of the last week, today included, on which an action is to be reviewed.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        until: Today.
        hired_for_by: Only the organisation's actions and those of departments that a person hires
            for; all of them if absent.
    """
    require(viewer, Permission.DIGEST_SEND, organisation_id)
    statement = (
        select(Action.review_on)
        .where(
            Action.organisation_id == organisation_id,
            Action.review_on > until - timedelta(days=7),
            Action.review_on <= until,
            Action.status != ActionStatus.DROPPED,
        )
        .distinct()
        .order_by(Action.review_on)
    )
    if hired_for_by is not None:
        own = (
            select(Requisition.id)
            .join(
                HiringManager,
                and_(
                    HiringManager.organisation_id == Requisition.organisation_id,
                    HiringManager.requisition_id == Requisition.id,
                ),
            )
            .where(
                Requisition.organisation_id == organisation_id,
                HiringManager.person_id == hired_for_by,
                or_(
                    Requisition.department == Action.segment,
                    Requisition.location == Action.segment,
                ),
            )
        )
        statement = statement.where(or_(Action.segment.is_(None), own.exists()))
    return (await session.scalars(statement)).all()


async def add_mail(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    person_id: UUID,
    edition_id: UUID | None = None,
    review_on: date | None = None,
) -> UUID | None:
    """Note that a member gets a mail for an edition or a day, and return its id; None if noted."""
    require(viewer, Permission.DIGEST_SEND, organisation_id)
    occasion = f"edition:{edition_id}" if edition_id is not None else f"review:{review_on}"
    return await session.scalar(
        insert(DigestMail)
        .values(
            organisation_id=organisation_id,
            id=new_id(),
            person_id=person_id,
            occasion=occasion,
            edition_id=edition_id,
            review_on=review_on,
            queued_at=datetime.now(UTC),
        )
        .on_conflict_do_nothing()
        .returning(DigestMail.id)
    )


async def find_mailing(
    session: Session, viewer: Viewer, *, organisation_id: UUID, mail_id: UUID
) -> Mailing | None:
    """Return a mail with its member, or None for one who wants none or is no member any more."""
    require(viewer, Permission.DIGEST_SEND, organisation_id)
    row = (
        await session.execute(
            select(DigestMail, Organisation, Person.email, Membership.role, Edition)
            .join(Organisation, Organisation.id == DigestMail.organisation_id)
            .join(
                DigestWish,
                and_(
                    DigestWish.organisation_id == DigestMail.organisation_id,
                    DigestWish.person_id == DigestMail.person_id,
                ),
            )
            .join(
                Membership,
                and_(
                    Membership.organisation_id == DigestMail.organisation_id,
                    Membership.person_id == DigestMail.person_id,
                ),
            )
            .join(Person, Person.id == DigestMail.person_id)
            .outerjoin(
                Edition,
                and_(
                    Edition.organisation_id == DigestMail.organisation_id,
                    Edition.id == DigestMail.edition_id,
                ),
            )
            .where(DigestMail.organisation_id == organisation_id, DigestMail.id == mail_id)
        )
    ).one_or_none()
    return None if row is None else Mailing(*row)
