"""What PostgreSQL writes of rows: letter for letter what we would, and nothing where it cannot."""

import json
from typing import Any, Final

import pytest
from sqlalchemy import text

from api import plan
from api.plan.leaves import encodable, quote
from tenants.access import Viewer
from tenants.db import run
from tenants.model import new_id
from tenants.work import Session
from tests.api.plan.ways import ordinary, planned
from tests.factories import Client, make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")

# What JSON escapes, what it may leave, and what only looks as if it had to be escaped.
ODD: Final = (
    "".join(map(chr, range(1, 32)))
    + "\"\\/\x7f\x80\u2028\u2029\ufeff% %s {} '' \u00e4\u00df\u20ac \U0001f600 e\u0301"
)
# Each fills the columns of one answer.
VALUES: Final[list[dict[str, Any]]] = [
    {"choice": "PAY_BASE"},
    {"choice": ODD, "other_text": ODD},
    {"choices": ["A", ODD], "other_text": None},
    {"choices": [], "other_text": "x"},
    {"scale": 7},
    {"number": "12.50"},
    {"text": ODD},
    {"text": "not to be quoted", "do_not_quote": True},
    {"ranking": ["B", ODD, "A"]},
    {"matrix": json.dumps({"b": 2, "a": 1})},
    {"boolean": True},
    {"boolean": False},
    {"date": "2026-02-28"},
    {},
]
_VALUE: Final = """value { __typename
    ... on ChoiceValue { code otherText } ... on ChoicesValue { otherText codes }
    ... on ScaleValue { scale } ... on NumberValue { number } ... on TextValue { text }
    ... on RankingValue { ranking } ... on MatrixValue { rows { row scale } }
    ... on BooleanValue { boolean } ... on DateValue { day: date } }"""
_FEW: Final = "value { ... on TextValue { __typename } ... on ChoiceValue { code } }"
# Fields before, between and behind what comes from elsewhere, and lists without any such field.
SELECTIONS: Final = (
    f"state doNotQuote question {{ code wording page }} {_VALUE}",
    f"{_VALUE} question {{ id type audience options {{ code }} }}",
    f"question {{ code }} state __typename again: question {{ position }} {_FEW} last: state",
    "state doNotQuote",
    "__typename",
    f"{_FEW}",
)
_COLUMNS: Final = (
    "choice",
    "choices",
    "other_text",
    "scale",
    "number",
    "text",
    "ranking",
    "matrix",
    "boolean",
    "date",
)


def _document(selection: str) -> str:
    case = f"status invitedOn response {{ submittedMonth language answers {{ {selection} }} }}"
    return f"""query($slug: String!) {{ organisation(slug: $slug) {{
        interviews(first: 5) {{ nodes {{ {case} }} }} }} }}"""


async def _answer(
    session: Session, _viewer: Viewer, client: Client, *, state: str = "ANSWERED"
) -> None:
    """Have the organisation's interview answered by every kind of value."""
    given = {"o": client.organisation_id, "r": new_id()}
    await session.execute(
        text(
            "INSERT INTO responses (organisation_id, id, questionnaire_version_id, interview_id,"
            " confidentiality, submitted_month, submitted_on, language, receipt_key)"
            " SELECT organisation_id, :r, questionnaire_version_id, id, 'ATTRIBUTED',"
            " date '2026-02-01', date '2026-02-03', 'en', uuid_send(gen_random_uuid())"
            " FROM interviews WHERE organisation_id = :o"
        ),
        given,
    )
    questions = await session.scalars(
        text("SELECT id FROM questions WHERE organisation_id = :o ORDER BY position"), given
    )
    for question, value in zip(questions.all()[: len(VALUES)], VALUES, strict=True):
        columns = dict.fromkeys(_COLUMNS) | {"do_not_quote": False} | value
        names = ", ".join(columns)
        casts = {"number": "numeric", "matrix": "jsonb", "date": "date"}
        places = ", ".join(f"CAST(:{one} AS {casts.get(one, kind_of(one))})" for one in columns)
        await session.execute(
            text(
                f"INSERT INTO answers (organisation_id, response_id, question_id, state, {names})"  # noqa: S608 - of names given here.
                f" VALUES (:o, :r, :q, :state, {places})"
            ),
            {**given, "q": question, "state": state, **columns},
        )


def kind_of(column: str) -> str:
    """Return the type of a column of answers."""
    if column in {"choices", "ranking"}:
        return "text[]"
    if column in {"do_not_quote", "boolean"}:
        return "boolean"
    return "smallint" if column == "scale" else "text"


async def _answered(**changes: Any) -> Client:
    client = await make_client()
    await make_invited_candidate(client)
    await run(_answer, client.job, client, **changes)
    return client


async def test_every_kind_of_value_is_written_as_the_ordinary_way_writes_it() -> None:
    client = await _answered()
    for viewer in (client.hr, client.consultant):
        for selection in SELECTIONS:
            query, variables = _document(selection), {"slug": client.slug}
            outcome, by_plan = await planned(viewer, query, variables)
            assert (outcome, by_plan) == (
                plan.PLANNED,
                await ordinary(viewer, query, variables),
            ), selection


async def test_the_consultant_sees_every_value_and_others_none_that_is_not_to_be_quoted() -> None:
    client = await _answered()
    query, variables = _document(_VALUE), {"slug": client.slug}
    texts = {}
    for viewer in (client.consultant, client.hr):
        _, answer = await planned(viewer, query, variables)
        texts[viewer.id] = answer
        (case,) = json.loads(answer)["data"]["organisation"]["interviews"]["nodes"]
        values = [one["value"] for one in case["response"]["answers"]]
        assert {"__typename": "TextValue", "text": ODD} in values
    assert "not to be quoted" in texts[client.consultant.id]
    assert "not to be quoted" not in texts[client.hr.id]


async def test_a_word_that_only_a_newer_version_knows_is_left_to_the_ordinary_way() -> None:
    client = await _answered(state="POSTPONED")
    query, variables = _document("state"), {"slug": client.slug}
    outcome, answer = await planned(client.hr, query, variables)
    assert outcome == plan.Reason.NULL
    assert "POSTPONED" not in answer


def test_a_text_is_quoted_as_json_and_half_a_pair_can_be_sent() -> None:
    assert json.loads(quote(ODD)) == ODD
    half = encodable(quote("a\ud800b\udfff\u00e4"))
    assert half == '"a\\ud800b\\udfff\u00e4"'
    assert json.loads(half.encode()) == "a\ud800b\udfff\u00e4"
