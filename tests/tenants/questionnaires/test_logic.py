import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.questionnaires.conditions import OfferFact
from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.logic import (
    Answer,
    Answered,
    answers_from_json,
    answers_to_json,
    check_answers,
    depends_on_offer,
    read_form,
    visible_questions,
)
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer, InvalidAnswers
from tenants.questionnaires.question_types import AnswerState, QuestionTypeKey
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Matrix,
    Ranking,
    Scale,
    Text,
    Value,
    operands_of,
)
from tenants.questionnaires.visibility import show
from tests.tenants.questionnaires.examples import (
    DEPARTMENTS,
    VALUES,
    Json,
    define,
    document,
    documents,
    question_document,
    with_all_options,
)

K = QuestionTypeKey
P = AnswerProblem
S = AnswerState
Facts = dict[OfferFact, str | None]
NO_FACTS: Facts = {}
SALES: Facts = {OfferFact.DEPARTMENT: "Sales"}

FACTS = st.dictionaries(
    st.just(OfferFact.DEPARTMENT), st.none() | st.sampled_from([*DEPARTMENTS, "Legal"])
)


@st.composite
def answerings(
    draw: st.DrawFn, *, hides_options: bool = False
) -> tuple[Definition, dict[str, Answered]]:
    """Make up a definition and good answers to some of its questions, shown or not."""
    raw = copy.deepcopy(draw(documents()))
    definition = parse_definition(raw if hides_options else with_all_options(raw))
    answers = {}
    for question in definition.questions():
        if not question.question_type.takes_answers:
            continue
        given = st.builds(
            Answered, VALUES[question.type], st.none(), st.booleans()
        ) | st.sampled_from([Answered(), Answered(state=S.PREFER_NOT_TO_SAY)])
        if question.required:
            given = given.filter(lambda one: one != Answered())
            if question.type is K.MATRIX:
                given = st.just(Answered(Matrix({o.code: 3 for o in question.options})))
        if question.required or draw(st.booleans()):
            if question.type is K.CONSENT:
                given = st.builds(Answered, VALUES[K.CONSENT])
            answers[question.code] = draw(given)
    return definition, answers


@given(answerings(), FACTS)
def test_every_question_gets_a_state_and_hidden_answers_go(
    answering: tuple[Definition, dict[str, Answered]], facts: Facts
) -> None:
    definition, answers = answering
    visible = visible_questions(definition, answers, facts)
    checked = check_answers(definition, answers, facts)
    assert list(checked) == [
        one.code for one in definition.questions() if one.question_type.takes_answers
    ]
    for code, answer in checked.items():
        given = answers.get(code, Answered())
        if code not in visible:
            assert answer == Answer(S.NOT_SHOWN)
        elif given.state is S.PREFER_NOT_TO_SAY:
            assert answer == Answer(S.PREFER_NOT_TO_SAY)
        elif given.value is None:
            assert answer == Answer(S.SKIPPED)
        else:
            assert (answer.state, answer.value) == (S.ANSWERED, given.value)


@given(answerings(), FACTS)
def test_checked_answers_stay_as_they_are(
    answering: tuple[Definition, dict[str, Answered]], facts: Facts
) -> None:
    definition, answers = answering
    checked = check_answers(definition, answers, facts)
    assert check_answers(definition, checked, facts) == checked
    assert answers_from_json(json.loads(json.dumps(answers_to_json(checked)))) == checked


@given(answerings(), FACTS)
def test_what_was_answered_to_hidden_questions_changes_nothing(
    answering: tuple[Definition, dict[str, Answered]], facts: Facts
) -> None:
    definition, answers = answering
    visible = visible_questions(definition, answers, facts)
    shown_only = {code: given for code, given in answers.items() if code in visible}
    assert visible_questions(definition, shown_only, facts) == visible
    assert check_answers(definition, shown_only, facts) == check_answers(definition, answers, facts)


@given(answerings(hides_options=True), FACTS)
def test_hidden_options_are_taken_out_as_if_never_chosen(
    answering: tuple[Definition, dict[str, Answered]], facts: Facts
) -> None:
    definition, answers = answering
    shown = show(definition, answers, facts)
    given = {code: one for code, one in answers.items() if not definition.question(code).required}
    for code, narrowed in shown.questions.items():
        hidden = {one.code for one in definition.question(code).options}
        hidden -= {one.code for one in narrowed.options}
        value = shown.values.get(code)
        assert value is None or hidden.isdisjoint(operands_of(value))
        assert not isinstance(value, Matrix) or hidden.isdisjoint(value.rows)
    try:
        checked = check_answers(definition, given, facts)
    except InvalidAnswers:
        return
    assert check_answers(definition, checked, facts) == checked


@given(answerings(hides_options=True), FACTS, FACTS)
def test_other_questions_tell_nothing_of_the_offer(
    answering: tuple[Definition, dict[str, Answered]], facts: Facts, other_facts: Facts
) -> None:
    definition, answers = answering
    dependent = depends_on_offer(definition)
    seen = visible_questions(definition, answers, facts) - dependent
    assert seen == visible_questions(definition, answers, other_facts) - dependent


