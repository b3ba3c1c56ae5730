"""What an edition counts, held against every single answer: words, matrices, versions and pairs."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tenants.access import Viewer
from tenants.db import run
from tenants.disclosure.rules import Dimension
from tenants.insights import tally_queries
from tenants.insights.items import COUNTED, AskedQuestion, Catalogue, Item, make_catalogue
from tenants.insights.packing import is_packed, make_layout
from tenants.insights.publishing_queries import list_asked
from tenants.insights.tally import AnswerCount, Aspects, Group, add_up, count_times, find_aspects
from tenants.insights.windows import Window
from tenants.interviews.models import Confidentiality
from tenants.questionnaires import service as questionnaires
from tenants.questionnaires.definition import parse_definition
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Matrix,
    Ranking,
    Scale,
    Value,
    used_columns,
)
from tenants.work import Session
from tests.factories import make_client
from tests.tenants.questionnaires.examples import document, question_document

pytestmark = pytest.mark.usefixtures("connection")

WINDOW = Window(date(2025, 1, 1), date(2026, 1, 1))
ROWS = [{"code": f"ROW_{number}", "wording": {"en": f"Row {number}"}} for number in range(9)]
MANY = [{"code": f"OPTION_{number}", "wording": {"en": str(number)}} for number in range(40)]
_K = QuestionTypeKey
_RESPONSES = """
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, confidentiality,
                           submitted_month, segment, dimension, receipt_key)
    SELECT :organisation, r.id, r.version, r.confidentiality, r.month, r.segment, r.dimension,
           decode(md5(r.id::text), 'hex')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(id uuid, version uuid, confidentiality text, month date, segment text, dimension text)
"""
_ANSWERS = """
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
                         choices, scale, ranking, matrix, "boolean")
    SELECT :organisation, a.id, a.question, a.state, false, a.choice, a.choices, a.scale,
           a.ranking, a.matrix, a.boolean
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS a(id uuid, question uuid, state text, choice text, choices text[], scale int,
             ranking text[], matrix jsonb, boolean boolean)
