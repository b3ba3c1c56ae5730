import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.questionnaires.definition import Question
from tenants.questionnaires.forms import Form
from tenants.questionnaires.problems import PROBLEM_WORDING, AnswerProblem, InvalidAnswer
from tenants.questionnaires.question_types import QUESTION_TYPES, QuestionTypeKey, scale_points
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Date,
    Matrix,
    Number,
    Ranking,
    Scale,
    Text,
    Value,
    ValueShape,
    to_columns,
)
from tests.tenants.questionnaires.examples import PARTICULARS, VALUES, ask

K = QuestionTypeKey
P = AnswerProblem


def test_every_type_has_an_entry_and_every_shape_a_type() -> None:
    assert list(QUESTION_TYPES) == list(QuestionTypeKey)
    assert {entry.shape for entry in QUESTION_TYPES.values()} == set(ValueShape)


@pytest.mark.parametrize("key", VALUES)
@given(data=st.data())
def test_good_values_are_kept_as_they_are(key: K, data: st.DataObject) -> None:
    question = ask(key, required=True)
    value = data.draw(VALUES[key])
    if isinstance(value, Matrix):
        question = ask(key)
    assert QUESTION_TYPES[key].check(question, value) == value


@pytest.mark.parametrize("key", K)
def test_a_type_takes_only_values_of_its_shape(key: K) -> None:
    entry = QUESTION_TYPES[key]
    others: list[Value] = [
        Choice("A"),
        Choices(("A", "B")),
        Scale(1),
        Number(Decimal(1)),
        Text("A"),
        Ranking(("A",)),
        Matrix({"A": 1}),
        Boolean(value=True),
        Date(dt.date(2026, 3, 1)),
    ]
    accepted = set()
    for value in others:
        try:
            entry.check(ask(key), value)
        except InvalidAnswer as error:
            assert error.problem is P.WRONG_SHAPE  # noqa: PT017 - the other values must not raise.
        else:
            accepted.add(type(value))
    assert accepted == ({entry.value_class} if entry.takes_answers else set())


@pytest.mark.parametrize("key", VALUES)
def test_missing_and_empty_fields_are_no_answer(key: K) -> None:
    question = ask(key)
    names = ["q", "q.other", *(f"q.{option.code}" for option in question.options)]
    forms: list[Form] = [{}, {name: [""] for name in names}, {name: [] for name in names}]
    for form in forms:
        value = QUESTION_TYPES[key].parse(question, form)
        assert value is None
        assert QUESTION_TYPES[key].check(question, value) is None
        with pytest.raises(InvalidAnswer) as refused:
            QUESTION_TYPES[key].check(ask(key, required=True), value)
        assert refused.value.problem is P.ANSWER_REQUIRED


@pytest.mark.parametrize(
    ("key", "form", "value"),
    [
        (K.SINGLE_CHOICE, {"q": ["A"], "q.other": ["ignored"]}, Choice("A")),
        (K.SINGLE_CHOICE, {"q": ["OTHER"], "q.other": [" own "]}, Choice("OTHER", "own")),
        (K.SINGLE_CHOICE, {"q.other": ["own"]}, Choice("OTHER", "own")),
        (K.MULTIPLE_CHOICE, {"q": ["B", "A"], "q.other": ["ignored"]}, Choices(("B", "A"))),
        (K.MULTIPLE_CHOICE, {"q": ["A", "OTHER"], "q.other": ["x"]}, Choices(("A", "OTHER"), "x")),
        (K.MULTIPLE_CHOICE, {"q.other": ["x"]}, Choices(("OTHER",), "x")),
        (K.BOOLEAN, {"q": ["false"]}, Boolean(value=False)),
        (K.RATING, {"q": ["5"]}, Scale(5)),
        (K.RECOMMENDATION, {"q": ["0"]}, Scale(0)),
        (K.MATRIX, {"q.C": ["2"], "q.A": ["5"]}, Matrix({"A": 5, "C": 2})),
        (K.RANKING, {"q.C": ["1"], "q.A": ["4"], "q.B": ["2"]}, Ranking(("C", "B", "A"))),
        (K.NUMBER, {"q": ["3,25"]}, Number(Decimal("3.25"))),
        (K.NUMBER, {"q": ["-0.5"]}, Number(Decimal("-0.5"))),
        (K.MONEY_BAND, {"q": ["B"]}, Choice("B")),
        (K.DATE, {"q": ["2026-03-31"]}, Date(dt.date(2026, 3, 31))),
        (K.MONTH, {"q": ["2026-03"]}, Date(dt.date(2026, 3, 1))),
        (K.CONSENT, {"q": ["true"]}, Boolean(value=True)),
        (K.SHORT_TEXT, {"q": [" one\r\nline "]}, Text("one\nline")),
        (K.LONG_TEXT, {"q": ["two\r\nlines"]}, Text("two\nlines")),
    ],
)
def test_form_fields_become_values(key: K, form: dict[str, list[str]], value: Value) -> None:
    assert QUESTION_TYPES[key].parse(ask(key), form) == value


