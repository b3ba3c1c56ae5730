import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.questionnaires.changes import list_changes
from tenants.questionnaires.comparability import hash_of
from tenants.questionnaires.definition import (
    Option,
    content_hash,
    parse_definition,
    question_json,
    to_json,
)
from tenants.questionnaires.question_types import QuestionTypeKey
from tests.tenants.questionnaires.examples import (
    OPTIONS,
    Json,
    ask,
    define,
    document,
    documents,
    question_document,
)

K = QuestionTypeKey


@given(documents())
def test_a_definition_survives_json(raw: Json) -> None:
    definition = parse_definition(raw)
    canonical = to_json(definition)
    again = parse_definition(json.loads(json.dumps(canonical)))
    assert again == definition
    assert to_json(again) == canonical
    assert content_hash(again) == content_hash(definition)


@given(documents(), st.randoms())
def test_the_order_of_keys_means_nothing(raw: Json, random: Any) -> None:
    def shuffled(item: Any) -> Any:
        if isinstance(item, dict):
            keys = list(item)
            random.shuffle(keys)
            return {key: shuffled(item[key]) for key in keys}
        return [shuffled(one) for one in item] if isinstance(item, list) else item

    assert content_hash(parse_definition(shuffled(raw))) == content_hash(parse_definition(raw))


def test_the_hash_stays_what_it_is() -> None:
    definition = define(question_document(K.LONG_TEXT), question_document(K.MATRIX, "m"))
    assert content_hash(definition) == (
        "fcf1dbbba0cdf85dbeae9a750b78a2411badb6c81d253a8ba2cd855a64ddc092"
    )


def test_the_hash_covers_wordings_texts_and_settings() -> None:
    raw = document(question_document(K.LONG_TEXT))
    hashes = {content_hash(parse_definition(raw))}
    for path in (
        ("title", "en"),
        ("texts", "promise", "en"),
        ("pages", 0, "title", "en"),
        ("pages", 0, "questions", 0, "wording", "en"),
    ):
        hashes.add(content_hash(parse_definition(changed(raw, path, "Otherwise"))))
    longer = changed(raw, ("pages", 0, "questions", 0, "settings", "max_length"), 101)
    hashes.add(content_hash(parse_definition(longer)))
    assert len(hashes) == 6


def test_what_is_asked_further_is_said_anew_and_changes_no_comparison() -> None:
    probes = [{"wording": {"en": "What else?"}}, {"wording": {"en": "Since {answer:a}?"}}]
    first = question_document(K.SHORT_TEXT, "a")
    raw = document(pages=[_page("one", first), _page("two", question_document(K.LONG_TEXT))])
    old = parse_definition(raw)
    more = changed(raw, ("pages", 1, "questions", 0, "probes"), probes)
    new = parse_definition(more)
    assert content_hash(new) != content_hash(old)
    assert hash_of(new.question("q")) == hash_of(old.question("q"))
    assert list_changes(old, new) == [
        'Question q: probe "What else?" was added.',
        'Question q: probe "Since {answer:a}?" was added.',
    ]
    turned = changed(more, ("pages", 1, "questions", 0, "probes"), probes[::-1])
    assert list_changes(new, parse_definition(turned)) == [
        "The order of the probes of question q changed."
    ]
    for where, wrong, complaint in (
        (0, probes, "a is not a question of an earlier page"),
        (1, [{"wording": {"en": "x" * 301}}], "must have 1 to 300 characters"),
        (1, probes * 5, "must be a list of 0 to 8 items"),
    ):
        with pytest.raises(InvalidInput, match=complaint):
            parse_definition(changed(raw, ("pages", where, "questions", 0, "probes"), wrong))
    with pytest.raises(InvalidInput, match="must be empty where there is nothing to answer"):
        define(question_document(K.INFORMATION, probes=probes[:1]))


def _page(code: str, *questions: Json) -> Json:
    return {"code": code, "title": {"en": "Page"}, "questions": list(questions)}


