"""The built-in questionnaire against what the product promises of it."""

from importlib.resources import files

import pytest

from tenants.questionnaires import templates
from tenants.questionnaires.conditions import AnswerCondition, leaves
from tenants.questionnaires.definition import parse_definition, to_json
from tenants.questionnaires.logic import (
    Answered,
    check_answers,
    depends_on_offer,
    visible_questions,
)
from tenants.questionnaires.question_types import AnswerState, QuestionTypeKey
from tenants.questionnaires.templates import TEMPLATES, load
from tenants.questionnaires.texts import Placeholder, TextKey, fill
from tenants.questionnaires.values import Choice, Scale
from tenants.reasons import REASONS, Audience

DECLINED_OFFER = load("declined_offer")
BY_CONCEPT = {question.concept: question for question in DECLINED_OFFER.questions()}

# Concept, type, audience: the six sections of the article, then what its source adds.
SECTIONS = """
positives                    LONG_TEXT       ORGANISATION
concerns                     LONG_TEXT       ORGANISATION
decision_factors             MULTIPLE_CHOICE ORGANISATION
decision_factors.main        SINGLE_CHOICE   ORGANISATION
improvements.interviews      LONG_TEXT       HIRING_MANAGER
improvements.interviewers    LONG_TEXT       HR
improvements.process         LONG_TEXT       HR
improvements.experience      LONG_TEXT       HR
observations.hiring_manager  LONG_TEXT       HIRING_MANAGER
observations.hr              LONG_TEXT       HR
observations.organisation    LONG_TEXT       ORGANISATION
other                        LONG_TEXT       HR
destination                  SINGLE_CHOICE   ORGANISATION
value_proposition            MULTIPLE_CHOICE ORGANISATION
recommendation               RECOMMENDATION  ORGANISATION
"""


def test_templates_are_the_files_beside_them() -> None:
    names = {file.name for file in files(templates).iterdir() if file.name.endswith(".json")}
    assert names == {f"{name}.json" for name in TEMPLATES}
    assert load("declined_offer") is DECLINED_OFFER
    with pytest.raises(KeyError, match="exit"):
        load("exit")


def test_it_is_canonical() -> None:
    assert parse_definition(to_json(DECLINED_OFFER)) == DECLINED_OFFER


@pytest.mark.parametrize("line", SECTIONS.strip().splitlines())
def test_it_has_every_section(line: str) -> None:
    concept, key, audience = line.split()
    question = BY_CONCEPT[concept]
    assert (question.type, question.audience) == (QuestionTypeKey(key), Audience(audience))


def test_it_is_humane() -> None:
    questions = list(DECLINED_OFFER.questions())
    assert len(DECLINED_OFFER.pages) == 6
    assert len(questions) == 19
    required = [question.concept for question in questions if question.required]
    assert required == ["decision_factors.main", "recommendation"]
    assert "Only two questions need an answer" in DECLINED_OFFER.texts[TextKey.PROMISE]["en"]
    assert "Nur zwei Fragen brauchen eine Antwort" in DECLINED_OFFER.texts[TextKey.PROMISE]["de"]
    assert depends_on_offer(DECLINED_OFFER) == frozenset()


def test_interviewers_are_told_what_to_ask_further_alike_everywhere() -> None:
    told: dict[str, set[tuple[str, ...]]] = {}
    for name in TEMPLATES:
        definition = load(name)
        for question in definition.questions():
            for probe in question.probes:
                assert tuple(probe) == definition.languages
                assert len(set(probe.values())) == len(probe)
            english = tuple(probe["en"] for probe in question.probes)
            told.setdefault(question.code, set()).add(english)
    assert [code for code, ways in told.items() if len(ways) > 1] == []
    assert [code for code, ways in told.items() if ways == {()}] == ["destination_employer"]


def test_it_is_complete_in_both_languages() -> None:
    assert DECLINED_OFFER.languages == ("en", "de")
    for text in _wordings():
        assert tuple(text) == ("en", "de")
        assert text["en"] != text["de"]


def test_german_quotes_and_english_quotes_are_paired() -> None:
    for text in _wordings():
        assert text["en"].count("\u201c") == text["en"].count("\u201d")
        assert text["de"].count("\u201e") == text["de"].count("\u201c")
        assert '"' not in text["en"] + text["de"]


def _wordings() -> list[dict[str, str]]:
    document = to_json(DECLINED_OFFER)
    found = []

    def walk(item: object) -> None:
        if isinstance(item, dict):
            if set(item) == {"en", "de"}:
                found.append(item)
            else:
                for part in item.values():
                    walk(part)
        elif isinstance(item, list):
            for part in item:
                walk(part)

    walk(document)
    return found


