"""What the pages are made of, one part at a time."""

import datetime as dt
import re
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.pages import STATIC
from api.pages.fields import saved_fields, spread_preferences
from api.pages.live_conditions import live_condition
from api.pages.questions import MACROS, Surroundings, view_questions
from api.pages.rendering import _environment, respond
from api.pages.steps import Way, minutes_needed
from api.pages.texts import (
    TEXTS,
    accepted_languages,
    chosen_language,
    day_in_words,
    language_name,
    paragraphs,
    words,
)
from tenants.letter_html import direction
from tenants.questionnaires.conditions import Condition, holds, parse_condition
from tenants.questionnaires.definition import parse_definition
from tenants.questionnaires.json_object import JsonObject
from tenants.questionnaires.logic import Answer, Answered, read_form
from tenants.questionnaires.question_types import QUESTION_TYPES, AnswerState, QuestionTypeKey
from tenants.questionnaires.templates import load
from tenants.questionnaires.values import Value, free_text
from tenants.questionnaires.visibility import show
from tests.api.pages.surroundings import DOCUMENT
from tests.tenants.questionnaires.examples import VALUES, ask, documents

K = QuestionTypeKey


@settings(deadline=None)  # A loaded machine is no error of ours.
@given(data=st.data(), key=st.sampled_from(list(VALUES)), quoted=st.booleans())
def test_a_saved_answer_fills_the_fields_that_give_it_again(
    *, data: st.DataObject, key: QuestionTypeKey, quoted: bool
) -> None:
    question = ask(key)
    value: Value = data.draw(VALUES[key])
    protects = quoted and free_text(value) is not None
    answer = Answer(AnswerState.ANSWERED, value, protects)
    form = saved_fields({"q": answer})
    assert read_form([question], form) == {"q": Answered(value, do_not_quote=protects)}


@pytest.mark.parametrize("key", [key for key, one in QUESTION_TYPES.items() if one.declinable])
def test_prefer_not_to_say_is_read_from_its_own_box_and_from_among_the_options(
    key: QuestionTypeKey,
) -> None:
    question = ask(key)
    said = {"q": Answered(state=AnswerState.PREFER_NOT_TO_SAY)}
    saved = saved_fields({"q": Answer(AnswerState.PREFER_NOT_TO_SAY)})
    assert read_form([question], saved) == said
    chosen = spread_preferences([question], {"q": [".prefer_not_to_say"], "other": ["1"]})
    assert read_form([question], chosen) == said
    assert chosen["other"] == ["1"]


@pytest.mark.parametrize("key", QuestionTypeKey)
def test_every_type_of_question_is_drawn_by_a_macro(key: QuestionTypeKey) -> None:
    source = _environment.get_template("questions.html").module
    assert callable(getattr(source, MACROS[key]))


def test_one_of_many_options_folds_away() -> None:
    definition = load("declined_offer")
    way = Way(definition.pages, show(definition, {}, {}))
    around = Surroundings(definition.pages[0], "en", way, definition, {}, seed=0)
    views = view_questions(around, problems={})
    assert [view.macro for view in views] == ["choices", "dropdown", "choice"]
    assert [group.heading for group in views[0].groups][-2:] == ["Personal reasons", None]


Known = dict[str, Value]


@settings(deadline=None)
@given(st.data(), documents())
def test_what_is_left_of_a_condition_decides_as_the_whole_would(
    data: st.DataObject, document: dict[str, object]
) -> None:
    definition = parse_definition(document)
    questions = {question.code: question for question in definition.questions()}
    conditions = [one.visible_if for one in questions.values() if one.visible_if]
    if not conditions:
        return
    condition: Condition = data.draw(st.sampled_from(conditions))
    on_page = data.draw(st.sets(st.sampled_from(sorted(questions))))
    values: Known = {
        code: data.draw(VALUES[question.type])
        for code, question in questions.items()
        if question.type in VALUES and data.draw(st.booleans())
    }
    elsewhere = {code: value for code, value in values.items() if code not in on_page}
    left = live_condition(condition, on_page, elsewhere, {})
    if not isinstance(left, bool):
        assert set(re.findall(r"'question': '(\w+)'", str(left))) <= on_page
        assert "offer" not in str(left)
        left = holds(parse_condition(JsonObject(left), questions), values, {})
    assert left is holds(condition, values, {})


