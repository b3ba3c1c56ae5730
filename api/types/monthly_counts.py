"""Monthly counts of offers, typed in by clients without an applicant-tracking system."""

from typing import cast

import strawberry

from api.derive import WHOLE, Info, as_type, of_noun
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.scalars import YearMonth
from tenants import read_graph
from tenants.offers import monthly_counts
from tenants.offers.monthly_queries import MonthCounts
from tenants.reading import Listing


@of_noun(read_graph.MONTHLY_COUNTS)
class MonthlyCounts:
    """What became of the offers that were resolved in one month, as somebody typed it in.

    Attributes:
        month: Which month.
        accepted: Ever accepted, those turned down afterwards included.
        declined: Turned down.
        lapsed: Left without an answer for 30 days.
        reneged: Of the accepted, those turned down after all.
        is_superseded: Whether offers of this month are recorded one by one: those count instead.
    """

    month: YearMonth
    accepted: int
    declined: int
    lapsed: int
    reneged: int
    is_superseded: bool


@strawberry.input
class MonthlyCountsInput:
    """What became of the offers that were resolved in one month.

    Attributes:
        month: Which month; not one that has not begun.
        accepted: Ever accepted, those turned down afterwards included.
        declined: Turned down.
        lapsed: Left without an answer for 30 days.
        reneged: Of the accepted, those turned down after all.
    """

    month: YearMonth
    accepted: int
    declined: int
    lapsed: int = 0
    reneged: int = 0


@strawberry.input
class RecordMonthlyCountsInput:
    """The counts of some months, in place of what was typed in for them before.

    Attributes:
        organisation_id: Whose offers.
        counts: At most 60 months, each once.
    """

    organisation_id: strawberry.ID
    counts: list[MonthlyCountsInput]


@strawberry.type
class RecordMonthlyCountsPayload:
    """All counts that are kept now.

    Attributes:
        monthly_counts: The newest month first; null when it was refused.
        user_errors: Why, in words that help.
    """

    monthly_counts: list[MonthlyCounts] | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


_ALL = Listing(read_graph.ORGANISATION.to_many["monthly_counts"], WHOLE)


@mutation
async def record_monthly_counts(
    info: Info,
    input: RecordMonthlyCountsInput,  # noqa: A002 - the argument's name in the API.
) -> RecordMonthlyCountsPayload:
    """Keep how many offers were resolved in some months and how, where no system tells."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        monthly_counts.record_monthly_counts,
        organisation_id=organisation.organisation_id,
        counts=[MonthCounts(**vars(one)) for one in input.counts],
    )
    page = await info.context.find_page(_ALL, organisation)
    found = [cast("MonthlyCounts", as_type(record)) for record in page.records]
    return RecordMonthlyCountsPayload(monthly_counts=found)
