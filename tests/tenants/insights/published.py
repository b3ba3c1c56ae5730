"""A client that began two years ago, what is published for it, and what is kept of that."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select, update

from tenants.access import Viewer
from tenants.db import run
from tenants.disclosure.figures import Figure
from tenants.insights import queries, service
from tenants.insights.models import Edition, EditionCell
from tenants.insights.windows import month_of, months_after
from tenants.organisations.models import Organisation
from tenants.work import Session
from tests.factories import Client, make_client

THIS_MONTH = month_of(datetime.now(UTC).date())
# Two windows of twelve months have just ended.
BEGAN = months_after(THIS_MONTH, -24)
LAST_MONTH = months_after(THIS_MONTH, -1)


async def make_old_client() -> Client:
    client = await make_client()
    await run(age, client.job, client.organisation_id)
    return client


async def age(session: Session, _viewer: Viewer, organisation_id: object) -> None:
    began = datetime(BEGAN.year, BEGAN.month, 15, tzinfo=UTC)
    await session.execute(
        update(Organisation).where(Organisation.id == organisation_id).values(created_at=began)
    )


async def publish(client: Client, as_of: date = LAST_MONTH) -> service.Published:
    return await run(
        service.publish_editions, client.job, organisation_id=client.organisation_id, as_of=as_of
    )


async def read(
    client: Client,
    viewer: Viewer | None = None,
    *,
    ends_on: date | None = None,
    segment: str | None = None,
) -> queries.Insights:
    return await run(
        queries.get_insights,
        viewer or client.hr,
        organisation_id=client.organisation_id,
        ends_on=ends_on,
        segment=segment,
    )


def figure(insights: queries.Insights, metric: str) -> Figure:
    """Return a figure that is not withheld."""
    found = insights.figures[metric]
    assert isinstance(found, Figure)
    return found


async def frozen(client: Client) -> list[tuple[Any, ...]]:
    """Return every edition and cell as the database keeps them, without ids and times."""
    return await run(_frozen, client.job, client.organisation_id)


async def _frozen(
    session: Session, _viewer: Viewer, organisation_id: object
) -> list[tuple[Any, ...]]:
    rows = await session.execute(
        select(
            Edition.ends_on,
            Edition.figures,
            Edition.rules,
            EditionCell.kind,
            EditionCell.segment,
            EditionCell.coverage,
            EditionCell.figures,
            EditionCell.questions,
        )
        .join(EditionCell, EditionCell.edition_id == Edition.id, isouter=True)
        .where(Edition.organisation_id == organisation_id)
        .order_by(Edition.ends_on, EditionCell.kind, EditionCell.segment)
    )
    return [tuple(row) for row in rows]