"""


@dataclass(frozen=True)
class Person:
    """Somebody who answered: in a month, with a group, and what."""

    month: date
    group: Group
    given: dict[UUID, Value]


def versions() -> list[dict[str, Any]]:
    """Return two versions: of a matrix the later one asks fewer rows, so that it is another."""

    def questions(rows: int) -> Iterable[dict[str, Any]]:
        yield question_document(_K.SINGLE_CHOICE, "single")
        yield question_document(_K.SINGLE_CHOICE, "long", options=MANY, settings={})
        yield question_document(_K.MONEY_BAND, "pay")
        yield question_document(_K.BOOLEAN, "yes")
        yield question_document(_K.MULTIPLE_CHOICE, "several")
        # In a word beside others, in one of its own, and in none.
        for code, most in (("few", rows - 5), ("more", 9), ("all", 40)):
            allowed = {"max_choices": most}
            yield question_document(_K.MULTIPLE_CHOICE, code, options=MANY, settings=allowed)
        yield question_document(_K.RANKING, "ranked")
        yield question_document(_K.RECOMMENDATION, "score", concept="recommendation")
        yield question_document(_K.RATING, "point", concept="ratings.point")
        yield question_document(_K.MATRIX, "rows", concept="ratings.all", options=ROWS)
        yield question_document(_K.MATRIX, "some", concept="ratings.some", options=ROWS[:rows])

    return [document(*questions(rows)) for rows in (9, 8)]


def make_value(question: AskedQuestion, chance: random.Random) -> Value | None:
    """Make up an answer; of a matrix now and then without some rows, and of anything none."""
    codes = [option["code"] for option in question.options]
    if chance.random() < 0.04:
        return None
    some = tuple(chance.sample(codes, chance.randint(1, len(codes)))) if codes else ()
    makers: dict[QuestionTypeKey, Callable[[], Value]] = {
        _K.SINGLE_CHOICE: lambda: Choice(chance.choice(codes)),
        _K.MONEY_BAND: lambda: Choice(chance.choice(codes)),
        _K.BOOLEAN: lambda: Boolean(chance.random() < 0.5),
        _K.MULTIPLE_CHOICE: lambda: Choices(some[: question.settings["max_choices"]]),
        _K.RANKING: lambda: Ranking(some),
        _K.RECOMMENDATION: lambda: Scale(chance.randint(0, 10)),
        _K.RATING: lambda: Scale(chance.randint(1, 5)),
        _K.MATRIX: lambda: Matrix(
            {code: chance.randint(1, 5) for code in (codes if chance.random() < 0.9 else some)}
        ),
    }
    return makers[question.type]()


async def write(
    session: Session, viewer: Viewer, organisation_id: UUID, chance: random.Random
) -> tuple[list[AskedQuestion], list[Person]]:
    """Write what people answered, in any month and of two dimensions; return whoever is due."""
    ids = [
        await questionnaires.install_definition(
            session,
            viewer,
            organisation_id=organisation_id,
            code="every",
            definition=parse_definition(one),
        )
        for one in versions()
    ]
    rows = await session.execute(
        text("SELECT id, questionnaire_version_id FROM questions WHERE organisation_id = :o"),
        {"o": organisation_id},
    )
    version_of = {row[0]: row[1] for row in rows}
    asked = [
        one
        for one in await list_asked(session, viewer, organisation_id=organisation_id)
        if version_of[one.id] in ids
    ]
    responses, answers, people = [], [], []
    for _ in range(160):
        who, (version,) = str(uuid4()), chance.choices(ids, (1, 19))
        month = date(2025, chance.randint(1, 12), 1) if chance.random() < 0.9 else WINDOW.ends_on
        segment = chance.choice((None, "Sales", "Sales=", "=", ""))
        dimension = chance.choice((*[Dimension.DEPARTMENT] * 3, Dimension.LOCATION))
        chosen = chance.choice(list(Confidentiality))
        responses.append(
            {
                "id": who,
                "version": str(version),
                "confidentiality": chosen.value,
                "month": str(month),
                "segment": segment,
                "dimension": dimension.value,
            }
        )
        given = {
            one.id: value
            for one in asked
            if version_of[one.id] == version and (value := make_value(one, chance)) is not None
        }
        declined = {key for key in given if chance.random() < 0.02}
        answers += [
            {
                "id": who,
                "question": str(key),
                "state": "PREFER_NOT_TO_SAY" if key in declined else "ANSWERED",
                **({} if key in declined else used_columns(value)),
            }
            for key, value in given.items()
        ]
        group = Group(segment if dimension is Dimension.DEPARTMENT else None, chosen)
        kept = {key: value for key, value in given.items() if key not in declined}
        if month < WINDOW.ends_on:
            people.append(Person(month, group, kept))
    for statement, lines in ((_RESPONSES, responses), (_ANSWERS, answers)):
        given_rows = {"organisation": organisation_id, "rows": json.dumps(lines)}
        await session.execute(text(statement), given_rows)
    return asked, people


@dataclass(frozen=True)
class Found:
    """What the database counted."""

    respondents: dict[Group, int]
    counts: list[AnswerCount]
    catalogue: Catalogue
    aspects: Aspects
    pairs: Any


async def count(
    session: Session, viewer: Viewer, organisation_id: UUID, asked: list[AskedQuestion], many: int
) -> Found:
    """Count as publishing does, told that there are so many respondents."""
    those: dict[str, Any] = {"organisation_id": organisation_id, "edition_id": uuid4()}
    respondents = await tally_queries.mark_uncounted(session, viewer, window=WINDOW, **those)
    those["dimension"] = WINDOW.dimension
    counted = [one for one in asked if one.type in COUNTED]
    fields = make_layout(one for one in counted if is_packed(one))
    # One list is too long for a word, in both versions.
    assert {one.code for one in counted if not is_packed(one)} == {"all"}
    assert len({field.word for field in fields}) > 1
    for one, after in pairwise(fields):
        assert (after.word, after.shift) >= (one.word, one.shift + one.bits) or after.shift == 0
    packed = await tally_queries.read_packed(session, viewer, fields=fields, count=many, **those)
    counts = packed.count() + await tally_queries.count_answers(
        session, viewer, questions=[one for one in counted if not is_packed(one)], **those
    )
    catalogue = make_catalogue(asked, count_times(counts))
    answered = {
        key: sum(one.total() for one in by.values())
        for key, by in add_up(catalogue, counts).items()
    }
    aspects = find_aspects(catalogue, answered)
    assert aspects is not None
    return Found(respondents, counts, catalogue, aspects, packed.count_pairs(aspects))


def point_of(person: Person, item: Item) -> int | None:
    """Return what somebody gave on a scale."""
    for key in item.asked:
        value = person.given.get(key)
        if isinstance(value, Scale):
            return value.value
        if isinstance(value, Matrix):
            return value.rows.get(item.row or "")
    return None


def pairs_of(people: list[Person], aspects: Aspects) -> dict[Any, dict[Group, Counter[Any]]]:
    """Return what was given beside which score, person by person."""
    found: dict[Any, dict[Group, Counter[Any]]] = {item.key: {} for item in aspects.items}
    for person in people:
        score = point_of(person, aspects.overall)
        points = [point_of(person, item) for item in aspects.items]
        if score is None or None in points:
            continue
        for item, point in zip(aspects.items, points, strict=True):
            found[item.key].setdefault(person.group, Counter())[point, score] += 1
    return found


@pytest.mark.parametrize("many", [160, 160_000])
@pytest.mark.parametrize("seed", [1, 2])
async def test_the_database_counts_what_each_single_person_answered(seed: int, many: int) -> None:
    client = await make_client()
    chance = random.Random(seed)  # noqa: S311 - synthetic data.
    asked, people = await run(write, client.job, client.organisation_id, chance)
    found = await run(count, client.job, client.organisation_id, asked, many)
    assert found.respondents == Counter(person.group for person in people)
    alone = [
        (key, person.group, value, 1) for person in people for key, value in person.given.items()
    ]
    assert add_up(found.catalogue, found.counts) == add_up(found.catalogue, alone)
    assert make_catalogue(asked, count_times(alone)) == found.catalogue
    # Both matrices are held against the score, unless chance left a row out too often.
    assert len(found.aspects.items) > 9
    expected = pairs_of(people, found.aspects)
    assert found.pairs == expected
    totals = defaultdict[Any, int](int)
    for key, by_group in expected.items():
        totals[key] = sum(counts.total() for counts in by_group.values())
    assert 0 < min(totals.values()) == max(totals.values()) < len(people)
