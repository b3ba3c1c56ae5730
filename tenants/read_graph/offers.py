"""Requisitions and offers as nouns of the read graph."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, case, exists, func, literal, select

from tenants.access import Permission
from tenants.interviews.models import Interview
from tenants.nouns import Column, Noun, ToMany, ToOne, shown_with, within_scopes
from tenants.offers import queries as offers
from tenants.offers.models import (
    Application,
    HiringManager,
    MonthlyCounts,
    Offer,
    Requisition,
)
from tenants.offers.statuses import OfferStatus
from tenants.organisations.models import Person
from tenants.read_graph.orders import by_day, by_id


def _of_application(column: Any) -> ColumnElement[Any]:
    """Return a value of an offer's application."""
    return (
        select(column)
        .where(
            Application.organisation_id == Offer.organisation_id,
            Application.id == Offer.application_id,
        )
        .scalar_subquery()
    )


def _of_requisition(column: Any) -> ColumnElement[Any]:
    """Return a value of an offer's requisition."""
    return (
        select(column)
        .join(
            Application,
            and_(
                Application.organisation_id == Requisition.organisation_id,
                Application.requisition_id == Requisition.id,
            ),
        )
        .where(
            Application.organisation_id == Offer.organisation_id,
            Application.id == Offer.application_id,
        )
        .scalar_subquery()
    )


_OFFER_DAY = func.date(func.timezone("UTC", Offer.resolved_at), type_=Date())
OFFER_ORDERS = (
    by_day("EXTENDED_ON_DESC", Offer.extended_on, descending=True),
    by_day("EXTENDED_ON_ASC", Offer.extended_on, descending=False),
    by_day("RESOLVED_ON_DESC", _OFFER_DAY, descending=True),
    by_day("RESOLVED_ON_ASC", _OFFER_DAY, descending=False),
)

OFFER_FILTERS: Mapping[str, Any] = MappingProxyType(
    {
        "status": Offer.status.in_,
        "resolved_from": lambda day: _OFFER_DAY >= day,  # noqa: SIM300 - a column, no constant.
        "resolved_to": lambda day: _OFFER_DAY < day,  # noqa: SIM300 - likewise.
        "waiting_for_candidate": lambda waits: (
            _of_application(Application.candidate_id).is_(None) == literal(waits)
        ),
    }
)

REQUISITION = Noun(
    name="Requisition",
    organisation_id=Requisition.organisation_id,
    id=Requisition.id,
    visible=within_scopes(Permission.REQUISITION_READ, offers.visible_requisitions),
    columns={
        "external_id": Column(Requisition.external_id),
        "title": Column(Requisition.title),
        "department": Column(Requisition.department),
        "location": Column(Requisition.location),
    },
    to_many={
        "hiring_managers": ToMany(
            "HiringManager",
            key=HiringManager.requisition_id,
            orderings=by_id(HiringManager.id),
            paged=False,
        ),
        "offers": ToMany(
            "Offer",
            key=_of_application(Application.requisition_id),
            permission=Permission.OFFER_READ,
            orderings=OFFER_ORDERS,
            filters=OFFER_FILTERS,
        ),
    },
)

HIRING_MANAGER = Noun(
    name="HiringManager",
    organisation_id=HiringManager.organisation_id,
    id=HiringManager.id,
    visible=shown_with(Permission.REQUISITION_READ),
    columns={
        "name": Column(
            select(Person.name).where(Person.id == HiringManager.person_id).scalar_subquery()
        ),
        "ats_user_id": Column(HiringManager.ats_user_id),
    },
)

# As `tenants.insights.offer_queries` has it: an unanswered offer counts when it lapses.
_COUNTED_STATUSES = (
    OfferStatus.ACCEPTED,
    OfferStatus.RENEGED,
    OfferStatus.DECLINED,
    OfferStatus.LAPSED,
    OfferStatus.EXTENDED,
)
_COUNTED_ON = func.coalesce(
    _OFFER_DAY, case((Offer.status == OfferStatus.EXTENDED, Offer.extended_on + 30))
)

MONTHLY_COUNTS = Noun(
    name="MonthlyCounts",
    organisation_id=MonthlyCounts.organisation_id,
    id=MonthlyCounts.id,
    visible=shown_with(Permission.OFFER_RECORD),
    columns={
        "month": Column(MonthlyCounts.month),
        "accepted": Column(MonthlyCounts.accepted),
        "declined": Column(MonthlyCounts.declined),
        "lapsed": Column(MonthlyCounts.lapsed),
        "reneged": Column(MonthlyCounts.reneged),
        "is_superseded": Column(
            exists()
            .where(
                Offer.organisation_id == MonthlyCounts.organisation_id,
                Offer.status.in_(_COUNTED_STATUSES),
                func.date_trunc("month", _COUNTED_ON) == MonthlyCounts.month,
            )
            .label("is_superseded")
        ),
    },
)

OFFER = Noun(
    name="Offer",
    organisation_id=Offer.organisation_id,
    id=Offer.id,
    visible=within_scopes(Permission.OFFER_READ, offers.visible_offers),
    columns={
        "external_id": Column(Offer.external_id),
        "application_id": Column(_of_application(Application.external_id)),
        "job_title": Column(_of_requisition(func.nullif(Requisition.title, "", type_=Text()))),
        "version": Column(Offer.version),
        "status": Column(Offer.status),
        "extended_on": Column(Offer.extended_on),
        "resolved_on": Column(_OFFER_DAY),
        "stated_reasons": Column(_of_application(Application.stated_reasons)),
        "waiting_for_candidate": Column(_of_application(Application.candidate_id.is_(None))),
    },
    to_one={
        "requisition": ToOne("Requisition", _of_application(Application.requisition_id)),
        "interview": ToOne(
            "Interview",
            select(Interview.id)
            .where(
                Interview.organisation_id == Offer.organisation_id, Interview.offer_id == Offer.id
            )
            .scalar_subquery(),
            Permission.INTERVIEW_READ,
        ),
    },
)
