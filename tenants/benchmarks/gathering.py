"""Before a release by hand: every organisation contributes, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from datetime import date

from tenants.access import Viewer
from tenants.benchmarks import queries, service
from tenants.db import run
from tenants.organisations import queries as organisations

Report = Callable[[int, int], Awaitable[None]]


async def contribute_everywhere(
    *, starts_on: date, ends_on: date, report: Report | None = None
) -> int:
    """Let every organisation contribute to a window; return how many have something to give.

    Doing it again changes nothing.

    Args:
        starts_on: First day of the window.
        ends_on: Its end, exclusive; both are first days of months.
        report: Called with how many organisations were asked, and of how many, after each.
    """
    ids = await run(organisations.list_organisation_ids, Viewer.operator())
    firm_people = await run(queries.list_firm_people, Viewer.operator())
    contributing = 0
    for asked, organisation_id in enumerate(ids, 1):
        metrics = await run(
            service.contribute,
            Viewer.job(organisation_id),
            organisation_id=organisation_id,
            starts_on=starts_on,
            ends_on=ends_on,
            firm_people=firm_people,
        )
        contributing += metrics > 0
        if report is not None:
            await report(asked, len(ids))
    return contributing
