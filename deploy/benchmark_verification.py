"""What `afterword benchmark` does: make a release again and compare, vouch for an organisation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from deploy.errors import DeployError
from tenants import db
from tenants.access import Role, Viewer, ViewerKind
from tenants.benchmarks import comparison_queries, release_queries, releases, service
from tenants.benchmarks.readers import Row, Rows
from tenants.disclosure.peers import PeerRules
from tenants.errors import DomainError
from tenants.organisations import queries as organisations

# So many organisations are read at once; what is told of them is all that is held twice.
_AT_ONCE: Final = 1000


async def verify_benchmark(number: int) -> dict[str, Any]:
    """Connect and do what `verify_connected` does."""
    async with db.connected(pool_size=1):
        return await verify_connected(number)


async def verify_connected(number: int) -> dict[str, Any]:
    """Compute a release anew from its frozen inputs, by its rules, and write nothing.

    Args:
        number: Of the release.

    Returns:
        `release`, its number; how many `metrics` and `rows` it has; whether the hashes of what
        went in (`inputs`) and of what came out (`outcome`) are those that it was frozen with, and
        whether every row that organisations read is what came out (`stored`); `verified` is all of
        these, and false for a release that is not there or not finished.
    """
    viewer = Viewer.benchmark()
    release = await db.run(release_queries.find_numbered, viewer, number=number)
    if release is None or release.finished_at is None:
        return {"release": number, "verified": False}
    rules = PeerRules(**{one.name: release.rules[one.name] for one in fields(PeerRules)})
    whole = await db.run(releases.find_field, viewer, number=number)
    went_in, came_out = [], []
    drafts: dict[str, Rows] = {}
    for metric in await db.run(release_queries.list_partitions, viewer, number=number):
        inputs, draft = await db.run(
            releases.compute_partition,
            viewer,
            number=number,
            metric=metric,
            whole=whole,
            rules=rules,
        )
        went_in.append((metric, inputs.digest()))
        came_out.append((metric, draft.digest()))
        drafts[metric] = draft.rows
    found: dict[str, Any] = {
        "release": number,
        "metrics": len(went_in),
        "rows": sum(map(len, drafts.values())),
        "inputs": releases.hash_of_inputs(release, whole, went_in) == release.inputs_hash,
        "outcome": releases.hash_of_outcome(came_out) == release.outcome_hash,
        "stored": await _are_stored(number, drafts, sorted(whole.places, key=lambda key: key.int)),
    }
    found["verified"] = found["inputs"] and found["outcome"] and found["stored"]
    return found


async def admit_organisation(slug: str, family: str | None) -> dict[str, Any]:
    """Vouch for an organisation, and say whose corporate family it is, if a family is given.

    Raises:
        DeployError: There is no such organisation, or it has joined nothing and gets a family.
    """
    async with db.connected(pool_size=1):
        key = await db.run(organisations.find_organisation_id, Viewer.operator(), slug=slug)
        if key is None:
            message = f"there is no organisation {slug}"
            raise DeployError(message)
        try:
            await db.run(
                service.verify_organisation,
                Viewer.job(key),
                organisation_id=key,
                verified_on=datetime.now(UTC).date(),
                family=family,
            )
        except DomainError as error:
            raise DeployError(str(error)) from error
    return {"organisation": slug, "verified": True}


async def _are_stored(
    number: int, drafts: Mapping[str, Rows], organisation_ids: Sequence[UUID]
) -> bool:
    """Return whether organisations read exactly these rows, some at a time in their own scope.

    Args:
        number: Of the release.
        drafts: What each metric tells, in the order of the organisations.
        organisation_ids: All of the catalogue, in the same order.
    """
    walks = {metric: _Walk(rows) for metric, rows in drafts.items()}
    for start in range(0, len(organisation_ids), _AT_ONCE):
        some = organisation_ids[start : start + _AT_ONCE]
        stored = await db.run(
            comparison_queries.list_stored,
            Viewer(ViewerKind.JOB, roles=dict.fromkeys(some, Role.JOB)),
            organisation_ids=some,
            number=number,
        )
        expected = {
            (row.organisation_id, row.audience, metric): (row.quantiles, row.bands, row.standings)
            for metric, walk in walks.items()
            for row in walk.up_to(some[-1])
        }
        if stored != expected:
            return False
    return True


class _Walk:
    """Rows in the order of their organisations, taken some organisations at a time."""

    def __init__(self, rows: Rows) -> None:
        self._rows = iter(rows)
        self._next = next(self._rows, None)

    def up_to(self, organisation_id: UUID) -> Iterator[Row]:
        """Yield the rows that are left of organisations up to one, inclusive."""
        while self._next is not None and self._next.organisation_id.int <= organisation_id.int:
            yield self._next
            self._next = next(self._rows, None)


def in_words(found: Mapping[str, Any]) -> str:
    """Return what `verify_benchmark` returned for somebody to read."""
    if "metrics" not in found:
        return f"There is no finished release {found['release']}."
    words = {
        "inputs": "what went in",
        "outcome": "what came out",
        "stored": "what organisations read",
    }
    lines = [
        f"release {found['release']}: {found['metrics']} metrics, {found['rows']} rows",
        *(
            f"  {text}: {'as it was frozen' if found[name] else 'NOT as it was frozen'}"
            for name, text in words.items()
        ),
    ]
    return "\n".join(lines)
