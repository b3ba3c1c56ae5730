"""All SQL of requisitions, candidates, applications and offers."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, select, true
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import InstrumentedAttribute

from tenants.access import Permission, Reach, Role, Viewer, part_of, require
from tenants.errors import NotFound
from tenants.model import new_id
from tenants.offers.assignment_queries import assigned_offers, assigned_requisitions
from tenants.offers.models import (
    Application,
    Candidate,
    HiringManager,
    Offer,
    Requisition,
)
from tenants.offers.statuses import OPENS_INTERVIEW
from tenants.organisations.models import Membership
from tenants.work import Session

T = TypeVar("T")


def managed_offers(viewer: Viewer, organisation_id: InstrumentedAttribute[UUID]) -> Select[Any]:
    """Return the ids of the offers of the requisitions whose hiring managers include the viewer."""
    return (
        select(Offer.id)
        .join(
            Application,
            and_(
                Application.organisation_id == Offer.organisation_id,
                Application.id == Offer.application_id,
            ),
        )
        .join(
            HiringManager,
            and_(
                HiringManager.organisation_id == Application.organisation_id,
                HiringManager.requisition_id == Application.requisition_id,
            ),
        )
        .where(Offer.organisation_id == organisation_id, HiringManager.person_id == viewer.id)
    )


def visible_requisitions(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which requisitions a role may see: all, or those it hires for."""
    reach = part_of(role).cases
    if reach is Reach.ALL:
        return true()
    if reach is Reach.OWN:
        return (
            select(HiringManager.id)
            .where(
                HiringManager.organisation_id == Requisition.organisation_id,
                HiringManager.requisition_id == Requisition.id,
                HiringManager.person_id == viewer.id,
            )
            .exists()
        )
    if reach is Reach.ASSIGNED:
        return Requisition.id.in_(assigned_requisitions(viewer, Requisition.organisation_id))
    return false()