@pytest.mark.parametrize(
    ("key", "form", "problem"),
    [
        (K.BOOLEAN, {"q": ["perhaps"]}, P.UNKNOWN_OPTION),
        (K.CONSENT, {"q": ["false"]}, P.UNKNOWN_OPTION),
        (K.MONTH, {"q": ["2026-13"]}, P.NOT_A_MONTH),
        (K.MONTH, {"q": ["2026-03-02"]}, P.NOT_A_MONTH),
        (K.RATING, {"q": ["five"]}, P.NOT_A_NUMBER),
        (K.RATING, {"q": ["9" * 5000]}, P.NOT_A_NUMBER),
        (K.MATRIX, {"q.A": ["-1"]}, P.NOT_A_NUMBER),
        (K.RANKING, {"q.A": ["1"], "q.B": ["1"]}, P.TIED_RANKS),
        (K.RANKING, {"q.A": ["5"]}, P.OUT_OF_RANGE),
        (K.NUMBER, {"q": ["1.000,50"]}, P.NOT_A_NUMBER),
        (K.NUMBER, {"q": ["1e9"]}, P.NOT_A_NUMBER),
        (K.DATE, {"q": ["31.03.2026"]}, P.NOT_A_DATE),
        (K.DATE, {"q": ["2026-02-30"]}, P.NOT_A_DATE),
        (K.LONG_TEXT, {"q": ["half \ud83d"]}, P.TEXT_NOT_UNICODE),
    ],
)
def test_form_fields_that_cannot_be_read(
    key: K, form: dict[str, list[str]], problem: AnswerProblem
) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        QUESTION_TYPES[key].parse(ask(key), form)
    assert refused.value.problem is problem


REFUSED: list[tuple[K, Value, AnswerProblem, dict[str, int]]] = [
    (K.SINGLE_CHOICE, Choice("Z"), P.UNKNOWN_OPTION, {}),
    (K.SINGLE_CHOICE, Choice("A", "words"), P.OTHER_TEXT_NOT_EXPECTED, {}),
    (K.SINGLE_CHOICE, Choice("OTHER", "x" * 501), P.TEXT_TOO_LONG, {"maximum": 500, "length": 501}),
    (K.MULTIPLE_CHOICE, Choices(("A", "Z")), P.UNKNOWN_OPTION, {}),
    (K.MULTIPLE_CHOICE, Choices(("A", "A")), P.DUPLICATE_OPTION, {}),
    (K.MULTIPLE_CHOICE, Choices(("A", "NONE")), P.EXCLUSIVE_OPTION, {}),
    (K.MULTIPLE_CHOICE, Choices(("A",)), P.TOO_FEW_CHOICES, {"minimum": 2}),
    (K.MULTIPLE_CHOICE, Choices(("A", "B", "C", "OTHER")), P.TOO_MANY_CHOICES, {"maximum": 3}),
    (K.MULTIPLE_CHOICE, Choices(("A", "B"), "words"), P.OTHER_TEXT_NOT_EXPECTED, {}),
    (K.MULTIPLE_CHOICE, Choices((), "words"), P.OTHER_TEXT_NOT_EXPECTED, {}),
    (K.RATING, Scale(0), P.OUT_OF_RANGE, {"lowest": 1, "highest": 5}),
    (K.RECOMMENDATION, Scale(11), P.OUT_OF_RANGE, {"lowest": 0, "highest": 10}),
    (K.MATRIX, Matrix({"A": 6}), P.OUT_OF_RANGE, {"lowest": 1, "highest": 5}),
    (K.MATRIX, Matrix({"Z": 1}), P.UNKNOWN_OPTION, {}),
    (K.RANKING, Ranking(("A", "Z")), P.UNKNOWN_OPTION, {}),
    (K.RANKING, Ranking(("A", "A")), P.DUPLICATE_OPTION, {}),
    (K.NUMBER, Number(Decimal("NaN")), P.NOT_A_NUMBER, {}),
    (K.NUMBER, Number(Decimal("-Infinity")), P.NOT_A_NUMBER, {}),
    (K.NUMBER, Number(Decimal("1E+999999")), P.OUT_OF_RANGE, {"lowest": -5, "highest": 1000}),
    (K.NUMBER, Number(Decimal("1.005")), P.TOO_MANY_DECIMALS, {"decimals": 2}),
    (K.SHORT_TEXT, Text("x" * 21), P.TEXT_TOO_LONG, {"maximum": 20, "length": 21}),
    (K.LONG_TEXT, Text("x" * 101), P.TEXT_TOO_LONG, {"maximum": 100, "length": 101}),
    (K.LONG_TEXT, Text("half \udc00"), P.TEXT_NOT_UNICODE, {}),
]


