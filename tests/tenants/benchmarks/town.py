"""Organisations that take part in the benchmark, with contributions as a test wants them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, insert, select, text, update

from tenants.access import Role, Viewer, ViewerKind
from tenants.benchmarks import queries, releases, service
from tenants.benchmarks.comparison_queries import told_by_metric
from tenants.benchmarks.models import BenchmarkAudience, BenchmarkComparison, Contribution
from tenants.benchmarks.releases import Released
from tenants.benchmarks.service import rules_in_force
from tenants.db import run
from tenants.disclosure import figures, peers
from tenants.metrics import DECLINE_RATE, find_metric
from tenants.model import new_id
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole, Industry, Organisation, Region, SizeBand
from tenants.work import Session

STARTS, ENDS = date(2025, 1, 1), date(2026, 1, 1)
AS_OF = date(2026, 2, 3)
FOUNDED = date(2024, 6, 1)
# What a release is made of, in the order in which it can be deleted.
RELEASED = (
    "benchmark_comparisons",
    "benchmark_audiences",
    "benchmark_places",
    "benchmark_partitions",
    "benchmark_groups",
    "benchmark_releases",
)
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
        releases.release,
        Viewer.benchmark(),
        starts_on=STARTS,
        ends_on=ENDS,
        as_of=as_of,
        after=None if again else 0,
    )


@dataclass(frozen=True)
class Compared:
    """What one audience is told of a member in one release, in words.

    `peer_groups` lists the groups, nearest first, each with its statistics as the API's documents;
    the last one also has hashes of the families that the audience may know.
    """

    release_number: int
    audience: bytes
    metric: str
    peer_groups: list[dict[str, Any]]


async def comparisons_of(member: Member) -> list[Compared]:
    """Return what releases say of a member, by number, audience and metric."""

    async def find(session: Session, _viewer: Viewer) -> list[Compared]:
        audiences = await session.scalars(
            select(BenchmarkAudience)
            .where(BenchmarkAudience.organisation_id == member.organisation_id)
            .execution_options(populate_existing=True)
        )
        known = {(one.release_number, one.audience): one for one in audiences}
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
        return [_compared(row, known[row.release_number, row.audience]) for row in rows]

    return await run(find, member.job)


def _compared(row: BenchmarkComparison, known: BenchmarkAudience) -> Compared:
    name = row.audience.hex()
    families = [bytes(one).hex() for one in known.families]
    # As the database's JSON has them: the shortest decimals of what is kept as four bytes.
    quantiles = [None if one is None else float(f"{one:.6g}") for one in row.quantiles or ()]
    ((_, told),) = told_by_metric(
        [(row.metric, name, quantiles, row.bands, row.standings)],
        {name: (known.industry, known.size_band, known.region, families)},
    )[row.metric]
    metric = find_metric(row.metric)
    assert metric is not None
    entries: list[dict[str, Any]] = []
    for key in told.keys:
        shown = told.statistics(key, metric.unit, rules_in_force())
        band, standing = peers.contributors(shown), told.standing(key)
        entries.append(
            {
                "key": key,
                "contributors": None if band is None else band.value,
                "standing": None if standing is None else asdict(standing),
                **{name: figures.to_json(one) for name, one in shown.items()},
            }
        )
    entries[-1]["coalition"] = families
    return Compared(row.release_number, row.audience, row.metric, entries)


def group_of(row: Compared, key: str = "ALL") -> Mapping[str, Any]:
    """Return what a row says of one group."""
    return next(one for one in row.peer_groups if one["key"] == key)
