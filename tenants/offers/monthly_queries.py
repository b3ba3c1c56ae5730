"""All SQL of monthly counts that somebody typed in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.model import new_id
from tenants.offers.models import MonthlyCounts
from tenants.work import Session

_COUNTED = ("accepted", "declined", "lapsed", "reneged", "recorded_at")


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What became of the offers that were resolved in one month.

    Attributes:
        month: Its first day.
        accepted: Ever accepted, those turned down afterwards included (A).
        declined: Turned down (D).
        lapsed: Left unanswered for 30 days (L).
        reneged: Of the accepted, those turned down after all (R).
    """

    month: date
    accepted: int
    declined: int
    lapsed: int = 0
    reneged: int = 0


async def save_monthly_counts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, counts: Sequence[MonthCounts]
) -> None:
    """Write the counts of some months over what was there for them.

    Args:
        session: The transaction.
        viewer: Somebody who may record offers.
        organisation_id: Whose offers.
        counts: At least one, no month twice.
    """
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    now = datetime.now(UTC)
    own = {"organisation_id": organisation_id, "recorded_at": now}
    statement = insert(MonthlyCounts).values(
        [{**own, "id": new_id(), **asdict(one)} for one in counts]
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "month"],
            set_={name: statement.excluded[name] for name in _COUNTED},
        )
    )