def test_every_text_is_there_in_every_language_with_the_same_places_to_fill() -> None:
    for name, wording in TEXTS.items():
        assert list(wording) == ["en", "de", "ar"], name
        places = [
            {place for _, place, _, _ in Formatter().parse(text) if place}
            for text in wording.values()
        ]
        assert places == [places[0]] * 3, name
        # In a template, words.items would be the dictionary's own.
        assert not hasattr(dict, name)


def test_every_text_is_used() -> None:
    sources = [path.read_text() for path in STATIC.parent.rglob("*.html")]
    sources += [path.read_text() for path in STATIC.parent.glob("*.py")]
    joined = "\n".join(
        source
        for source in sources
        if "TEXTS: Final" not in source and "ARABIC: Final" not in source
    )
    unused = [
        name
        for name in TEXTS
        if not re.search(rf"words\.{name}\b|\"{name.removesuffix('_body')}\"", joined)
    ]
    assert unused == []


def test_words_fall_back_to_english() -> None:
    assert words("de-AT")["next"] == "Weiter"
    assert words("fr")["next"] == "Continue"
    assert language_name("de-CH") == "Deutsch"
    assert language_name("xx") == "xx"
    assert (direction("ar"), direction("ar-EG"), direction("en")) == ("rtl", "rtl", "ltr")


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ([], "en"),
        ([None, "de"], "de"),
        (["de-AT"], "de"),
        (["fr"], "en"),
        (["pt"], "pt-BR"),
        (["fr", "pt-BR", "de"], "pt-BR"),
        (["", "de"], "de"),
    ],
)
def test_the_first_wanted_language_that_there_is_is_chosen(
    wanted: list[str | None], chosen: str
) -> None:
    assert chosen_language(wanted, ("en", "de", "pt-BR")) == chosen


@pytest.mark.parametrize(
    ("header", "languages"),
    [
        ("", [""]),
        ("de", ["de"]),
        ("en;q=0.5, de-AT, fr;q=0.9, it;q=0", ["de-AT", "fr", "en"]),
        ("en;q=x,de;q=0.1", ["de"]),
        ("*", ["*"]),
    ],
)
def test_preferred_languages_are_read_by_their_weight(header: str, languages: list[str]) -> None:
    assert accepted_languages(header) == languages


def test_a_day_is_told_as_in_the_mails() -> None:
    assert day_in_words(dt.date(2026, 3, 1), "de-AT") == "1. März 2026"
    assert day_in_words(dt.date(2026, 3, 1), "en") == "1 March 2026"


def test_a_text_falls_into_paragraphs() -> None:
    assert paragraphs("one\ntwo\n\n \nthree\n") == ["one\ntwo", "three"]


def test_the_time_needed_is_told_in_steps_of_five_minutes() -> None:
    definition = load("declined_offer")
    assert minutes_needed(definition.pages) == 10
    assert minutes_needed(definition.pages[:1]) == 1
    assert minutes_needed(load("declined_offer_short").pages) == 3


def test_static_files_are_small_and_need_nobody_else() -> None:
    script = (STATIC / "conditions.js").read_text() + (STATIC / "form.js").read_text()
    style = (STATIC / "form.css").read_text()
    assert len(script.encode()) < 6144
    assert re.findall(r"https?:|import |eval|innerHTML|url\(", script + style) == []


def test_a_page_right_to_left_says_so() -> None:
    page = respond("notice.html", "ar", name="unknown", address=None)
    assert b'<html lang="ar" dir="rtl">' in bytes(page.body)


def test_the_questionnaire_of_these_tests_has_every_type() -> None:
    definition = parse_definition(DOCUMENT)
    assert {question.type for question in definition.questions()} == set(QuestionTypeKey)