@pytest.mark.parametrize(("key", "value", "problem", "parameters"), REFUSED)
def test_values_that_are_refused(
    key: K, value: Value, problem: AnswerProblem, parameters: dict[str, int]
) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        QUESTION_TYPES[key].check(ask(key), value)
    assert refused.value.problem is problem
    assert refused.value.parameters == parameters


def test_a_required_matrix_needs_every_row() -> None:
    question = ask(K.MATRIX, required=True)
    with pytest.raises(InvalidAnswer) as refused:
        QUESTION_TYPES[K.MATRIX].check(question, Matrix({"A": 1, "B": 5}))
    assert refused.value.problem is P.ROWS_REQUIRED
    assert refused.value.wording("en") == "Please answer every line (2 still open)."
    assert refused.value.wording("de") == "Bitte beantworten Sie jede Zeile (2 noch offen)."
    assert refused.value.wording("fr") == refused.value.message == refused.value.wording("en")


def test_an_exclusive_option_alone_is_enough() -> None:
    value = Choices(("NONE",))
    assert QUESTION_TYPES[K.MULTIPLE_CHOICE].check(ask(K.MULTIPLE_CHOICE), value) == value


def test_the_order_of_clicking_leaves_no_trace() -> None:
    kept = QUESTION_TYPES[K.MULTIPLE_CHOICE].check(ask(K.MULTIPLE_CHOICE), Choices(("C", "A")))
    assert kept == Choices(("A", "C"))
    matrix = QUESTION_TYPES[K.MATRIX].check(ask(K.MATRIX), Matrix({"C": 1, "A": 2}))
    assert list(to_columns(matrix)["matrix"]) == ["A", "C"]


def test_texts_are_cleaned_and_a_short_one_put_on_one_line() -> None:
    checked = QUESTION_TYPES[K.SHORT_TEXT].check(
        ask(K.SHORT_TEXT), Text(" Zu\u0308rich\x00\r\nHB ")
    )
    assert checked == Text("Zürich HB")
    checked = QUESTION_TYPES[K.LONG_TEXT].check(ask(K.LONG_TEXT), Text(" one\x00\r\ntwo "))
    assert checked == Text("one\ntwo")
    checked = QUESTION_TYPES[K.SINGLE_CHOICE].check(
        ask(K.SINGLE_CHOICE), Choice("OTHER", " \x00own ")
    )
    assert checked == Choice("OTHER", "own")


def test_scales_have_their_points() -> None:
    assert scale_points(ask(K.RECOMMENDATION)) == range(11)
    assert scale_points(ask(K.RATING)) == range(1, 6)
    assert scale_points(ask(K.MATRIX)) == range(1, 6)


def test_every_problem_is_worded_in_every_language() -> None:
    assert list(PROBLEM_WORDING) == list(AnswerProblem)
    assert {tuple(wording) for wording in PROBLEM_WORDING.values()} == {("en", "de", "ar")}