def test_its_reasons_are_the_taxonomy_in_its_words() -> None:
    for concept in ("decision_factors", "decision_factors.main"):
        options = BY_CONCEPT[concept].options
        assert [option.code for option in options] == [reason.value for reason in REASONS]
        assert [option.wording for option in options] == [
            dict(reason.wording) for reason in REASONS.values()
        ]
        headings = [option.group["en"] if option.group else None for option in options]
        groups = [reason.group for reason in REASONS.values()]
        assert len(set(zip(groups, headings, strict=True))) == len(set(groups)) == 7
    assert BY_CONCEPT["decision_factors"].settings["max_choices"] == 3


def test_every_choice_of_something_else_takes_own_words() -> None:
    for question in DECLINED_OFFER.questions():
        if "OTHER" in [option.code for option in question.options]:
            assert question.settings["other_option"] == "OTHER"


@pytest.mark.parametrize(
    ("destination", "shown"),
    [
        ("OTHER_EMPLOYER", {"destination_employer", "value_proposition"}),
        ("CURRENT_EMPLOYER", {"counter_offer", "value_proposition"}),
        ("OWN_BUSINESS", {"value_proposition"}),
        ("STUDY", set()),
    ],
)
def test_what_follows_from_the_destination(destination: str, shown: set[str]) -> None:
    answers = {"destination": Answered(Choice(destination))}
    visible = visible_questions(DECLINED_OFFER, answers, {})
    alternative = {question.code for question in DECLINED_OFFER.page("alternative").questions}
    assert visible & alternative == shown
    assert len(visible - alternative) == 16


def test_two_answers_are_enough() -> None:
    answers = {"main_reason": Answered(Choice("GROWTH")), "recommendation": Answered(Scale(7))}
    checked = check_answers(DECLINED_OFFER, answers, {})
    states = [answer.state for answer in checked.values()]
    assert states.count(AnswerState.ANSWERED) == 2
    assert states.count(AnswerState.SKIPPED) == 14
    assert states.count(AnswerState.NOT_SHOWN) == 3


def test_follow_ups_stand_on_a_later_page_than_what_they_follow() -> None:
    """Without JavaScript a page cannot react to what is answered on it."""
    followed = set()
    for page in DECLINED_OFFER.pages:
        codes = {question.code for question in page.questions}
        for condition in (page.visible_if, *(question.visible_if for question in page.questions)):
            for leaf in leaves(condition) if condition else ():
                assert isinstance(leaf, AnswerCondition)
                assert leaf.question not in codes
                followed.add(leaf.question)
    assert followed == {"destination"}


PAY = ("pay", "salary", "compensation", "€", "gehalt", "vergütung", "bezahlung", "lohn")


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_mail_never_mentions_pay(language: str) -> None:
    for key in (TextKey.INVITATION_SUBJECT, TextKey.INVITATION_BODY):
        text = DECLINED_OFFER.texts[key][language].lower()
        assert [word for word in PAY if word in text] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_mail_has_everything_in_place(language: str) -> None:
    values = {name: f"<{name.value}>" for name in Placeholder}
    body = fill(DECLINED_OFFER.texts[TextKey.INVITATION_BODY][language], values)
    for value in values.values():
        assert value in body
    assert "\n\n<link>\n\n" in body
    assert "{" not in body
    subject = fill(DECLINED_OFFER.texts[TextKey.INVITATION_SUBJECT][language], values)
    assert "<organisation>" in subject


# What each text must not leave out, in either language.
PLEDGES = [
    ("invitation_body", "no hard feelings", "niemand nimmt sie Ihnen übel"),
    ("invitation_body", "necessary", "notwendig"),
    ("invitation_body", "voluntary", "freiwillig"),
    ("promise", "no hard feelings", "niemand nimmt sie Ihnen übel"),
    ("promise", "at least five people", "mindestens fünf Personen"),
    ("attributed", "with your name", "mit Ihrem Namen"),
    ("confidential", "Only {firm} knows", "Nur {firm} weiß"),
    ("confidential", "at least five people", "mindestens fünf Personen"),
    ("anonymous", "at least five anonymous submissions", "mindestens fünf anonyme Einsendungen"),
    ("anonymous", "24 months", "24 Monaten"),
    ("anonymous", "deleted unread", "ungelesen gelöscht"),
    ("anonymous", "the promise is weaker", "ist das Versprechen schwächer"),
    ("anonymous", "backup copies", "Sicherungskopien"),
    ("anonymous", "are dropped", "werden gestrichen"),
    ("anonymous_unavailable", "at least 100 invitations", "mindestens 100 Einladungen"),
    ("anonymous_unavailable", "12 months", "12 Monaten"),
    ("receipt", "receipt code", "Quittungscode"),
    ("thank_you", "Thank you", "Vielen Dank"),
]


@pytest.mark.parametrize(("key", "english", "german"), PLEDGES)
def test_the_texts_say_what_was_promised(key: str, english: str, german: str) -> None:
    wording = DECLINED_OFFER.texts[TextKey(key)]
    assert english in wording["en"]
    assert german in wording["de"]
