"""Translations as overlays on one structure: every text by its key, and what is missing."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenants.errors import InvalidInput

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a language has come.

    Attributes:
        language: Which.
        translated: Texts that it has.
        total: Texts that there are.
        missing: The keys of the others, in the order of the questionnaire.
    """

    language: str
    translated: int
    total: int
    missing: tuple[str, ...]


def walk_texts(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the key and the words by language of every text of a questionnaire.

    Keys are made of codes, so that they stay when pages or questions are moved: `title`,
    `texts.promise`, `pages.decision.title`, `questions.main_reason.wording`,
    `questions.main_reason.options.PAY_BASE`, `questions.speed.labels.5`,
    `questions.concerns.probes.0`.

    Args:
        document: As `to_json` writes it; what is yielded is part of it.
    """
    yield "title", document["title"]
    for name, words in document["texts"].items():
        yield f"texts.{name}", words
    for page in document["pages"]:
        yield f"pages.{page['code']}.title", page["title"]
        for question in page["questions"]:
            yield from _walk_question(f"questions.{question['code']}", question)


def _walk_question(key: str, question: Json) -> Iterator[tuple[str, dict[str, str]]]:
    yield f"{key}.wording", question["wording"]
    if "help" in question:
        yield f"{key}.help", question["help"]
    for option in question.get("options", ()):
        yield f"{key}.options.{option['code']}", option["wording"]
        if "group" in option:
            yield f"{key}.options.{option['code']}.group", option["group"]
    for number, rule in enumerate(question.get("rules", ())):
        yield f"{key}.rules.{number}", rule["message"]
    for number, probe in enumerate(question.get("probes", ())):
        yield f"{key}.probes.{number}", probe["wording"]
    settings = question.get("settings", {})
    for point, words in settings.get("labels", {}).items():
        yield f"{key}.labels.{point}", words
    for name in ("unit", "statement", "privacy_note"):
        if settings.get(name) is not None:
            yield f"{key}.{name}", settings[name]


def list_completeness(document: Mapping[str, Any]) -> list[Completeness]:
    """Return for each language of a questionnaire which texts it lacks."""
    texts = list(walk_texts(document))
    found = []
    for language in document["languages"]:
        missing = tuple(key for key, words in texts if language not in words)
        found.append(Completeness(language, len(texts) - len(missing), len(texts), missing))
    return found


def translated(document: Mapping[str, Any], language: str, texts: Mapping[str, str]) -> Json:
    """Return a questionnaire with texts of one language put in, which it has from then on.

    Args:
        document: As `to_json` writes it.
        language: Which; new ones come last.
        texts: By key; an empty one takes the translation away.

    Raises:
        InvalidInput: A key names no text, or the first language would lose one.
    """
    changed: Json = copy.deepcopy(dict(document))
    if language not in changed["languages"]:
        changed["languages"].append(language)
    known = dict(walk_texts(changed))
    for key, text in texts.items():
        if key not in known:
            message = f"{key[:100]} is not the key of a text."
            raise InvalidInput(message, field=("texts", key[:100]))
        if text.strip():
            known[key][language] = text
        elif language == changed["languages"][0]:
            message = "The first language needs every text."
            raise InvalidInput(message, field=("texts", key))
        else:
            known[key].pop(language, None)
    return changed


def filled_up(document: Mapping[str, Any]) -> Json:
    """Return a questionnaire in which missing translations stand in the first language.

    For a preview of a draft; nobody is asked like that.
    """
    filled: Json = copy.deepcopy(dict(document))
    first, *others = filled["languages"]
    for _, words in walk_texts(filled):
        for language in others:
            words.setdefault(language, words[first])
    return filled
