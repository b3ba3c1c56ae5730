"""Themes suggested from the text: what is learnt, and how honestly that is told."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest

from tenants.excerpts.suggestions import (
    LEAST_TRIED,
    SuggestionBasis,
    _Model,
    _suggested,
    suggest_themes,
)
from tenants.themes.defaults import SHARED_THEMES


@dataclass(frozen=True)
class Words:
    code: str
    labels: Mapping[str, str]
    descriptions: Mapping[str, str] = field(default_factory=dict)


THEMES = [
    Words("PAY", {"en": "Base pay", "de": "Grundgehalt"}, {"en": "Salary, hourly wage."}),
    Words(
        "PACE", {"en": "Slow process", "de": "Langsamer Prozess"}, {"en": "Waiting for answers."}
    ),
    Words("REMOTE", {"en": "Remote work", "de": "Homeoffice"}, {"de": "Präsenztage im Büro."}),
    Words("PANEL", {"en": "Interviewers", "de": "Interviewende"}, {"en": "How they behaved."}),
]
SENTENCES = {
    "PAY": [
        "The salary was ten percent below my current one.",
        "They offered less money than was promised in the first call.",
        "Pay was not competitive, another company gave me more money.",
        "Das Gehalt lag deutlich unter meinem jetzigen Verdienst.",
        "Die Bezahlung war zu niedrig, das Gehaltsband wurde verschwiegen.",
        "Mein Gehaltswunsch wurde gedrückt.",
    ],
    "PACE": [
        "It took them six weeks to answer after the last round.",
        "I waited for weeks and heard nothing, the process was slow.",
        "Weeks of waiting between the rounds.",
        "Die Rückmeldung hat sechs Wochen gedauert.",
        "Ich habe wochenlang gewartet, der Prozess war viel zu langsam.",
        "Zwischen den Runden vergingen Wochen ohne Rückmeldung.",
    ],
    "REMOTE": [
        "Only one day of remote work from home was allowed.",
        "I wanted to work from home more often.",
        "Working remotely was ruled out after the second interview.",
        "Homeoffice war nur an einem Tag erlaubt.",
        "Ich wollte öfter von zu Hause arbeiten, Homeoffice war nicht möglich.",
        "Vier Tage im Büro waren Pflicht, kein Homeoffice.",
    ],
    "PANEL": [
        "One interviewer was rude and interrupted me.",
        "The interviewers had not read my CV and were unprepared.",
        "The interviewer looked at the phone during my answers.",
        "Der Interviewer war unhöflich und hat mich unterbrochen.",
        "Die Interviewer hatten meinen Lebenslauf nicht gelesen.",
        "Der Ton der Interviewer war herablassend, ständig unterbrochen.",
    ],
}
CODED = [(text, frozenset({code})) for code, texts in SENTENCES.items() for text in texts]
# The same again in other words, so that there is enough to learn from.
MANY = [*CODED, *((f"{text} Schade, wirklich.", codes) for text, codes in CODED)]


def test_with_nothing_coded_the_words_of_the_codebook_are_what_there_is() -> None:
    found = suggest_themes("The salary was too low.", coded=[], themes=THEMES)
    assert found[0].code == "PAY"
    assert found[0].basis is SuggestionBasis.WORDS
    assert (found[0].examples, found[0].tried, found[0].precision) == (0, 0, None)
    assert "nobody has given this theme yet" in found[0].note


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("My current employer pays a higher salary.", "PAY"),
        ("Ihr Gehaltsangebot war enttäuschend.", "PAY"),
        ("Five weeks without a word, far too slow.", "PACE"),
        ("Erst nach Wochen kam eine Rückmeldung.", "PACE"),
        ("Working from home was not possible.", "REMOTE"),
        ("Mehr Homeofficetage hätten geholfen.", "REMOTE"),
        ("The interviewers interrupted each other.", "PANEL"),
        ("Ein Interviewer hat mich dauernd unterbrochen.", "PANEL"),
    ],
)
def test_it_learns_from_what_was_coded_in_both_languages(text: str, code: str) -> None:
    found = suggest_themes(text, coded=CODED, themes=THEMES)
    assert found[0].code == code
    assert found[0].basis is SuggestionBasis.CODED_TEXTS
    assert len(found) <= 3
    assert all(0 < one.score <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_few_examples_are_said_to_be_too_few() -> None:
    (first, *_) = suggest_themes("Too little salary.", coded=CODED[:4], themes=THEMES)
    assert first.examples == 4
    assert first.tried < LEAST_TRIED
    assert first.precision is None
    assert "Not enough examples" in first.note


def test_precision_is_what_came_of_trying_each_text_against_all_others() -> None:
    """Counted again here, the slow way: each theme made anew without the text that is tried."""
    model = _Model(MANY, THEMES)
    texts = model._texts.toarray()
    words = model._sums - model.given.T @ texts
    right, tried = [0] * len(THEMES), [0] * len(THEMES)
    for row in range(len(MANY)):
        others = [each for each in range(len(MANY)) if each != row]
        sums = words + model.given[others].T @ texts[others]
        closeness = (sums @ texts[row]) / np.linalg.norm(sums, axis=1)
        assert closeness == pytest.approx(model.closeness_without_itself()[row], abs=1e-9)
        for place in _suggested(closeness.tolist()):
            tried[place] += 1
            right[place] += int(model.given[row, place])
    assert model.trials() == (right, tried)
    found = suggest_themes("Der Interviewer war unhöflich.", coded=MANY, themes=THEMES)
    place = [one.code for one in THEMES].index(found[0].code)
    assert found[0].tried == tried[place] >= LEAST_TRIED
    assert found[0].precision is not None
    assert found[0].precision.value == right[place] / tried[place]
    assert found[0].precision.interval.lower < found[0].precision.value
    assert f"Right for {right[place]} of {tried[place]} coded texts" in found[0].note


def test_where_codes_say_nothing_of_the_text_the_precision_says_so() -> None:
    """Codes that go round and round: suggesting is guessing, and may not look better than that."""
    codes = [one.code for one in THEMES]
    turning = [
        (text, frozenset({codes[(at + at // len(CODED)) % 4]})) for at, (text, _) in enumerate(MANY)
    ]
    model = _Model(turning, THEMES)
    right, tried = model.trials()
    assert sum(right) / sum(tried) < 0.5
    assert sum(_Model(MANY, THEMES).trials()[0]) / sum(_Model(MANY, THEMES).trials()[1]) > 0.7


@pytest.mark.parametrize("text", ["", "  ", "!!!", "the and of", "12345"])
def test_what_says_nothing_gets_no_suggestion(text: str) -> None:
    assert suggest_themes(text, coded=CODED, themes=THEMES) == []


def test_nothing_is_suggested_that_the_codebook_does_not_have() -> None:
    coded = [("A dog in the office.", frozenset({"GONE"})), *CODED]
    found = suggest_themes("A dog in the office.", coded=coded, themes=THEMES)
    assert "GONE" not in {one.code for one in found}
    assert suggest_themes("Anything.", coded=coded, themes=[]) == []


def test_the_shared_codebook_is_enough_to_begin_with() -> None:
    themes = [Words(one.code, one.labels, one.descriptions) for one in SHARED_THEMES]
    tried = {
        "The bonus and the shares were smaller than elsewhere.": "PAY_BONUS_EQUITY",
        "Der Umzug in eine andere Stadt kam nicht infrage.": "RELOCATION",
        "I wanted to work from home.": "REMOTE_FLEX",
        "Das Büro und die Ausstattung waren alt.": "FACILITIES",
    }
    for text, code in tried.items():
        found = suggest_themes(text, coded=[], themes=themes)
        assert code in {one.code for one in found}, (text, found)


def test_scikit_learn_is_loaded_only_where_themes_are_suggested() -> None:
    program = (
        "import sys, tenants.excerpts.suggestions, tenants.excerpts.redaction;"
        " print([one for one in ('sklearn', 'scipy', 'numpy') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
