"""Making a release: begun once, shared metric by metric between workers, seen when it is whole."""

import gc
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tenants.access import Viewer
from tenants.benchmarks import release_queries as queries
from tenants.benchmarks.field import Field, hashed_coalition
from tenants.benchmarks.models import BenchmarkRelease
from tenants.benchmarks.observers import family_hash
from tenants.benchmarks.publication import Draft, Inputs, make_draft
from tenants.benchmarks.readers import Rows
from tenants.benchmarks.service import rules_in_force
from tenants.benchmarks.telling import GroupFigures
from tenants.benchmarks.telling_queries import add_audiences, require_benchmark
from tenants.benchmarks.windows import LAG_MONTHS, MINIMUM_AGE, REJOIN_MONTHS, require_months
from tenants.db import run
from tenants.disclosure.peers import PeerRules
from tenants.errors import NotFound
from tenants.metrics import CONTRIBUTION_FLOOR, find_metric
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Released:
    """What a release came to, for the operator.

    Attributes:
        number: Of the release.
        families: Corporate families that contribute to any metric.
        organisations: Organisations that were compared.
        groups: What stands behind each group that anybody may be shown.
    """

    number: int
    families: int
    organisations: int
    groups: Sequence[GroupFigures]


@dataclass(frozen=True, slots=True)
class Begun:
    """A release that is there.

    Attributes:
        number: Of the release.
        finished: Whether everybody sees it already.
    """

    number: int
    finished: bool


async def begin_release(
    session: Session,
    viewer: Viewer,
    *,
    starts_on: date,
    ends_on: date,
    as_of: date,
    after: int | None = None,
) -> Begun:
    """Freeze everything that the next release of a window is made of, under the next number.

    Whoever has consented by `as_of`, is verified, at least 90 days old then and has not withdrawn
    in the twelve months before takes part. Nobody sees the release before it is finished.

    Args:
        session: The transaction, under the benchmark role.
        viewer: `Viewer.benchmark()`.
        starts_on: First day of the window.
        ends_on: Its end, exclusive; both are first days of months.
        as_of: The day of the release.
        after: A number; if the window has a release with a greater one that is returned, to be
            finished if it is not. If absent there is always a new one.

    Raises:
        Forbidden: The viewer is somebody else.
        InvalidInput: The window is not made of whole months.
    """
    require_benchmark(viewer)
    require_months(starts_on, ends_on)
    number = await queries.next_number(session, viewer)
    if after is not None:
        there = await queries.find_release(session, viewer, starts_on=starts_on, ends_on=ends_on)
        if there is not None and there.number > after:
            return Begun(there.number, there.finished_at is not None)
    release = BenchmarkRelease(
        number=number,
        starts_on=starts_on,
        ends_on=ends_on,
        as_of_on=as_of,
        rules=_rules_json(rules_in_force()),
        inputs_hash="",
        released_at=datetime.now(UTC),
    )
    await queries.add_release(session, viewer, release=release)
    await queries.freeze(
        session, viewer, release=release, oldest=as_of - MINIMUM_AGE, months=REJOIN_MONTHS
    )
    return Begun(number, finished=False)


async def find_field(session: Session, viewer: Viewer, *, number: int) -> Field:
    """Return the field of a release: read once by a worker, used for every metric."""
    return Field(await queries.list_places(session, viewer, number=number))


async def make_partition(
    session: Session, viewer: Viewer, *, number: int, whole: Field, wait: bool
) -> Draft | None:
    """Make one metric of a release that nobody has made and nobody is making; None if none is left.

    Everything of it is written in this transaction, with the word that it is made. A worker that
    dies has written nothing, and lets go of the metric.

    Args:
        session: The transaction, under the benchmark role.
        viewer: `Viewer.benchmark()`.
        number: Of the release.
        whole: Its field.
        wait: Whether to wait for a metric that somebody is making, in case that worker dies.
    """
    metric = await queries.take_partition(session, viewer, number=number, wait=wait)
    if metric is None:
        return None
    inputs, draft = await compute_partition(
        session, viewer, number=number, metric=metric, whole=whole, rules=rules_in_force()
    )
    await queries.write_partition(
        session, viewer, number=number, metric=metric, draft=draft, inputs_hash=inputs.digest()
    )
    return draft


async def compute_partition(
    session: Session,
    viewer: Viewer,
    *,
    number: int,
    metric: str,
    whole: Field,
    rules: PeerRules,
) -> tuple[Inputs, Draft]:
    """Return one metric of a release from what was frozen for it, and write nothing."""
    partition = await queries.find_partition(session, viewer, number=number, metric=metric)
    earlier = await queries.list_earlier_groups(session, viewer, number=number, metric=metric)
    inputs = Inputs(partition.given, earlier)
    definition = find_metric(metric)
    if definition is None:
        return inputs, Draft(Rows(whole.readers), {}, ())
    return inputs, make_draft(whole, definition, inputs, rules)