def visible_offers(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which offers a role may see as rows: all, or those of its own requisitions."""
    reach = part_of(role).cases
    if reach is Reach.ALL:
        return true()
    if reach is Reach.OWN:
        return (
            select(HiringManager.id)
            .join(
                Application,
                and_(
                    Application.organisation_id == HiringManager.organisation_id,
                    Application.requisition_id == HiringManager.requisition_id,
                ),
            )
            .where(
                Application.organisation_id == Offer.organisation_id,
                Application.id == Offer.application_id,
                HiringManager.person_id == viewer.id,
            )
            .exists()
        )
    if reach is Reach.ASSIGNED:
        return Offer.id.in_(assigned_offers(viewer, Offer.organisation_id))
    return false()


def countable_offers(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which offers a role may count: leadership counts all and sees none."""
    return true() if part_of(role).counts is Reach.ALL else visible_offers(viewer, role)


async def get_offer(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer_id: UUID
) -> Offer:
    """Return an offer that the viewer may see, locked until the transaction ends.

    Raises:
        NotFound: Unknown, another organisation's, or outside what the role may see.
    """
    offer = await session.scalar(
        select(Offer)
        .where(
            Offer.organisation_id == organisation_id,
            Offer.id == offer_id,
            visible_offers(viewer, viewer.role_in(organisation_id)),
        )
        .with_for_update()
    )
    if offer is None:
        noun = "offer"
        raise NotFound(noun)
    return offer


async def get_requisition(
    session: Session, viewer: Viewer, *, organisation_id: UUID, requisition_id: UUID
) -> Requisition:
    """Return a requisition that the viewer may see.

    Raises:
        NotFound: Unknown, another organisation's, or outside what the role may see.
    """
    requisition = await session.scalar(
        select(Requisition).where(
            Requisition.organisation_id == organisation_id,
            Requisition.id == requisition_id,
            visible_requisitions(viewer, viewer.role_in(organisation_id)),
        )
    )
    if requisition is None:
        noun = "requisition"
        raise NotFound(noun)
    return requisition


async def find_candidate_of_offer(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer_id: UUID
) -> Candidate | None:
    """Return who got an offer, for verbs that need to know and never show it; None if unknown."""
    return await session.scalar(
        select(Candidate)
        .join(
            Application,
            and_(
                Application.organisation_id == Candidate.organisation_id,
                Application.candidate_id == Candidate.id,
            ),
        )
        .join(
            Offer,
            and_(
                Offer.organisation_id == Application.organisation_id,
                Offer.application_id == Application.id,
            ),
        )
        .where(
            Offer.organisation_id == organisation_id,
            Offer.id == offer_id,
            true() if part_of(viewer.role_in(organisation_id)).cases is Reach.ALL else false(),
        )
    )


# Whoever records locks in one order, so that two never wait for each other: application, candidate
# (a merged one before the one it was merged into), requisition, offer.


def _locked(statement: Select[T], of: Any = None) -> Select[T]:
    """Return rows as they are once nobody else is changing them; others may still refer to them."""
    # What the session read before it had the lock may be out of date.
    return statement.with_for_update(of=of, key_share=True).execution_options(
        populate_existing=True
    )


async def _ensured(session: Session, addition: Insert, statement: Select[T]) -> T:
    """Return the one row of a statement, locked, added first if there was none."""
    await session.execute(addition.on_conflict_do_nothing())
    return (await session.scalars(_locked(statement))).one()


async def lock_application(
    session: Session, viewer: Viewer, *, organisation_id: UUID, external_id: str
) -> Application:
    """Return the application with the system's id, added if it is new, locked."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    identity = {"organisation_id": organisation_id, "external_id": external_id}
    return await _ensured(
        session,
        insert(Application).values(
            **identity, id=new_id(), stated_reasons=[], reasons_by_hand=False
        ),
        select(Application).filter_by(**identity),
    )


async def lock_applications_of(
    session: Session, viewer: Viewer, *, organisation_id: UUID, external_key: bytes
) -> Sequence[Application]:
    """Return the applications of the candidate with a keyed hash, locked, oldest first."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    whose = (
        select(Candidate.id)
        .filter_by(organisation_id=organisation_id, external_key=external_key)
        .scalar_subquery()
    )
    rows = await session.scalars(
        _locked(
            select(Application)
            .where(
                Application.organisation_id == organisation_id, Application.candidate_id == whose
            )
            .order_by(Application.id)
        )
    )
    return rows.all()


async def lock_candidate(
    session: Session, viewer: Viewer, *, organisation_id: UUID, candidate_id: UUID
) -> Candidate:
    """Return the candidate that an application or a merged record refers to, locked."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    statement = select(Candidate).filter_by(organisation_id=organisation_id, id=candidate_id)
    return (await session.scalars(_locked(statement))).one()


async def find_candidate_by_hand(
    session: Session, viewer: Viewer, *, organisation_id: UUID, candidate_id: UUID | None
) -> Candidate | None:
    """Return the candidate of a locked application if no system has named the person, or None.

    Such a candidate belongs to that one application, whose lock is enough.
    """
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    identity = {"organisation_id": organisation_id, "id": candidate_id, "external_key": None}
    return await session.scalar(select(Candidate).filter_by(**identity))


async def find_keyed_candidate(
    session: Session, viewer: Viewer, *, organisation_id: UUID, external_key: bytes
) -> Candidate | None:
    """Return the candidate with a keyed hash of the system's id, locked, or None."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    identity = {"organisation_id": organisation_id, "external_key": external_key}
    return await session.scalar(_locked(select(Candidate).filter_by(**identity)))


