"""A questionnaire of another tool put together as a draft: what will not do is reported."""

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from tenants.errors import InvalidInput
from tenants.questionnaires.definition import (
    MOST_LANGUAGES,
    MOST_PAGES,
    MOST_QUESTIONS,
    Question,
    parse_draft,
    parse_draft_question,
    to_json,
)
from tenants.questionnaires.importers.expressions import read_expression
from tenants.questionnaires.json_object import LONGEST_WORDING
from tenants.questionnaires.parts import MOST_OPTIONS
from tenants.questionnaires.templates import load

Json = dict[str, Any]

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII)
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,200}>", re.IGNORECASE)


class Outcome(StrEnum):
    """What became of an item of a file."""

    IMPORTED = "IMPORTED"
    DEGRADED = "DEGRADED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a file.

    Attributes:
        name: As the file calls it.
        outcome: What became of it.
        reason: Why it is not as it was; empty where it is.
    """

    name: str
    outcome: Outcome
    reason: str = ""


@dataclass(slots=True)
class SurveyQuestion:
    """A question as it was read.

    Attributes:
        name: As the file calls it.
        document: As a definition has it, without its code; an option's code may be any text.
        condition: When it is shown, in the words of the tool.
        losses: What of it could not be kept.
        within: When the pages and groups around it are shown, likewise.
    """

    name: str
    document: Json
    condition: str = ""
    losses: list[str] = field(default_factory=list)
    within: tuple[str, ...] = ()


@dataclass(slots=True)
class SurveyPage:
    """A page as it was read.

    Attributes:
        name: As the file calls it.
        title: By language.
        questions: In order.
        document: What else it has, as a definition has it.
    """

    name: str
    title: Mapping[str, str]
    questions: list[SurveyQuestion]
    document: Json = field(default_factory=dict)


@dataclass(slots=True)
class Survey:
    """A questionnaire as it was read.

    Attributes:
        title: By language.
        languages: The first one being the fallback.
        pages: In order.
        items: What was reported on the way.
        texts: Mail, promise and receipt, where the file is one of ours.
        is_ours: Whether we wrote it, so that every word is as it shall be.
    """

    title: Mapping[str, str]
    languages: Sequence[str]
    pages: list[SurveyPage]
    items: list[Item] = field(default_factory=list)
    texts: Json | None = None
    is_ours: bool = False


@dataclass(slots=True)
class _Draft:
    """What has been put together so far.

    Attributes:
        survey: What was read.
        document: The draft.
        items: The report.
        known: The questions by code, their options with what the file called them.
        names: The questions' codes by what the file called them.
        earlier: The questions by code, as a definition has them.
    """

    survey: Survey
    document: Json
    items: list[Item]
    known: dict[str, Json] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, Question] = field(default_factory=dict)


def plain(text: object, longest: int = LONGEST_WORDING) -> str:
    """Return a text without markup, on as many lines as it had."""
    bare = _TAG.sub("", _BREAK.sub("\n", str(text or "")))
    lines = (" ".join(line.split()) for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)[:longest]


def left_out(names: Iterable[str]) -> list[str]:
    """Return a loss for each of what a question has and nobody here reads."""
    return [f"its {name} was left out" for name in names]


def code_of(name: object, taken: Collection[str], fallback: str = "item") -> str:
    """Return a code made of a name, different from those that are taken."""
    if isinstance(name, str) and _CODE.fullmatch(name) and name not in taken:
        return name
    code = re.sub(r"[^A-Za-z0-9]+", "_", str(name)).strip("_")[:58]
    if not code or not code[0].isalpha():
        code = f"{fallback}_{code}".rstrip("_")
    if code not in taken:
        return code
    return next(one for number in range(2, 10_000) if (one := f"{code}_{number}") not in taken)


def assemble(survey: Survey) -> tuple[Json, list[Item]]:
    """Return a draft's document and the report.

    Raises:
        InvalidInput: Nothing in it can be asked.
    """
    items = list(survey.items)
    languages = list(dict.fromkeys(one for one in survey.languages if _LANGUAGE.fullmatch(one)))
    languages = languages[:MOST_LANGUAGES] or ["en"]
    document: Json = {
        "title": _worded(survey, survey.title, languages, "Questionnaire"),
        "languages": languages,
        "texts": survey.texts or _texts(languages, items),
        "pages": [],
    }
    draft = _Draft(survey, document, items)
    for page in survey.pages:
        _add_page(draft, page)
    for made, page in zip(document["pages"], survey.pages, strict=False):
        # They lead to later pages, which had to be there first.
        if survey.is_ours and "skips" in page.document:
            made["skips"] = page.document["skips"]
    if not document["pages"]:
        message = "Nothing in the file can be asked. " + " ".join(
            f"{item.name}: {item.reason}" for item in items[:5]
        )
        raise InvalidInput(message, field="file")
    try:
        definition, _ = parse_draft(document)
    except InvalidInput as error:
        # Of a page, or of texts of ours that somebody has edited.
        raise InvalidInput(error.message, field="file") from error
    return to_json(definition), items


def _texts(languages: Sequence[str], items: list[Item]) -> Json:
    """Return the built-in texts, in English where a language has none of them."""
    standard: Json = to_json(load("declined_offer"))["texts"]
    first = languages[0]
    if first not in standard["promise"]:
        reason = f"these texts are in English; please translate them into {first}"
        items.append(Item("mail, promise and receipt", Outcome.DEGRADED, reason))
    return {
        key: {first: words.get(first, words["en"])}
        | {language: words[language] for language in languages if language in words}
        for key, words in standard.items()
    }


def _worded(
    survey: Survey, given: Mapping[str, str], languages: Sequence[str], instead: str
) -> dict[str, str]:
    """Return a text in the languages that it has; its own words as they are where we wrote them."""
    return dict(given) if survey.is_ours and given else _wording(given, languages, instead)


def _wording(given: Mapping[str, str], languages: Sequence[str], instead: str) -> dict[str, str]:
    said = {language: plain(given.get(language)) for language in languages}
    words = {language: text for language, text in said.items() if text}
    first = languages[0]
    if first not in words:
        words[first] = next(iter(words.values()), "") or plain(instead) or "…"
    return words


def _add_page(draft: _Draft, page: SurveyPage) -> None:
    """Add a page with those of its questions that can be asked."""
    survey, document, items = draft.survey, draft.document, draft.items
    languages = document["languages"]
    if len(document["pages"]) >= MOST_PAGES:
        items += [
            Item(one.name, Outcome.REFUSED, f"there are more than {MOST_PAGES} pages")
            for one in page.questions
        ]
        return
    taken = [one["code"] for one in document["pages"]]
    made: Json = {
        "code": code_of(page.name, taken, "page"),
        "title": _worded(survey, page.title, languages, page.name or f"Page {len(taken) + 1}"),
        **{key: part for key, part in page.document.items() if key != "skips"},
        "questions": [],
    }
    document["pages"].append(made)
    for question in page.questions:
        items.append(_add_question(draft, made, question))
    if not made["questions"]:
        document["pages"].pop()
        reason = "nothing on it can be asked"
        items.append(Item(page.name or made["code"], Outcome.REFUSED, reason))


def _add_question(draft: _Draft, page: Json, question: SurveyQuestion) -> Item:
    """Add a question if it can be asked; return what became of it."""
    document, known, names = draft.document, draft.known, draft.names
    if len(known) >= MOST_QUESTIONS:
        return Item(question.name, Outcome.REFUSED, f"there are more than {MOST_QUESTIONS}")
    if len(question.document.get("options") or ()) > MOST_OPTIONS:
        return Item(question.name, Outcome.REFUSED, f"it has more than {MOST_OPTIONS} options")
    made = _settled(draft.survey, question, document["languages"], known)
    losses = list(question.losses)
    for condition in _conditions(question, known, names, losses):
        candidate = made if condition is None else {**made, "visible_if": condition}
        try:
            parsed, findings = parse_draft_question(candidate, document["languages"], draft.earlier)
        except InvalidInput as error:
            refusal = error.message
        else:
            refusal = next((one.message for one in findings if one.about is not None), "")
        if not refusal:
            page["questions"].append(candidate)
            draft.earlier[parsed.code] = parsed
            known[made["code"]] = {**made, "options": _with_values(made, question)}
            names[question.name] = made["code"]
            reason = "; ".join(losses)
            return Item(question.name, Outcome.DEGRADED if losses else Outcome.IMPORTED, reason)
        if condition is not None:
            losses.append("its condition was left out")
    return Item(question.name, Outcome.REFUSED, refusal)


def _conditions(
    question: SurveyQuestion,
    known: Mapping[str, Json],
    names: Mapping[str, str],
    losses: list[str],
) -> Iterator[Json | None]:
    """Yield what can be understood of when the question is shown, and then nothing."""
    read: list[Json] = []
    for text in (*question.within, question.condition):
        condition = read_expression(text, known, names) if text else None
        if condition is not None:
            read.append(condition)
        elif text:
            losses.append(f"its condition was left out: {text[:200]}")
    if read:
        yield read[0] if len(read) == 1 else {"all": read}
    yield None


def _with_values(made: Json, question: SurveyQuestion) -> list[Json]:
    """Return the options with what the file called them, for conditions to find."""
    options = zip(made.get("options", ()), question.document.get("options", ()), strict=True)
    return [{**option, "value": str(given["code"])} for option, given in options]


def _settled(
    survey: Survey, question: SurveyQuestion, languages: Sequence[str], known: Collection[str]
) -> Json:
    """Return a question's document with its code, plain words and codes of options."""
    made: Json = {
        "audience": "HR",
        "required": False,
        **question.document,
        "code": code_of(question.name, known, "question"),
    }
    if survey.is_ours:
        return made
    made["wording"] = _wording(made["wording"], languages, question.name)
    if made.get("help"):
        hint = {language: plain(text) for language, text in made["help"].items()}
        made["help"] = hint if hint.get(languages[0]) else None
    options: list[Json] = []
    for option in made.get("options", ()):
        code = code_of(option["code"], [one["code"] for one in options], "option")
        wording = _wording(option["wording"], languages, str(option["code"]))
        options.append({**option, "code": code, "wording": wording})
    if options:
        made["options"] = options
    settings = dict(made.get("settings", {}))
    if "labels" in settings:
        settings["labels"] = {
            point: _wording(words, languages, point) for point, words in settings["labels"].items()
        }
    for name in ("unit", "statement", "privacy_note"):
        if settings.get(name):
            settings[name] = _wording(settings[name], languages, "…")
    made["settings"] = settings
    return made
