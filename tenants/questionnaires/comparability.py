"""Which questions can be compared across organisations: canonical concepts and their words."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tenants.questionnaires.definition import Question, question_json
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.templates import TEMPLATES, load

# The language in which two wordings are compared: one more translation makes no other question.
REFERENCE_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class Concept:
    """What a question has to be like for its answers to be compared.

    Attributes:
        key: The concept.
        question: As the first built-in questionnaire that has it asks it.
        asked: Wording, options and settings as a document has them, in every language in which a
            built-in questionnaire asks it.
        wording_hash: Under which answers to it are contributed.
    """

    key: str
    question: Question
    asked: Mapping[str, Any]
    wording_hash: str


def wording_hash(
    *,
    kind: QuestionTypeKey,
    wording: Mapping[str, str],
    options: Iterable[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> str:
    """Return the SHA-256 of what makes a question comparable, in 64 hexadecimal digits.

    It covers the type, what is asked, the options with their codes and words in their order, and
    every setting such as the scale with its labels. Words are compared in English, or in the first
    language of a question that has none.
    """
    language = REFERENCE_LANGUAGE if REFERENCE_LANGUAGE in wording else min(wording)

    def said(words: Mapping[str, str]) -> str:
        return words.get(language) or words[min(words)]

    others: dict[str, Any] = dict(settings)
    labels = others.pop("labels", {})
    document = {
        "type": kind.value,
        "wording": said(wording),
        "options": [[one["code"], said(one["wording"])] for one in options],
        "settings": others,
        "labels": {point: said(words) for point, words in labels.items()},
    }
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def hash_of(question: Question) -> str:
    """Return the hash of a question of a definition."""
    document = question_json(question)
    return wording_hash(
        kind=question.type,
        wording=document["wording"],
        options=document.get("options", ()),
        settings=document.get("settings", {}),
    )


@cache
def concepts() -> Mapping[str, Concept]:
    """Return the canonical concepts, as the built-in questionnaires ask them."""
    found: dict[str, Concept] = {}
    for name in TEMPLATES:
        for question in load(name).questions():
            if question.concept is None:
                continue
            asked = _asked(question)
            known = found.get(question.concept)
            found[question.concept] = Concept(
                question.concept,
                known.question if known else question,
                _together(known.asked, asked) if known else asked,
                known.wording_hash if known else hash_of(question),
            )
    return found


def _asked(question: Question) -> dict[str, Any]:
    """Return what makes a question comparable, in every language that it has."""
    document = question_json(question)
    return {
        "wording": document["wording"],
        "options": document.get("options", []),
        "settings": document.get("settings", {}),
    }


def _together(one: Any, other: Any) -> Any:
    """Return the same question with the languages of both."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        both = {key: _together(one[key], other[key]) for key in one if key in other}
        return {**other, **one, **both}
    if isinstance(one, list) and isinstance(other, list):
        return [_together(*pair) for pair in zip(one, other, strict=True)]
    return one


def incomparable(question: Question) -> str | None:
    """Return in words why a question's answers cannot be compared under its concept.

    None for a question without a concept, with one of the organisation's own, or as it should be.
    """
    return why_incomparable(question.concept, kind=question.type, **_asked(question))


def why_incomparable(
    key: str | None,
    *,
    kind: QuestionTypeKey,
    wording: Mapping[str, str],
    options: Iterable[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> str | None:
    """Return in words why answers to a question cannot be compared under a concept.

    Its words have to be the canonical ones in each language in which there are some, and it has to
    be asked in one of these; in further languages an organisation translates for itself. Type,
    codes, their order and the scale have to be the same.

    Returns:
        None for a concept that is not canonical, or a question as it should be.
    """
    concept = concepts().get(key or "")
    if concept is None:
        return None
    if kind is not concept.question.type:
        return f"the type must be {concept.question.type.value}"
    canonical = concept.asked
    shared = [language for language in canonical["wording"] if language in wording]
    if not shared:
        return f"it must be asked in one of the languages {', '.join(canonical['wording'])}"
    differences = [
        f'the wording in {language} must be "{canonical["wording"][language]}"'
        for language in shared
        if wording[language] != canonical["wording"][language]
    ]
    if _said([*options], shared) != _said(canonical["options"], shared):
        differences.append("the options, their order or their words differ")
    if _narrowed(settings, shared) != _narrowed(canonical["settings"], shared):
        differences.append("the scale or another setting differs")
    return ", ".join(differences) or None


def _said(
    options: Sequence[Mapping[str, Any]], languages: Sequence[str]
) -> list[tuple[str, list[str | None]]]:
    return [
        (one["code"], [one["wording"].get(language) for language in languages]) for one in options
    ]


def _narrowed(settings: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """Return settings with their words in some languages alone."""

    def narrowed(words: Any) -> Any:
        if not isinstance(words, Mapping):
            return words
        return {language: words.get(language) for language in languages}

    labels = {point: narrowed(words) for point, words in settings.get("labels", {}).items()}
    others = {name: narrowed(value) for name, value in settings.items() if name != "labels"}
    return {**others, "labels": labels}