async def lock_keyed_candidate(
    session: Session, viewer: Viewer, *, organisation_id: UUID, external_key: bytes
) -> Candidate:
    """Return the candidate with a keyed hash of the system's id, added if it is new, locked."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    identity = {"organisation_id": organisation_id, "external_key": external_key}
    return await _ensured(
        session,
        insert(Candidate).values(**identity, id=new_id(), may_be_emailed=True),
        select(Candidate).filter_by(**identity),
    )


async def lock_requisition(
    session: Session, viewer: Viewer, *, organisation_id: UUID, external_id: str
) -> Requisition:
    """Return the requisition with the system's id, added without a title if it is new, locked."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    identity = {"organisation_id": organisation_id, "external_id": external_id}
    return await _ensured(
        session,
        insert(Requisition).values(**identity, id=new_id(), title=""),
        select(Requisition).filter_by(**identity),
    )


async def lock_requisition_of(
    session: Session, viewer: Viewer, *, organisation_id: UUID, requisition_id: UUID
) -> Requisition:
    """Return the requisition that an application refers to, locked."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    statement = select(Requisition).filter_by(organisation_id=organisation_id, id=requisition_id)
    return (await session.scalars(_locked(statement))).one()


async def find_requisition_by_hand(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    title: str,
    department: str | None,
    location: str | None,
) -> Requisition | None:
    """Return the requisition that was recorded with the same words and no system's id, or None."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    return await session.scalar(
        select(Requisition)
        .where(
            Requisition.organisation_id == organisation_id,
            Requisition.external_id.is_(None),
            Requisition.title == title,
            Requisition.department.is_not_distinct_from(department),
            Requisition.location.is_not_distinct_from(location),
        )
        .order_by(Requisition.id)
        .limit(1)
    )


async def list_hiring_managers(
    session: Session, viewer: Viewer, *, organisation_id: UUID, requisition_id: UUID
) -> Sequence[HiringManager]:
    """Return who hires for a requisition that the viewer may see, and lock the requisition."""
    seen = visible_requisitions(viewer, viewer.role_in(organisation_id))
    identity = {"organisation_id": organisation_id, "id": requisition_id}
    await session.execute(_locked(select(Requisition).filter_by(**identity).where(seen)))
    rows = await session.scalars(
        select(HiringManager)
        .join(
            Requisition,
            and_(
                Requisition.organisation_id == HiringManager.organisation_id,
                Requisition.id == HiringManager.requisition_id,
            ),
        )
        .where(
            HiringManager.organisation_id == organisation_id,
            HiringManager.requisition_id == requisition_id,
            seen,
        )
        .order_by(HiringManager.id)
    )
    return rows.all()


async def people_of_ats_users(
    session: Session, viewer: Viewer, *, organisation_id: UUID, ats_user_ids: Collection[str]
) -> dict[str, UUID]:
    """Return which member each of the system's users is, as far as the memberships say."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    rows = await session.execute(
        select(Membership.ats_user_id, Membership.person_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.ats_user_id.in_(ats_user_ids),
        )
        # The same one each time, should two members claim one user.
        .order_by(Membership.person_id.desc())
    )
    return {user: person for user, person in rows if user is not None}


async def find_offer_of(
    session: Session, viewer: Viewer, *, organisation_id: UUID, application_id: UUID
) -> Offer | None:
    """Return the offer of an application that is locked, locked itself, or None."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    identity = {"organisation_id": organisation_id, "application_id": application_id}
    return await session.scalar(_locked(select(Offer).filter_by(**identity)))


async def lock_declined_offers(
    session: Session, viewer: Viewer, *, organisation_id: UUID, candidate_id: UUID
) -> Sequence[Offer]:
    """Return a candidate's offers that have an interview or call for one, locked, oldest first."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    rows = await session.scalars(
        _locked(
            select(Offer)
            .join(
                Application,
                and_(
                    Application.organisation_id == Offer.organisation_id,
                    Application.id == Offer.application_id,
                ),
            )
            .where(
                Offer.organisation_id == organisation_id,
                Application.candidate_id == candidate_id,
                Offer.status.in_(OPENS_INTERVIEW),
            )
            .order_by(Offer.id),
            of=Offer,
        )
    )
    return rows.all()
