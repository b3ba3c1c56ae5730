"""All SQL that counts the responses of a window: one scan of answers, one of pairs of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text, update

from tenants.access import Permission, Viewer, require
from tenants.insights.items import Item
from tenants.insights.tally import Aspects, Group, ItemKey, Pair
from tenants.insights.windows import Window
from tenants.interviews.models import Confidentiality, Response
from tenants.questionnaires.values import COLUMNS, Value, from_columns
from tenants.work import Session

# What an edition counts of answers; free text, numbers and days it never does.
_COUNTED: Final = ("choice", "choices", "scale", "ranking", "matrix", '"boolean"')
_UNCOUNTED: Final = """
    r.organisation_id = :organisation AND r.edition_id IS NULL AND r.submitted_month < :before
"""
# Who answered while another dimension was in force has no value of this one.
_SEGMENT: Final = "CASE WHEN r.dimension = :dimension THEN r.segment END"
_LOCK: Final = text(
    f"""
    WITH locked AS (
        SELECT {_SEGMENT} AS segment, r.confidentiality
        FROM responses r WHERE {_UNCOUNTED} FOR UPDATE
    )
    SELECT segment, confidentiality, count(*) FROM locked GROUP BY 1, 2
    """  # noqa: S608 - our own words.
)
# One pass over the answers, which parallel workers share; what comes of it is small.
_ANSWERS: Final = text(
    f"""
    SELECT a.question_id, {_SEGMENT} AS segment, r.confidentiality,
           {", ".join(f"a.{c}" for c in _COUNTED)}, count(*) AS times
    FROM responses r
    JOIN answers a ON a.organisation_id = :organisation AND a.response_id = r.id
    WHERE {_UNCOUNTED} AND a.state = 'ANSWERED' AND a.question_id = ANY(:questions)
    GROUP BY 1, 2, 3, {", ".join(f"a.{c}" for c in _COUNTED)}
    """  # noqa: S608 - likewise.
)


def _given(organisation_id: UUID, window: Window) -> dict[str, Any]:
    return {
        "organisation": organisation_id,
        "before": window.ends_on,
        "dimension": window.dimension.value,
    }


AnswerCount = tuple[UUID, Group, Value | None, int]


async def lock_uncounted(
    session: Session, viewer: Viewer, *, organisation_id: UUID, window: Window
) -> dict[Group, int]:
    """Return how many responses of earlier months no edition counts yet, and lock them."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(_LOCK, _given(organisation_id, window))
    return {Group(segment, Confidentiality(chosen)): count for segment, chosen, count in rows}


async def count_answers(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    window: Window,
    question_ids: Collection[UUID],
) -> list[AnswerCount]:
    """Return how often each group of those respondents gave each answer to some questions."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(
        _ANSWERS,
        {**_given(organisation_id, window), "questions": list(question_ids)},
    )
    names = [one.strip('"') for one in _COUNTED]
    return [
        (
            question_id,
            Group(segment, Confidentiality(chosen)),
            from_columns({**dict.fromkeys(COLUMNS), **dict(zip(names, values, strict=True))}),
            times,
        )
        for question_id, segment, chosen, *values, times in rows
    ]


async def count_pairs(
    session: Session, viewer: Viewer, *, organisation_id: UUID, window: Window, aspects: Aspects
) -> dict[ItemKey, dict[Group, Counter[Pair]]]:
    """Return how often each aspect was given beside which score, of who answered all of them."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    items = (aspects.overall, *aspects.items)
    given: dict[str, Any] = {
        **_given(organisation_id, window),
        "questions": sorted({one for item in items for one in item.asked}),
    }
    for place, item in enumerate(items):
        given[f"asked{place}"] = list(item.asked)
        if item.row is not None:
            given[f"row{place}"] = item.row
    rows = await session.execute(_pairs(items), given)
    found: dict[ItemKey, dict[Group, Counter[Pair]]] = {
        item.key: defaultdict(Counter) for item in aspects.items
    }
    for segment, chosen, place, point, score, times in rows:
        group = Group(segment, Confidentiality(chosen))
        found[aspects.items[place - 1].key][group][point, score] += times
    return found


def _pairs(items: Sequence[Item]) -> Any:
    """Return the statement for a score and its aspects, which are numbered from 1."""

    def point(place: int) -> str:
        value = "a.scale" if items[place].row is None else f"(a.matrix ->> :row{place})::int"
        return f"max({value}) FILTER (WHERE a.question_id = ANY(:asked{place})) AS v{place}"

    numbers = range(len(items))
    listed = ", ".join(f"({place}, v{place})" for place in numbers[1:])
    return text(
        f"""
        WITH rated AS (
            SELECT r.id, {_SEGMENT} AS segment, r.confidentiality, {", ".join(map(point, numbers))}
            FROM responses r
            JOIN answers a ON a.organisation_id = :organisation AND a.response_id = r.id
            WHERE {_UNCOUNTED} AND a.state = 'ANSWERED' AND a.question_id = ANY(:questions)
            GROUP BY 1, 2, 3
        )
        SELECT segment, confidentiality, x.place, x.point, v0, count(*)
        FROM rated CROSS JOIN LATERAL (VALUES {listed}) x (place, point)
        WHERE num_nulls({", ".join(f"v{place}" for place in numbers)}) = 0
        GROUP BY 1, 2, 3, 4, 5
        """  # noqa: S608 - our own words and numbers.
    )


async def count_in(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    before: date,
    chosen: Collection[Confidentiality],
) -> None:
    """Note that an edition counts the responses that were locked, which no other one ever will.

    All of them change in one transaction and in the table's own order, so that neither tells
    anything of an ANONYMOUS one.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        edition_id: Of the edition.
        before: End of its window.
        chosen: Of those who chose this confidentiality; the others wait.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    if not chosen:
        return
    await session.execute(
        update(Response)
        .where(
            Response.organisation_id == organisation_id,
            Response.edition_id.is_(None),
            Response.submitted_month < before,
            Response.confidentiality.in_(chosen),
        )
        .values(edition_id=edition_id)
    )