@given(answerings(), FACTS)
def test_pages_add_up_to_the_whole(
    answering: tuple[Definition, dict[str, Answered]], facts: Facts
) -> None:
    definition, answers = answering
    draft: dict[str, Answer] = {}
    for page in definition.pages:
        given = {q.code: answers[q.code] for q in page.questions if q.code in answers}
        draft |= check_answers(definition, {**draft, **given}, facts, page=page.code)
    assert draft == check_answers(definition, answers, facts)


def follow_up(code: str, condition: Json, **changes: object) -> Json:
    return question_document(K.SHORT_TEXT, code, visible_if=condition, **changes)


@pytest.mark.parametrize(
    ("condition", "met_by", "missed_by"),
    [
        ({"question": "one", "equals": "A"}, {"one": Choice("A")}, {"one": Choice("B")}),
        ({"question": "one", "in": ["A", "B"]}, {"one": Choice("B")}, {"one": Choice("C")}),
        ({"question": "some", "contains": "A"}, {"some": Choices(("A", "C"))}, {}),
        ({"question": "rank", "contains": "B"}, {"rank": Ranking(("C", "B"))}, {}),
        ({"question": "rate", "in": [1, 2]}, {"rate": Scale(2)}, {"rate": Scale(3)}),
        (
            {"question": "yes", "equals": False},
            {"yes": Boolean(value=False)},
            {"yes": Boolean(value=True)},
        ),
        ({"question": "text", "answered": True}, {"text": Text("x")}, {"text": Text(" ")}),
        ({"question": "text", "answered": False}, {}, {"text": Text("x")}),
        ({"not": {"question": "one", "equals": "A"}}, {}, {"one": Choice("A")}),
        (
            {"all": [{"question": "one", "equals": "A"}, {"question": "rate", "equals": 5}]},
            {"one": Choice("A"), "rate": Scale(5)},
            {"one": Choice("A")},
        ),
        (
            {"any": [{"question": "one", "equals": "A"}, {"question": "rate", "equals": 5}]},
            {"rate": Scale(5)},
            {"rate": Scale(4)},
        ),
    ],
)
def test_conditions_on_answers(
    condition: Json, met_by: dict[str, Value], missed_by: dict[str, Value]
) -> None:
    definition = define(
        question_document(K.SINGLE_CHOICE, "one"),
        question_document(K.MULTIPLE_CHOICE, "some"),
        question_document(K.RANKING, "rank"),
        question_document(K.RATING, "rate"),
        question_document(K.BOOLEAN, "yes"),
        question_document(K.LONG_TEXT, "text"),
        follow_up("next", condition),
    )
    for values, shown in ((met_by, True), (missed_by, False)):
        answers = {code: Answered(value) for code, value in values.items()}
        assert ("next" in visible_questions(definition, answers, NO_FACTS)) is shown
    assert depends_on_offer(definition) == frozenset()


def test_conditions_on_the_offer() -> None:
    definition = define(
        follow_up("equal", {"offer": "department", "equals": "Sales"}),
        follow_up("among", {"offer": "location", "in": ["Bern", "Basel"]}),
        follow_up("apart", {"not": {"offer": "job_title", "equals": "Clerk"}}),
    )
    for facts, shown in (
        (NO_FACTS, {"apart"}),
        ({OfferFact.DEPARTMENT: None, OfferFact.JOB_TITLE: "Clerk"}, set()),
        ({OfferFact.DEPARTMENT: "sales", OfferFact.LOCATION: "Basel"}, {"among", "apart"}),
        (SALES, {"equal", "apart"}),
    ):
        assert visible_questions(definition, {}, facts) == shown


def test_an_answer_that_is_refused_or_hidden_shows_nothing_else() -> None:
    definition = define(
        question_document(K.SINGLE_CHOICE, "one"),
        question_document(K.SINGLE_CHOICE, "two", visible_if={"question": "one", "equals": "A"}),
        follow_up("three", {"question": "two", "equals": "A"}),
    )
    yes = Answered(Choice("A"))
    everything = frozenset({"one", "two", "three"})
    assert visible_questions(definition, {"one": yes, "two": yes}, {}) == everything
    assert visible_questions(definition, {"two": yes}, {}) == frozenset({"one"})
    refused = Answered(Choice("A", "words"))
    unreadable = Answered(problem=InvalidAnswer(P.UNKNOWN_OPTION))
    unwilling = Answered(state=S.PREFER_NOT_TO_SAY)
    for answer in (refused, unreadable, unwilling):
        assert visible_questions(definition, {"one": answer}, {}) == frozenset({"one"})


