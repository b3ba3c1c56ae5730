"""Monthly counts of offers, typed in by clients whose applicant-tracking system tells nothing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import InvalidInput, NotFound
from tenants.offers import monthly_queries
from tenants.offers.monthly_queries import MonthCounts
from tenants.work import Session

MOST_MONTHS: Final = 60
_MOST_OFFERS: Final = 100_000


async def record_monthly_counts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, counts: Sequence[MonthCounts]
) -> None:
    """Keep the counts of some months, in place of what was typed in for them before.

    A month for which offers are recorded one by one is counted from those, whatever was typed in.

    Args:
        session: The transaction.
        viewer: Somebody who may record offers.
        organisation_id: Whose offers.
        counts: No month twice, none that has not begun.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include recording offers.
        InvalidInput: A part of it cannot be; the field is named.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    _check(counts)
    await monthly_queries.save_monthly_counts(
        session, viewer, organisation_id=organisation_id, counts=counts
    )
    await audit.record(session, viewer, AuditAction.MONTHLY_COUNTS_RECORDED, organisation_id)


def _check(counts: Sequence[MonthCounts]) -> None:
    """Refuse counts that cannot be.

    Raises:
        InvalidInput: There are none or too many, or one of them contradicts itself.
    """
    if not 0 < len(counts) <= MOST_MONTHS:
        message = f"Give the counts of 1 to {MOST_MONTHS} months at once."
        raise InvalidInput(message, field="counts")
    today = datetime.now(UTC).date()
    seen: set[date] = set()
    for one in counts:
        name = f"{one.month:%Y-%m}"
        numbers = (one.accepted, one.declined, one.lapsed, one.reneged)
        if one.month in seen:
            message = f"{name} is there twice."
        elif one.month > today:
            message = f"{name} has not begun."
        elif not all(0 <= number <= _MOST_OFFERS for number in numbers):
            message = f"{name} has a number below 0 or above {_MOST_OFFERS}."
        elif one.reneged > one.accepted:
            message = f"{name} has more offers turned down after acceptance than accepted ones."
        else:
            seen.add(one.month)
            continue
        raise InvalidInput(message, field="counts")