async def finish_release(session: Session, viewer: Viewer, *, number: int, whole: Field) -> bool:
    """Let everybody see a release, if every metric of it is made; return whether it is seen now.

    Raises:
        NotFound: There is no such release.
    """
    if not await queries.lock_release(session, viewer, number=number):
        found = await queries.find_numbered(session, viewer, number=number)
        if found is None:
            noun = "release"
            raise NotFound(noun)
        return True
    if not all((await queries.list_partitions(session, viewer, number=number)).values()):
        return False
    release = await queries.find_numbered(session, viewer, number=number)
    if release is None:
        return False
    hashed = {name: family_hash(name) for name in {one.family for one in whole.places.values()}}
    await add_audiences(
        session,
        viewer,
        number=number,
        readers=whole.readers,
        own={key: hashed[one.family] for key, one in whole.places.items()},
        coalitions=[hashed_coalition(one, hashed.__getitem__) for one in whole.readers.coalitions],
    )
    made = await queries.list_hashes(session, viewer, number=number)
    await queries.finish(
        session,
        viewer,
        number=number,
        inputs_hash=hash_of_inputs(release, whole, [(one[0], one[1] or b"") for one in made]),
        outcome_hash=hash_of_outcome([(one[0], one[2] or b"") for one in made]),
    )
    return True


def hash_of_inputs(
    release: BenchmarkRelease, whole: Field, metrics: Sequence[tuple[str, bytes]]
) -> str:
    """Return the SHA-256 of everything that a release is made of, in hexadecimal digits."""
    found = hashlib.sha256()
    days = (release.starts_on, release.ends_on, release.as_of_on)
    found.update(f"{[str(day) for day in days]}{sorted(release.rules.items())}\n".encode())
    found.update(whole.digest())
    for metric, digest in metrics:
        found.update(metric.encode() + b"\n" + digest)
    return found.hexdigest()


def hash_of_outcome(metrics: Sequence[tuple[str, bytes]]) -> str:
    """Return the SHA-256 of everything that a release says, in hexadecimal digits."""
    found = hashlib.sha256()
    for metric, digest in metrics:
        found.update(metric.encode() + b"\n" + digest)
    return found.hexdigest()


Report = Callable[[int, int], Awaitable[None]]


async def share_release(number: int, report: Report | None = None) -> None:
    """Make what is left of a release together with whoever does the same, and finish it.

    Each metric is a transaction of its own. When all are taken this waits for the others, and
    takes over from one that dies. Afterwards the release is finished.

    Args:
        number: Of the release.
        report: Called with how many metrics are made, and of how many, after each.
    """
    viewer = Viewer.benchmark()
    whole = await run(find_field, viewer, number=number)
    with _set_aside(whole):
        await _share(number, whole, report)


@contextmanager
def _set_aside(whole: Field) -> Iterator[None]:
    """Let looking for garbage pass over a field, which is large and stays until the end."""
    # Made now, with everything that is made from it once.
    _ = whole.readers
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _share(number: int, whole: Field, report: Report | None) -> None:
    viewer = Viewer.benchmark()
    for wait in (False, True):
        while await run(make_partition, viewer, number=number, whole=whole, wait=wait) is not None:
            if report is not None:
                made = await run(queries.list_partitions, viewer, number=number)
                await report(sum(made.values()), len(made))
        if await run(finish_release, viewer, number=number, whole=whole):
            return
    message = f"Release {number} could not be finished: a metric of it is not made."
    raise RuntimeError(message)


async def release(
    session: Session,
    viewer: Viewer,
    *,
    starts_on: date,
    ends_on: date,
    as_of: date,
    after: int | None = None,
) -> Released:
    """Freeze the contributions of a window as the next release and make it, in one transaction.

    Args and errors as in `begin_release`. The same inputs give the same figures and the same
    hashes. A release that was finished before is returned without groups.
    """
    begun = await begin_release(
        session, viewer, starts_on=starts_on, ends_on=ends_on, as_of=as_of, after=after
    )
    if begun.finished:
        return Released(begun.number, 0, 0, ())
    whole = await find_field(session, viewer, number=begun.number)
    groups: list[GroupFigures] = []
    compared: set[UUID] = set()
    while True:
        draft = await make_partition(session, viewer, number=begun.number, whole=whole, wait=True)
        if draft is None:
            break
        groups.extend(draft.groups)
        compared.update(row.organisation_id for row in draft.rows)
    await finish_release(session, viewer, number=begun.number, whole=whole)
    families = {whole.places[one].family for one in compared}
    return Released(begun.number, len(families), len(compared), groups)


def _rules_json(rules: PeerRules) -> dict[str, Any]:
    """Return everything that decides about a release beside its inputs."""
    return {
        **rules.to_json(),
        "contribution_minimum": {rows.value: least for rows, least in CONTRIBUTION_FLOOR.items()},
        "minimum_age_days": MINIMUM_AGE.days,
        "lag_months": LAG_MONTHS,
        "rejoin_months": REJOIN_MONTHS,
    }