def test_a_hidden_page_hides_its_questions() -> None:
    pages = [
        {"code": "a", "title": {"en": "A"}, "questions": [question_document(K.BOOLEAN, "yes")]},
        {
            "code": "b",
            "title": {"en": "B"},
            "visible_if": {"question": "yes", "equals": True},
            "questions": [question_document(K.DATE, "day", required=True)],
        },
    ]
    definition = parse_definition(document(pages=pages))
    no = {"yes": Answered(Boolean(value=False))}
    assert check_answers(definition, no, {}) == {
        "yes": Answer(S.ANSWERED, Boolean(value=False)),
        "day": Answer(S.NOT_SHOWN),
    }
    yes = {"yes": Answered(Boolean(value=True))}
    with pytest.raises(InvalidAnswers) as refused:
        check_answers(definition, yes, {})
    assert list(refused.value.problems) == ["day"]
    assert list(check_answers(definition, yes, {}, page="a")) == ["yes"]


def test_what_depends_on_the_offer_also_through_others() -> None:
    sales = {"offer": "department", "equals": "Sales"}
    pages = [
        {
            "code": "a",
            "title": {"en": "A"},
            "questions": [
                question_document(K.BOOLEAN, "free"),
                question_document(K.BOOLEAN, "direct", visible_if={"not": sales}),
                follow_up("through", {"any": [{"question": "direct", "answered": True}]}),
                follow_up("third", {"question": "through", "answered": False}),
                follow_up("untouched", {"question": "free", "answered": True}),
            ],
        },
        {
            "code": "b",
            "title": {"en": "B"},
            "visible_if": {"question": "through", "answered": True},
            "questions": [question_document(K.DATE, "by_page")],
        },
    ]
    definition = parse_definition(document(pages=pages))
    assert depends_on_offer(definition) == {"direct", "through", "third", "by_page"}


def test_every_problem_is_told_at_once() -> None:
    definition = define(
        question_document(K.SINGLE_CHOICE, "one", required=True),
        question_document(K.RATING, "rate"),
        question_document(K.NUMBER, "number"),
        question_document(K.LONG_TEXT, "fine"),
        question_document(K.DATE, "said"),
        question_document(K.DATE, "unsaid"),
    )
    form = {"number": ["many"], "fine": ["words"], "rate": ["9"]}
    answers = read_form(definition.questions(), form)
    answers["nowhere"] = Answered(Text("lost?"))
    answers["said"] = Answered(state=S.ANSWERED)
    answers["unsaid"] = Answered(state=S.NOT_SHOWN)
    with pytest.raises(InvalidAnswers) as refused:
        check_answers(definition, answers, {})
    assert {code: problem.problem for code, problem in refused.value.problems.items()} == {
        "nowhere": P.UNKNOWN_QUESTION,
        "one": P.ANSWER_REQUIRED,
        "rate": P.OUT_OF_RANGE,
        "number": P.NOT_A_NUMBER,
        "said": P.STATE_CONTRADICTS_VALUE,
    }
    assert refused.value.code == "INVALID_ANSWERS"
    assert "rate: Please stay between 1 and 5." in refused.value.message


@pytest.mark.parametrize(
    "contradiction",
    [
        Answered(Choice("A"), S.PREFER_NOT_TO_SAY),
        Answered(Choice("A"), S.SKIPPED),
        Answered(Choice("A"), S.NOT_SHOWN),
        Answered(None, S.ANSWERED),
    ],
)
def test_a_state_must_fit_the_value(contradiction: Answered) -> None:
    definition = define(question_document(K.SINGLE_CHOICE))
    with pytest.raises(InvalidAnswers) as refused:
        check_answers(definition, {"q": contradiction}, {})
    assert refused.value.problems["q"].problem is P.STATE_CONTRADICTS_VALUE


def test_preferring_not_to_say_is_an_answer_to_a_required_question() -> None:
    definition = define(question_document(K.SINGLE_CHOICE, required=True))
    answers = read_form(definition.questions(), {"q.prefer_not_to_say": ["on"], "q": ["A"]})
    assert check_answers(definition, answers, {}) == {"q": Answer(S.PREFER_NOT_TO_SAY)}


def test_only_texts_are_kept_from_being_quoted() -> None:
    definition = define(
        question_document(K.LONG_TEXT, "text"),
        question_document(K.SINGLE_CHOICE, "own"),
        question_document(K.SINGLE_CHOICE, "plain"),
        question_document(K.LONG_TEXT, "empty"),
    )
    form = {
        "text": ["mine"],
        "own": ["OTHER"],
        "own.other": ["mine"],
        "plain": ["A"],
        **{f"{code}.do_not_quote": ["on"] for code in ("text", "own", "plain", "empty")},
    }
    checked = check_answers(definition, read_form(definition.questions(), form), {})
    kept = [code for code, answer in checked.items() if answer.do_not_quote]
    assert kept == ["text", "own"]


def test_an_unreadable_answer_to_a_hidden_question_is_no_problem() -> None:
    definition = define(
        question_document(
            K.NUMBER, visible_if={"offer": "department", "equals": "Sales"}, required=True
        )
    )
    answers = read_form(definition.questions(), {"q": ["many"]})
    assert check_answers(definition, answers, {}) == {"q": Answer(S.NOT_SHOWN)}
    with pytest.raises(InvalidAnswers):
        check_answers(definition, answers, SALES)
