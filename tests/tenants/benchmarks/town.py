"""Organisations that take part in the benchmark, with contributions as a test wants them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, insert, select, text, update

from tenants.access import Role, Viewer, ViewerKind
from tenants.benchmarks import queries, service
from tenants.benchmarks.models import BenchmarkComparison, Contribution
from tenants.benchmarks.service import Released
from tenants.db import run
from tenants.metrics import DECLINE_RATE
from tenants.model import new_id
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole, Industry, Organisation, Region, SizeBand
from tenants.work import Session

STARTS, ENDS = date(2025, 1, 1), date(2026, 1, 1)
AS_OF = date(2026, 2, 3)
FOUNDED = date(2024, 6, 1)
WORDS = "We contribute our own aggregates to the benchmark, and see those of our peers."


@dataclass(frozen=True)
class Member:
    """An organisation that takes part, with somebody of HR and of leadership."""

    organisation_id: UUID
    slug: str
    job: Viewer
    hr: Viewer
    leadership: Viewer


async def make_member(
    *,
    family: str | None = None,
    industry: Industry = Industry.TECHNOLOGY,
    size_band: SizeBand = SizeBand.FROM_250,
    region: Region = Region.EUROPE,
    founded: date = FOUNDED,
    joined_on: date | None = FOUNDED,
) -> Member:
    """Make an organisation; it opted in, each as a family of its own, unless said otherwise."""
    organisation_id = new_id()
    slug = f"member-{organisation_id.hex[-12:]}"
    job = Viewer.job(organisation_id)
    await run(
        organisations.create_organisation,
        job,
        organisation_id=organisation_id,
        profile=organisations.OrganisationProfile(
            slug=slug, name=slug, industry=industry, size_band=size_band, region=region,
            language="en",
        ),
    )  # fmt: skip
    viewers = {
        role: Viewer(ViewerKind.PERSON, new_id(), role.value, {organisation_id: role})
        for role in (Role.HR, Role.LEADERSHIP)
    }

    async def found(session: Session, _viewer: Viewer) -> None:
        moment = datetime(founded.year, founded.month, founded.day, 12, tzinfo=UTC)
        await session.execute(
            update(Organisation).where(Organisation.id == organisation_id).values(created_at=moment)
        )

    await run(found, job)
    if joined_on is not None:
        await run(
            service.join_benchmark,
            job,
            organisation_id=organisation_id,
            family=family or slug,
            text=WORDS,
            joined_on=joined_on,
        )
    return Member(organisation_id, slug, job, viewers[Role.HR], viewers[Role.LEADERSHIP])


async def give(
    member: Member,
    value: float,
    n: int = 20,
    *,
    metric: str = DECLINE_RATE,
    wording_hash: str | None = None,
) -> None:
    """Let a member contribute a value, as its job would."""

    async def write(session: Session, _viewer: Viewer) -> None:
        await session.execute(
            insert(Contribution).values(
                organisation_id=member.organisation_id,
                starts_on=STARTS,
                ends_on=ENDS,
                metric=metric,
                value=value,
                n=n,
                wording_hash=wording_hash,
                contributed_at=datetime.now(UTC),
            )
        )

    await run(write, member.job)


async def make_town(values: Iterable[float], **changes: Any) -> list[Member]:
    """Make a member with its contribution for each value, in their order."""
    members = []
    for value in values:
        member = await make_member(**changes)
        await give(member, value)
        members.append(member)
    return members


async def make_firm(clients: Sequence[Member], *, since: date = FOUNDED) -> tuple[UUID, Viewer]:
    """Make a firm that serves some members; return its id and its consultant."""
    slug = f"firm-{new_id().hex[-12:]}"
    operator = Viewer.operator()
    firm_id = await run(organisations.create_firm, operator, slug=slug, name=slug)
    person_id = await run(
        organisations.create_person, operator, email=f"{slug}@firms.example", name="Consultant"
    )
    await run(
        organisations.join_firm,
        operator,
        firm_id=firm_id,
        person_id=person_id,
        role=FirmRole.CONSULTANT,
    )
    for client in clients:
        await engage(firm_id, person_id, client, since=since)
    roles = dict.fromkeys((one.organisation_id for one in clients), Role.CONSULTANT)
    return firm_id, Viewer(ViewerKind.PERSON, person_id, "Consultant", roles)


async def engage(
    firm_id: UUID,
    person_id: UUID,
    client: Member,
    *,
    since: date = FOUNDED,
    until: date | None = None,
) -> None:
    """Let a firm serve a member, by one person."""
    await run(
        organisations.start_engagement,
        client.job,
        organisation_id=client.organisation_id,
        firm_id=firm_id,
        starts_on=since,
        ends_on=until,
        consultant_ids=(person_id,),
    )


async def record_offers(
    member: Member, *, declined: int, accepted: int, month: date = date(2025, 5, 1)
) -> None:
    """Give a member offers of a month, each answered after a week."""

    async def write(session: Session, _viewer: Viewer) -> None:
        await session.execute(
            text(
                """
                WITH numbered AS (
                    SELECT n, gen_random_uuid() AS id
                    FROM generate_series(1, :declined + :accepted) n
                ), applied AS (
                    INSERT INTO applications
                        (organisation_id, id, external_id, stated_reasons, reasons_by_hand)
                    SELECT :organisation, id, id, '{}', false FROM numbered
                )
                INSERT INTO offers (organisation_id, id, application_id, version, status,
                                    reported_status, extended_on, resolved_at, recorded_at)
                SELECT :organisation, gen_random_uuid(), id, 1, s.status, s.status, :month,
                       :month + interval '7 days 12 hours', now()
                FROM numbered,
                     LATERAL (SELECT CASE WHEN n <= :declined THEN 'DECLINED'
                                          ELSE 'ACCEPTED' END AS status) s
                """
            ).bindparams(bindparam("month", type_=Date)),
            {
                "organisation": member.organisation_id,
                "declined": declined,
                "accepted": accepted,
                "month": month,
            },
        )

    await run(write, member.job)


async def look(members: Iterable[Member]) -> None:
    """Let the members' jobs note who can see them, and keep what they contribute."""
    firm_people = await run(queries.list_firm_people, Viewer.operator())
    for member in members:
        # Another window than the one that the tests compare.
        await run(
            service.contribute,
            member.job,
            organisation_id=member.organisation_id,
            starts_on=date(2020, 1, 1),
            ends_on=date(2020, 2, 1),
            firm_people=firm_people,
        )


async def make_release(as_of: date = AS_OF, *, again: bool = True) -> Released:
    """Release the window that the tests compare."""
    return await run(
        service.release,
        Viewer.benchmark(),
        starts_on=STARTS,
        ends_on=ENDS,
        as_of=as_of,
        again=again,
    )


async def comparisons_of(member: Member) -> list[BenchmarkComparison]:
    """Return what releases say of a member, by number, audience and metric."""

    async def find(session: Session, _viewer: Viewer) -> list[BenchmarkComparison]:
        rows = await session.scalars(
            select(BenchmarkComparison)
            .where(BenchmarkComparison.organisation_id == member.organisation_id)
            .order_by(
                BenchmarkComparison.release_number,
                BenchmarkComparison.audience,
                BenchmarkComparison.metric,
            )
            .execution_options(populate_existing=True)
        )
        return list(rows)

    return await run(find, member.job)


def group_of(row: BenchmarkComparison, key: str = "ALL") -> Mapping[str, Any]:
    """Return what a row says of one group."""
    return next(one for one in row.peer_groups if one["key"] == key)