def test_defaults_are_written_out() -> None:
    assert ask(K.LONG_TEXT, settings={}).settings == {"max_length": 4000}
    assert ask(K.SHORT_TEXT, settings={}).settings == {"max_length": 200}
    assert ask(K.SINGLE_CHOICE, settings={}).settings == {"other_option": None}
    assert ask(K.MULTIPLE_CHOICE, settings={}).settings == {
        "min_choices": 1,
        "max_choices": 5,
        "other_option": None,
    }
    assert ask(K.NUMBER, settings={"minimum": 0, "maximum": 1}).settings == {
        "minimum": 0,
        "maximum": 1,
        "decimals": 0,
        "unit": None,
    }
    defaults = define(question_document(K.LONG_TEXT, settings={}))
    spelt_out = define(question_document(K.LONG_TEXT, settings={"max_length": 4000}))
    assert content_hash(defaults) == content_hash(spelt_out)


def test_questions_and_pages_are_found_by_code() -> None:
    definition = define(question_document(K.DATE, "a"), question_document(K.DATE, "b"))
    assert [question.code for question in definition.questions()] == ["a", "b"]
    assert definition.question("b").code == "b"
    assert definition.page("page").questions == tuple(definition.questions())
    with pytest.raises(KeyError, match="c"):
        definition.question("c")
    with pytest.raises(KeyError, match="none"):
        definition.page("none")


def test_options_may_stand_in_groups() -> None:
    grouped = [{**option, "group": {"en": "Letters"}} for option in OPTIONS]
    question = ask(K.RANKING, options=grouped)
    assert question.options[0] == Option("A", {"en": "A"}, group={"en": "Letters"})
    assert question_json(question)["options"] == grouped


def changed(raw: Json, path: tuple[str | int, ...], value: object) -> Json:
    """Return a copy with the value at the path; without the key when the value is None."""
    copied = copy.deepcopy(raw)
    place: Any = copied
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copied


Q: tuple[str | int, ...] = ("pages", 0, "questions", 0)
DEEP: Json = {"offer": "department", "equals": "Sales"}
for _ in range(5):
    DEEP = {"not": DEEP}

