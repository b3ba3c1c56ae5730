"""Which questions can be compared across organisations: canonical concepts and their hash."""

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
        question: As the built-in questionnaires ask it, in every language they have.
        wording_hash: What a comparable question hashes to.
    """

    key: str
    question: Question
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
            if question.concept is not None and question.concept not in found:
                digest = hash_of(question)
                found[question.concept] = Concept(question.concept, question, digest)
    return found


def incomparable(question: Question) -> str | None:
    """Return in words why a question's answers cannot be compared under its concept.

    None for a question without a concept, with one of the organisation's own, or as it should be.
    """
    concept = concepts().get(question.concept or "")
    if concept is None or hash_of(question) == concept.wording_hash:
        return None
    canonical = concept.question
    if question.type is not canonical.type:
        return f"the type must be {canonical.type.value}"
    differences = []
    language = REFERENCE_LANGUAGE
    if question.wording.get(language) != canonical.wording.get(language):
        differences.append(f'the wording in English must be "{canonical.wording[language]}"')
    if _option_words(question.options) != _option_words(canonical.options):
        differences.append("the options, their order or their words differ")
    if question.settings != canonical.settings:
        differences.append("the scale or another setting differs")
    return ", ".join(differences) or "something differs"


def _option_words(options: Sequence[Any]) -> list[tuple[str, str | None]]:
    return [(option.code, option.wording.get(REFERENCE_LANGUAGE)) for option in options]
