"""All SQL that counts the responses of a window: one scan of answers, one of pairs of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text, update

from tenants.access import Permission, Viewer, require
from tenants.disclosure.rules import Dimension
from tenants.insights.items import AskedQuestion, Item
from tenants.insights.tally import Aspects, Group, ItemKey, Pair
from tenants.insights.windows import Window
from tenants.interviews.models import Confidentiality, Response
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import COLUMNS, Matrix, Value, from_columns
from tenants.work import Session

# What an edition counts of answers; free text, numbers and days it never does. What a matrix says
# is taken row by row: whole answers to one hardly ever repeat.
_COUNTED: Final = ("choice", "choices", "scale", "ranking", '"boolean"')
# Whoever an edition is being made of. Statistics know of no row that has just been marked; asked
# so, the planner takes it for half of them and not for none.
_MARKED: Final = "r.organisation_id = :organisation AND coalesce(r.edition_id = :edition, false)"
# Who answered while another dimension was in force has no value of this one.
_SEGMENT: Final = "CASE WHEN r.dimension = :dimension THEN r.segment END"
# Sorting millions of rows on disk takes longer than counting them, and so does compiling for it.
_PREPARE: Final = text(
    "SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true)"
)
# The planner expects a few people who answered several questions, and would look each of thousands
# up and sort them; asked to, it reads all and hashes them. Fewer are looked up sooner.
_MANY: Final = 5_000
_LOOKING_UP: Final = {
    is_wanted: text(
        f"SELECT set_config('enable_nestloop', '{'on' if is_wanted else 'off'}', true),"
        f" set_config('enable_sort', '{'on' if is_wanted else 'off'}', true)"
    )
    for is_wanted in (True, False)
}
# In one pass: nobody else counts them, changes them or takes them back until the transaction ends.
_MARK: Final = text(
    """
    WITH marked AS (
        UPDATE responses r SET edition_id = :edition
        WHERE r.organisation_id = :organisation AND r.edition_id IS NULL
          AND r.submitted_month < :before
        RETURNING r.segment, r.dimension, r.confidentiality
    )
    SELECT CASE WHEN dimension = :dimension THEN segment END, confidentiality, count(*)
    FROM marked GROUP BY 1, 2
    """
)
# Two passes over the answers, which parallel workers share; what comes of them is small.
_ANSWERS: Final = text(
    f"""
    SELECT a.question_id, {_SEGMENT} AS segment, r.confidentiality,
           {", ".join(f"a.{c}" for c in _COUNTED)}, count(*) AS times
    FROM responses r
    JOIN answers a ON a.organisation_id = :organisation AND a.response_id = r.id
    WHERE {_MARKED} AND a.state = 'ANSWERED' AND a.question_id = ANY(:questions)
    GROUP BY 1, 2, 3, {", ".join(f"a.{c}" for c in _COUNTED)}
    """  # noqa: S608 - our own words.
)
_MATRICES: Final = text(
    f"""
    SELECT a.question_id, {_SEGMENT} AS segment, r.confidentiality, e.key, e.value::int,
           count(*) AS times
    FROM responses r
    JOIN answers a ON a.organisation_id = :organisation AND a.response_id = r.id
    CROSS JOIN LATERAL jsonb_each(a.matrix) e
    WHERE {_MARKED} AND a.state = 'ANSWERED' AND a.question_id = ANY(:questions)
    GROUP BY 1, 2, 3, 4, 5
    """  # noqa: S608 - likewise.
)


def _given(organisation_id: UUID, edition_id: UUID, dimension: Dimension) -> dict[str, Any]:
    return {
        "organisation": organisation_id,
        "edition": edition_id,
        "dimension": dimension.value,
    }


AnswerCount = tuple[UUID, Group, Value | None, int]


async def mark_uncounted(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID, window: Window
) -> dict[Group, int]:
    """Note that an edition counts every response of earlier months that none counts yet.

    Args:
        session: The transaction, in which those that wait are let go again (`let_go`).
        viewer: A job of the organisation.
        organisation_id: Whose.
        edition_id: Of the edition that is being made.
        window: Its window.

    Returns:
        How many there are, by group.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    await session.execute(_PREPARE)
    given = _given(organisation_id, edition_id, window.dimension) | {"before": window.ends_on}
    rows = await session.execute(_MARK, given)
    return {Group(segment, Confidentiality(chosen)): count for segment, chosen, count in rows}


