"""All SQL that counts the responses of a window: who there is, and what they answered."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text, update

from tenants.access import Permission, Viewer, require
from tenants.disclosure.rules import Dimension
from tenants.insights.items import AskedQuestion
from tenants.insights.packing import Field, PackedAnswers
from tenants.insights.tally import AnswerCount, Group
from tenants.insights.windows import Window
from tenants.interviews.models import Confidentiality, Response
from tenants.questionnaires.question_types import ValueShape
from tenants.questionnaires.values import COLUMNS, from_columns
from tenants.work import Session

# What is counted in SQL, answer by answer, where a list is too long for a word.
_WHOLE: Final = ("choices", "ranking")
# Whoever an edition is being made of. Statistics know of no row that has just been marked; asked
# so, the planner takes it for half of them and not for none.
_MARKED: Final = "r.organisation_id = :organisation AND coalesce(r.edition_id = :edition, false)"
# Who answered while another dimension was in force has no value of this one.
_SEGMENT: Final = "CASE WHEN r.dimension = :dimension THEN r.segment END"
# The group of each as one text. Of what a set-returning function makes the planner knows nothing:
# it expects few values, so that each worker counts its own rows and hands on counts. Asked by the
# columns, it expects nearly as many groups as rows, and one process counts what others read.
_RESPONSES: Final = f"""
    (SELECT r.id, unnest(ARRAY[r.confidentiality || coalesce('=' || {_SEGMENT}, '')]) AS whose
     FROM responses r WHERE {_MARKED}) r
"""  # noqa: S608 - our own words.
_ANSWERED: Final = f"""
    {_RESPONSES} JOIN answers a ON a.organisation_id = :organisation AND a.response_id = r.id
    WHERE a.state = 'ANSWERED' AND a.question_id = ANY(:questions)
"""
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
    UPDATE responses r SET edition_id = :edition
    WHERE r.organisation_id = :organisation AND r.edition_id IS NULL
      AND r.submitted_month < :before
    """
)
# What has been marked is counted by itself, which several processes do at once; a row that a
# change returns is handled by the one that changes it.
_GROUPS: Final = text(
    f"SELECT r.whose, count(*) FROM {_RESPONSES} GROUP BY 1"  # noqa: S608 - our own words.
)
# One pass over the answers, which parallel workers share; what comes of it is small.
_ANSWERS: Final = text(
    f"""
    SELECT question_id, whose, {", ".join(_WHOLE)}, count(*) AS times
    FROM (SELECT unnest(ARRAY[a.question_id]) AS question_id, r.whose, {", ".join(_WHOLE)}
          FROM {_ANSWERED}) a
    GROUP BY 1, 2, {", ".join(_WHOLE)}
    """  # noqa: S608 - likewise.
)


def _given(organisation_id: UUID, edition_id: UUID, dimension: Dimension) -> dict[str, Any]:
    return {
        "organisation": organisation_id,
        "edition": edition_id,
        "dimension": dimension.value,
    }


def _group(whose: str) -> Group:
    """Return the group that a text stands for: no confidentiality has an equals sign in it."""
    confidentiality, separator, segment = whose.partition("=")
    return Group(segment if separator else None, Confidentiality(confidentiality))


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
    given = _given(organisation_id, edition_id, window.dimension)
    await session.execute(
        _MARK,
        {"organisation": organisation_id, "edition": edition_id, "before": window.ends_on},
    )
    return {_group(whose): count for whose, count in await session.execute(_GROUPS, given)}


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

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        edition_id: Of the edition that is being made.
        dimension: What divides its respondents.
        questions: None of them is packed.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    if not questions:
        return []
    given = _given(organisation_id, edition_id, dimension)
    given["questions"] = [one.id for one in questions]
    found: list[AnswerCount] = []
    for question_id, whose, *values, times in await session.execute(_ANSWERS, given):
        columns = {**dict.fromkeys(COLUMNS), **dict(zip(_WHOLE, values, strict=True))}
        found.append((question_id, _group(whose), from_columns(columns), times))
    return found