WRONG: list[tuple[tuple[str | int, ...], object, str]] = [
    (("title",), None, "title: is missing."),
    (("title",), "Title", "title: must have a text for each language."),
    (("title",), {"en": " "}, "title.en: must have 1 to 2000 characters."),
    (("title",), {"en": 5}, "title.en: must be a text."),
    (("title",), {"en": "\ud83d"}, "title.en: contains characters that cannot be stored."),
    (("title",), {"en": "T", "fr": "T"}, "title.fr: is not one of the questionnaire's languages."),
    (("languages",), [], "languages: must be a list of 1 to 20 items."),
    (("languages",), ["english"], "languages.0: must be a language code such as en or de-CH."),
    (("languages",), ["en", "en"], "languages.1: en is there twice."),
    (("languages",), ["en", "de"], "title.de: has no text in language de."),
    (("speed",), 1, "speed: is not known here."),
    (("pages",), [], "pages: must be a list of 1 to 20 items."),
    (("pages",), [[]], "pages.0: must be an object."),
    (("pages", 0, "questions"), [], "pages.0.questions: must be a list of 1 to 100 items."),
    (("pages", 0, "code"), "1st", "pages.0.code: must be a letter and then up to 63 letters"),
    (
        ("pages", 0, "visible_if"),
        {"question": "choice", "equals": "A"},
        "pages.0.visible_if.question: choice is not an earlier question.",
    ),
    ((*Q, "type"), "ESSAY", "pages.0.questions.0.type: must be one of SINGLE_CHOICE, MULTIPLE"),
    ((*Q, "type"), ["RATING"], "pages.0.questions.0.type: must be one of SINGLE_CHOICE, MULTIPLE"),
    ((*Q, "audience"), None, "pages.0.questions.0.audience: is missing."),
    ((*Q, "audience"), "ALL", "audience: must be one of HIRING_MANAGER, HR, ORGANISATION."),
    ((*Q, "required"), None, "pages.0.questions.0.required: is missing."),
    ((*Q, "required"), 1, "pages.0.questions.0.required: must be true or false."),
    ((*Q, "concept"), "Likes", "concept: must be lower-case words joined by dots or underscores."),
    ((*Q, "hint"), "x", "pages.0.questions.0.hint: is not known here."),
    ((*Q, "options"), None, "pages.0.questions.0.options: is missing."),
    ((*Q, "options"), OPTIONS[:1], "pages.0.questions.0.options: must be a list of 2 to 100"),
    ((*Q, "options", 1, "code"), "A", "pages.0.questions.0.options.1.code: A is there twice."),
    ((*Q, "options", 1, "exclusive"), True, "exclusive: is not known to this type of question."),
    ((*Q, "settings", "other_option"), "Z", "other_option: is not one of the options."),
    ((*Q, "settings", "points"), 5, "pages.0.questions.0.settings.points: is not known here."),
    ((*Q, "visible_if"), {"question": "last", "equals": "A"}, "last is not an earlier question."),
    ((*Q, "visible_if"), {"question": "nope", "equals": "A"}, "nope is not an earlier question."),
    ((*Q, "visible_if"), {"offer": "pay", "equals": "1"}, "must be one of department, location"),
    ((*Q, "visible_if"), {"offer": "location", "equals": 1}, "visible_if.equals: must be a text."),
    ((*Q, "visible_if"), {"offer": "location", "in": []}, "in: must be a list of 1 to 100 items."),
    ((*Q, "visible_if"), {"offer": "location"}, "must have exactly one of equals, in."),
    ((*Q, "visible_if"), {"all": []}, "visible_if.all: must be a list of 1 to 20 items."),
    ((*Q, "visible_if"), {}, "must have exactly one of question, offer, all, any, not."),
    ((*Q, "visible_if"), DEEP, "is nested more than 5 deep."),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_what_a_definition_must_not_be(
    path: tuple[str | int, ...], value: object, message: str
) -> None:
    raw = document(question_document(K.SINGLE_CHOICE, "choice"), question_document(K.DATE, "last"))
    parse_definition(raw)
    with pytest.raises(InvalidInput) as refused:
        parse_definition(changed(raw, path, value))
    assert message in refused.value.message
    assert ".".join(refused.value.field) == refused.value.message.split(":")[0]


@pytest.mark.parametrize(
    ("key", "condition", "message"),
    [
        (K.SINGLE_CHOICE, {"equals": "Z"}, "equals: is no possible answer to q."),
        (K.SINGLE_CHOICE, {"in": ["A", "Z"]}, "in: is no possible answer to q."),
        (K.SINGLE_CHOICE, {"contains": "A"}, "must have exactly one of equals, in, answered."),
        (K.SINGLE_CHOICE, {"equals": "A", "answered": True}, "must have exactly one of equals"),
        (K.MULTIPLE_CHOICE, {"equals": "A"}, "must have exactly one of contains, answered."),
        (K.RANKING, {"contains": ["A"]}, "contains: is no possible answer to q."),
        (K.BOOLEAN, {"equals": 1}, "equals: is no possible answer to q."),
        (K.RATING, {"equals": True}, "equals: is no possible answer to q."),
        (K.RATING, {"equals": 6}, "equals: is no possible answer to q."),
        (K.RECOMMENDATION, {"in": [0, 11]}, "in: is no possible answer to q."),
        (K.MATRIX, {"equals": 1}, "must have exactly one of answered."),
        (K.LONG_TEXT, {"equals": "no"}, "must have exactly one of answered."),
        (K.LONG_TEXT, {"answered": "no"}, "answered: is no possible answer to q."),
    ],
)
def test_a_condition_asks_only_what_can_be_answered(
    key: QuestionTypeKey, condition: Json, message: str
) -> None:
    follow_up = question_document(K.DATE, "next", visible_if={"question": "q", **condition})
    with pytest.raises(InvalidInput) as refused:
        define(question_document(key), follow_up)
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("key", "settings", "message"),
    [
        (K.RATING, {}, "settings.points: is missing."),
        (K.RATING, {"points": 11}, "settings.points: must be a whole number from 2 to 10."),
        (K.RATING, {"points": True}, "settings.points: must be a whole number from 2 to 10."),
        (K.RATING, {"points": 3, "labels": {"1": {"en": "low"}}}, "settings.labels.3: is missing."),
        (
            K.RATING,
            {"points": 2, "labels": {str(point): {"en": "x"} for point in (1, 2, 3)}},
            "settings.labels.3: is not known here.",
        ),
        (K.RECOMMENDATION, {}, "settings.labels.0: is missing."),
        (K.RECOMMENDATION, {"labels": []}, "settings.labels: must be an object."),
        (K.MULTIPLE_CHOICE, {"max_choices": 6}, "max_choices: must be a whole number from 1 to 5."),
        (
            K.MULTIPLE_CHOICE,
            {"max_choices": 2, "min_choices": 3},
            "settings.min_choices: must be a whole number from 1 to 2.",
        ),
        (K.NUMBER, {"minimum": 0.5, "maximum": 1}, "minimum: must be a whole number from -10000"),
        (K.NUMBER, {"minimum": 2, "maximum": 1}, "maximum: must be a whole number from 2 to 1000"),
        (K.NUMBER, {"minimum": 1, "maximum": 1, "unit": {}}, "unit: has no text in language en."),
        (K.LONG_TEXT, {"max_length": 20_001}, "max_length: must be a whole number from 1 to 20000"),
        (K.BOOLEAN, {"points": 2}, "settings.points: is not known here."),
    ],
)
def test_settings_are_those_of_the_type(key: QuestionTypeKey, settings: Json, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(key, settings=settings)
    assert message in refused.value.message


def test_types_without_options_take_none() -> None:
    with pytest.raises(InvalidInput, match="options: must be a list of 0 to 0 items"):
        ask(K.BOOLEAN, options=OPTIONS)


def test_codes_and_concepts_are_unique_across_pages() -> None:
    pages = [
        {"code": code, "title": {"en": "Page"}, "questions": [question_document(K.DATE, code)]}
        for code in ("a", "b")
    ]
    parse_definition(document(pages=pages))
    with pytest.raises(InvalidInput, match=r"pages\.1\.code: a is there twice"):
        parse_definition(document(pages=[pages[0], {**pages[1], "code": "a"}]))
    with pytest.raises(InvalidInput, match=r"pages\.1\.questions\.0\.code: a is there twice"):
        parse_definition(document(pages=[pages[0], {**pages[0], "code": "b"}]))
    same = [question_document(K.DATE, code, concept="start") for code in ("a", "b")]
    with pytest.raises(InvalidInput, match=r"questions\.1\.concept: start belongs to an earlier"):
        define(*same)


def test_there_is_a_limit_to_questions_in_all() -> None:
    pages = [
        {
            "code": code,
            "title": {"en": "Page"},
            "questions": [question_document(K.DATE, f"{code}{number}") for number in range(51)],
        }
        for code in ("a", "b")
    ]
    with pytest.raises(InvalidInput, match="there are more than 100 questions in all"):
        parse_definition(document(pages=pages))


@pytest.mark.parametrize("raw", [None, [], "questionnaire", 5])
def test_a_definition_is_an_object(raw: object) -> None:
    with pytest.raises(InvalidInput, match="questionnaire: must be an object"):
        parse_definition(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(documents(), st.data())
def test_nonsense_anywhere_is_refused_in_words(raw: Json, data: st.DataObject) -> None:
    place: Any = raw
    while isinstance(place, dict | list) and place:
        step = data.draw(
            st.sampled_from(list(place) if isinstance(place, dict) else range(len(place)))
        )
        if data.draw(st.integers(0, 2)) == 0 or not isinstance(place[step], dict | list):
            place[step] = data.draw(JSON)
            break
        place = place[step]
    try:
        definition = parse_definition(raw)
    except InvalidInput:
        return
    assert parse_definition(to_json(definition)) == definition
