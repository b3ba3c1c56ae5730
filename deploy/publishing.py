"""Publishes an organisation's editions by hand, as the scheduler does at the end of a month."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from deploy.errors import DeployError
from tenants import db
from tenants.access import Viewer
from tenants.insights import service as insights
from tenants.insights.windows import month_of, months_after
from tenants.organisations import queries as organisations


def month(written: str) -> date:
    """Return the first day of a month that is written as 2026-11.

    Raises:
        DeployError: It is not written so.
    """
    try:
        return datetime.strptime(written, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        message = f"{written} is no month; write it as 2026-11"
        raise DeployError(message) from None


def last_month() -> date:
    """Return the first day of the last month that has ended."""
    return month_of(month_of(datetime.now(UTC).date()) - timedelta(days=1))


async def publish_insights(slug: str, as_of: str | None) -> dict[str, Any]:
    """Publish every window of an organisation that has ended and has no edition yet.

    Args:
        slug: Of the organisation.
        as_of: The month that counts as the last one to have ended; the last one if absent.

    Returns:
        `organisation`, `asOf`, the published `editions` with their first and last month, and how
        many responses are `counted`, `waiting` and `held`, which are all there are.

    Raises:
        DeployError: There is no such organisation, or the month is not written as one.
    """
    ended = last_month() if as_of is None else month(as_of)
    async with db.connected(pool_size=1):
        organisation_id = await db.run(
            organisations.find_organisation_id, Viewer.operator(), slug=slug
        )
        if organisation_id is None:
            message = f"there is no organisation {slug}"
            raise DeployError(message)
        published = await db.run(
            insights.publish_editions,
            Viewer.job(organisation_id),
            organisation_id=organisation_id,
            as_of=ended,
        )
    return {
        "organisation": slug,
        "asOf": f"{ended:%Y-%m}",
        "editions": [
            {
                "from": f"{window.starts_on:%Y-%m}",
                "to": f"{months_after(window.ends_on, -1):%Y-%m}",
            }
            for window in published.editions
        ],
        "counted": published.counted,
        "waiting": published.waiting,
        "held": published.held,
    }


def in_words(report: dict[str, Any]) -> str:
    """Return what was published as lines to read."""
    lines = [
        f"{report['organisation']}: edition {edition['from']} to {edition['to']}"
        for edition in report["editions"]
    ] or [f"{report['organisation']}: no window has ended since the last edition"]
    return "\n".join(
        [
            *lines,
            f"  {report['counted']} responses are counted in editions",
            f"  {report['waiting']} wait for the next one",
            f"  {report['held']} are still in the holding place",
        ]
    )