async def read_packed(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    dimension: Dimension,
    fields: Sequence[Field],
    count: int,
) -> PackedAnswers:
    """Return what each of those respondents answered to some questions.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        edition_id: Of the edition that is being made.
        dimension: What divides its respondents.
        fields: Where the answers stand in the words.
        count: How many respondents there are.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    if not fields:
        return PackedAnswers(fields, {})
    given = _given(organisation_id, edition_id, dimension)
    given["questions"] = [key for asked in _sources(fields) for key in asked]
    for number, asked in enumerate(_sources(fields)):
        given[f"asked{number}"] = list(asked)
    for number, field in enumerate(fields):
        if field.longest or field.shape is ValueShape.CHOICE:
            given[f"codes{number}"] = list(field.codes)
        if field.row is not None:
            given[f"row{number}"] = field.row
    await session.execute(_LOOKING_UP[count <= _MANY])
    rows = await session.execute(_packed(fields), given)
    await session.execute(_LOOKING_UP[True])
    return PackedAnswers(fields, {_group(whose): words for whose, words in rows})


def _sources(fields: Sequence[Field]) -> list[tuple[UUID, ...]]:
    """Return the questions that some fields are the answers to, those together that share one."""
    return list(dict.fromkeys(field.asked for field in fields))


def _packed(fields: Sequence[Field]) -> TextClause:
    """Return the statement for everybody's words.

    The answers are read once. A respondent's words are those of each answer put together, because
    no two answers stand at one place.
    """
    sources = _sources(fields)
    words: dict[int, dict[int, list[str]]] = {}
    for number, field in enumerate(fields):
        kept = f"(({_kept(number, field)})::bigint << {field.shift})"
        by_source = words.setdefault(field.word, {})
        by_source.setdefault(sources.index(field.asked), []).append(kept)

    def either(by_source: dict[int, list[str]]) -> str:
        return " ".join(
            f"WHEN a.question_id = ANY(:asked{source}) THEN {' + '.join(kept)}"
            for source, kept in by_source.items()
        )

    whole = ", ".join(
        f"bit_or(CASE {either(by_source)} ELSE 0 END) AS word{word}"
        for word, by_source in words.items()
    )
    sent = " || ".join(f"int8send(word{word})" for word in words)
    return text(
        f"""
        SELECT whose, string_agg({sent}, ''::bytea)
        FROM (SELECT r.id, r.whose, {whole} FROM {_ANSWERED} GROUP BY r.id, r.whose) a
        GROUP BY 1
        """  # noqa: S608 - our own words and numbers.
    )


def _kept(number: int, field: Field) -> str:
    """Return the number that a field holds of an answer to its question: 0 if it says nothing."""
    if field.longest:
        chosen = "a.choices" if field.shape is ValueShape.CHOICES else "a.ranking"
        places = "".join(
            f" + ({_place(number, field, f'{chosen}[{one}]')}::bigint"
            f" << {1 + (one - 1) * field.bits_of_a_place})"
            for one in range(1, field.longest + 1)
        )
        return f"({chosen} IS NOT NULL)::int::bigint{places}"
    if field.shape is ValueShape.CHOICE:
        return _place(number, field, "a.choice")
    if field.shape is ValueShape.BOOLEAN:
        return 'coalesce(a."boolean"::int + 1, 0)'
    point = "a.scale" if field.row is None else f"(a.matrix ->> :row{number})::int"
    return f"coalesce({point} + 1, 0)"


def _place(number: int, field: Field, code: str) -> str:
    """Return the place of a code among those of a field: 0 of none, the last of another."""
    known = f"array_position(CAST(:codes{number} AS text[]), {code})"
    return f"coalesce({known}, ({code} IS NOT NULL)::int * {len(field.codes) + 1})"


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
