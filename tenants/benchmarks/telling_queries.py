"""All SQL of what a release tells: rows by the hundred thousand, written from a few texts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from tenants.access import Viewer, ViewerKind
from tenants.benchmarks.readers import OWN, Readers, Rows
from tenants.errors import Forbidden
from tenants.work import Session

_BATCH: Final = 50_000


def require_benchmark(viewer: Viewer) -> None:
    """Return only if the viewer is the one that makes releases.

    Raises:
        Forbidden: It is somebody else.
    """
    if viewer.kind is not ViewerKind.BENCHMARK:
        message = "Only the benchmark may make a release."
        raise Forbidden(message)


# Without RETURNING: the role may write comparisons and not read them. Lists come as one text each,
# because the driver takes longer to write an array than the database to read it; what is told to
# many is sent, and read, once.
_ADD_ROWS: Final = text(
    """
    WITH told AS MATERIALIZED (
        SELECT t.at, t.quantiles::real[] AS quantiles, t.bands::smallint[] AS bands
        FROM unnest(CAST(CAST(:quantiles AS text) AS text[]), CAST(CAST(:bands AS text) AS text[]))
             WITH ORDINALITY AS t(quantiles, bands, at)
    )
    INSERT INTO benchmark_comparisons (organisation_id, release_number, audience, metric,
                                       quantiles, bands, standings)
    SELECT CAST(left(r.head, 32) AS uuid), :number, decode(substr(r.head, 33), 'hex'), :metric,
           t.quantiles, t.bands, CAST(r.standings AS smallint[])
    FROM unnest(CAST(CAST(:heads AS text) AS text[]), CAST(CAST(:told AS text) AS integer[]),
                CAST(CAST(:standings AS text) AS text[])) AS r(head, told, standings)
    JOIN told t ON t.at = r.told
    """
)


async def add_rows(
    session: Session, viewer: Viewer, *, number: int, metric: str, rows: Rows
) -> None:
    """Write what each audience is told of one metric in a release."""
    require_benchmark(viewer)
    for start in range(0, len(rows), _BATCH):
        given = _columns(rows, start, start + _BATCH)
        await session.execute(_ADD_ROWS, {"number": number, "metric": metric, **given})


def _columns(rows: Rows, start: int, end: int) -> dict[str, Any]:
    """Return some rows as the texts of arrays, what they are told once."""
    numbers = rows.figures_of[start:end]
    places = {number: at for at, number in enumerate(dict.fromkeys(numbers), 1)}
    heads = rows.readers.heads
    return {
        "quantiles": _array([f'"{rows.figures[one][0]}"' for one in places]),
        "bands": _array([f'"{rows.figures[one][1]}"' for one in places]),
        "told": _array([str(places[one]) for one in numbers]),
        "heads": _array([heads[one].hex() for one in rows.readers_of[start:end]]),
        "standings": _array([f'"{one}"' for one in rows.standings_of[start:end]]),
    }


def _array(parts: Iterable[str]) -> str:
    return "{" + ",".join(parts) + "}"


_ADD_AUDIENCES: Final = text(
    """
    WITH known AS MATERIALIZED (
        SELECT k.at, ARRAY(SELECT decode(f, 'hex') FROM unnest(string_to_array(k.families, ' ')) f)
               AS families
        FROM unnest(CAST(CAST(:families AS text) AS text[])) WITH ORDINALITY AS k(families, at)
    )
    INSERT INTO benchmark_audiences (organisation_id, release_number, audience, industry, size_band,
                                     region, families)
    SELECT p.organisation_id, :number, decode(substr(r.head, 33), 'hex'), p.industry, p.size_band,
           p.region, k.families
    FROM unnest(CAST(CAST(:heads AS text) AS text[]), CAST(CAST(:known AS text) AS integer[]))
         AS r(head, known)
    JOIN known k ON k.at = r.known
    JOIN benchmark_places p
        ON p.organisation_id = CAST(left(r.head, 32) AS uuid) AND p.release_number = :number
    """
)


async def add_audiences(
    session: Session,
    viewer: Viewer,
    *,
    number: int,
    readers: Readers,
    own: Mapping[UUID, str],
    coalitions: Sequence[Sequence[str]],
) -> None:
    """Write who is told something of whom in a release, and what each may know.

    Args:
        session: The transaction.
        viewer: The benchmark.
        number: Of the release.
        readers: Who is told something.
        own: What stands for each organisation's family, which its own people know.
        coalitions: What stands for the families of each coalition, in their order.
    """
    require_benchmark(viewer)
    for start in range(0, len(readers.heads), _BATCH):
        places: dict[str, int] = {}
        known = []
        for at in range(start, min(start + _BATCH, len(readers.heads))):
            coalition = readers.kinds[readers.kind_of[at]].coalition
            families = own[readers.organisations[at]]
            if coalition != OWN:
                families = " ".join(coalitions[coalition])
            known.append(str(places.setdefault(families, len(places) + 1)))
        given = {
            "families": _array([f'"{one}"' for one in places]),
            "known": _array(known),
            "heads": _array([one.hex() for one in readers.heads[start : start + _BATCH]]),
        }
        await session.execute(_ADD_AUDIENCES, {"number": number, **given})