async def count_answers(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    dimension: Dimension,
    questions: Collection[AskedQuestion],
) -> list[AnswerCount]:
    """Return how often each group of those respondents gave each answer to some questions.

    Of a matrix, how often each gave which point to which row.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    given = _given(organisation_id, edition_id, dimension)
    matrices = [one.id for one in questions if one.type is QuestionTypeKey.MATRIX]
    others = [one.id for one in questions if one.type is not QuestionTypeKey.MATRIX]
    names = [one.strip('"') for one in _COUNTED]
    found: list[AnswerCount] = []
    for question_id, segment, chosen, *values, times in await session.execute(
        _ANSWERS, {**given, "questions": others}
    ):
        columns = {**dict.fromkeys(COLUMNS), **dict(zip(names, values, strict=True))}
        group = Group(segment, Confidentiality(chosen))
        found.append((question_id, group, from_columns(columns), times))
    for question_id, segment, chosen, row, point, times in await session.execute(
        _MATRICES, {**given, "questions": matrices}
    ):
        group = Group(segment, Confidentiality(chosen))
        found.append((question_id, group, Matrix({row: point}), times))
    return found


async def count_pairs(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    dimension: Dimension,
    aspects: Aspects,
    count: int,
) -> dict[ItemKey, dict[Group, Counter[Pair]]]:
    """Return how often each aspect was given beside which score, of who answered all of them.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        edition_id: Of the edition that is being made.
        dimension: What divides its respondents.
        aspects: What is held against the score.
        count: How many respondents there are.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    items = (aspects.overall, *aspects.items)
    given = _given(organisation_id, edition_id, dimension)
    for at, asked in enumerate(dict.fromkeys(item.asked for item in items)):
        given[f"asked{at}"] = list(asked)
    for place, item in enumerate(items):
        if item.row is not None:
            given[f"row{place}"] = item.row
    await session.execute(_LOOKING_UP[count <= _MANY])
    rows = await session.execute(_pairs(items), given)
    await session.execute(_LOOKING_UP[True])
    found: dict[ItemKey, dict[Group, Counter[Pair]]] = {
        item.key: defaultdict(Counter) for item in aspects.items
    }
    for segment, chosen, place, point, score, times in rows:
        group = Group(segment, Confidentiality(chosen))
        found[aspects.items[place - 1].key][group][point, score] += times
    return found


def _pairs(items: Sequence[Item]) -> Any:
    """Return the statement for a score and its aspects, which are numbered from 1.

    Each question is joined once, however many of its rows are aspects: a response has at most one
    answer to it, whichever version it is of.
    """
    sources = list(dict.fromkeys(item.asked for item in items))
    joined = "\n".join(
        f"""
            JOIN answers a{at} ON a{at}.organisation_id = :organisation AND a{at}.response_id = r.id
                AND a{at}.state = 'ANSWERED' AND a{at}.question_id = ANY(:asked{at})"""
        for at in range(len(sources))
    )

    def point(place: int) -> str:
        item = items[place]
        source = f"a{sources.index(item.asked)}"
        value = f"{source}.scale" if item.row is None else f"({source}.matrix ->> :row{place})::int"
        return f"{value} AS v{place}"

    numbers = range(len(items))
    listed = ", ".join(f"({place}, v{place})" for place in numbers[1:])
    return text(
        f"""
        WITH rated AS (
            SELECT {_SEGMENT} AS segment, r.confidentiality, {", ".join(map(point, numbers))}
            FROM responses r {joined}
            WHERE {_MARKED}
        )
        SELECT segment, confidentiality, x.place, x.point, v0, count(*)
        FROM rated CROSS JOIN LATERAL (VALUES {listed}) x (place, point)
        WHERE num_nulls({", ".join(f"v{place}" for place in numbers)}) = 0
        GROUP BY 1, 2, 3, 4, 5
        """  # noqa: S608 - our own words and numbers.
    )


async def let_go(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    counted: Collection[Confidentiality],
) -> None:
    """Let those wait for the next edition whom an edition does not count after all.

    Whoever chose the same changes together and in the table's own order, so that neither tells
    anything of an ANONYMOUS one.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        edition_id: Of the edition.
        counted: Those who chose this confidentiality stay.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    if counted == set(Confidentiality):
        return
    await session.execute(
        update(Response)
        .where(
            Response.organisation_id == organisation_id,
            Response.edition_id == edition_id,
            Response.confidentiality.not_in(counted),
        )
        .values(edition_id=None)
    )