@pytest.mark.parametrize("key", K)
@given(data=st.data())
def test_no_form_makes_a_type_stumble(key: K, data: st.DataObject) -> None:
    question = ask(key)
    names = st.sampled_from(["q", "q.other", "q.A", "q.B", "q.C", "q.OTHER"])
    words = st.text(max_size=12) | st.sampled_from(["A", "OTHER", "1", "true", "2026-03-31"])
    form = data.draw(st.dictionaries(names, st.lists(words, max_size=3)))
    try:
        value = QUESTION_TYPES[key].check(question, QUESTION_TYPES[key].parse(question, form))
    except InvalidAnswer:
        return
    assert QUESTION_TYPES[key].check(question, value) == value


def test_what_is_particular_to_bands_months_days_and_consent() -> None:
    bounds = {"settings": {"earliest": "2026-03-15", "latest": "2026-05-15"}}
    day, month = ask(K.DATE, **bounds), ask(K.MONTH, **bounds)
    consent = ask(K.CONSENT, required=True)
    refusals: list[tuple[Question, Value, AnswerProblem]] = [
        (ask(K.MONEY_BAND), Choice("Z"), P.UNKNOWN_OPTION),
        (ask(K.MONEY_BAND), Choice("A", "words"), P.OTHER_TEXT_NOT_EXPECTED),
        (day, Date(dt.date(2026, 3, 14)), P.TOO_EARLY),
        (day, Date(dt.date(2026, 5, 16)), P.TOO_LATE),
        (month, Date(dt.date(2026, 2, 1)), P.TOO_EARLY),
        (month, Date(dt.date(2026, 6, 1)), P.TOO_LATE),
        (month, Date(dt.date(2026, 4, 2)), P.NOT_A_MONTH),
        (consent, Boolean(value=False), P.CONSENT_NEEDED),
    ]
    for question, value, problem in refusals:
        with pytest.raises(InvalidAnswer) as refused:
            question.question_type.check(question, value)
        assert refused.value.problem is problem
    for value in (Date(dt.date(2026, 3, 1)), Date(dt.date(2026, 5, 1))):
        assert month.question_type.check(month, value) == value
    withheld = Boolean(value=False)
    assert QUESTION_TYPES[K.CONSENT].check(ask(K.CONSENT), withheld) == withheld


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        (K.MONEY_BAND, {"currency": "eur", "period": "YEAR", "bounds": [1, 2]}),
        (K.MONEY_BAND, {"currency": "EUR", "period": "DAY", "bounds": [1, 2]}),
        (K.MONEY_BAND, {"currency": "EUR", "period": "YEAR", "bounds": [2, 2]}),
        (K.MONEY_BAND, {"currency": "EUR", "period": "YEAR", "bounds": [1]}),
        (K.MONEY_BAND, {"currency": "EUR", "period": "YEAR", "bounds": [1, True]}),
        (K.DATE, {"earliest": "2026-03-31", "latest": "2026-03-30"}),
        (K.DATE, {"earliest": "2026-02-30"}),
        (K.MONTH, {"latest": "March"}),
        (K.CONSENT, {}),
        (K.RATING, {"points": 5, "labels": {"1": {"en": "a"}, "5": {"en": "b"}}, "reverse": 1}),
    ],
)
def test_settings_that_make_no_sense_are_refused(key: K, settings: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        ask(key, settings=settings)


def test_information_is_never_required() -> None:
    with pytest.raises(InvalidInput):
        ask(K.INFORMATION, required=True)


def test_scores_run_from_least_to_most_favourable() -> None:
    rating = ask(K.RATING)
    turned = ask(K.RATING, settings={**PARTICULARS[K.RATING]["settings"], "reverse": True})
    matrix = ask(K.MATRIX)
    scored: list[tuple[Question, Value, Fraction | None]] = [
        (rating, Scale(1), Fraction(0)),
        (rating, Scale(4), Fraction(3, 4)),
        (turned, Scale(4), Fraction(1, 4)),
        (ask(K.RECOMMENDATION), Scale(7), Fraction(7, 10)),
        (matrix, Matrix({"A": 5, "B": 2}), Fraction(5, 8)),
        (ask(K.MONEY_BAND), Choice("A"), None),
    ]
    for question, value, score in scored:
        assert question.question_type.score(question, value) == score
    # Which is the good end is part of what a definition says, unless it is the usual one.
    assert rating.settings == {**PARTICULARS[K.RATING]["settings"]}
    assert turned.settings["reverse"] is True
