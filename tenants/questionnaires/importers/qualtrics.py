"""Qualtrics' .qsf: one JSON document of elements, of which blocks and questions are read."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenants.errors import InvalidInput
from tenants.questionnaires.importers.assembly import (
    Item,
    Outcome,
    Survey,
    SurveyPage,
    SurveyQuestion,
)

Json = dict[str, Any]

# What a question may have beside its words, its choices and its scale.
_UNREAD: Final[Mapping[str, str]] = {
    "DisplayLogic": "display logic",
    "InPageDisplayLogic": "display logic within the page",
    "Language": "translation",
    "DefaultChoices": "default answer",
    "RecodeValues": "own numbering of choices",
    "VariableNaming": "own naming of choices",
    "ChoiceGroups": "grouping of choices",
    "AdditionalQuestions": "second part",
    "DynamicChoices": "choices of an earlier question",
    "AnswerRandomization": "randomised scale",
    "QuestionJS": "script",
}
_ELEMENTS: Final[Mapping[str, str]] = {"QO": "quotas", "TR": "triggers", "ED": "embedded data"}
FEWEST_POINTS: Final = 2
MOST_POINTS: Final = 10


def read(content: bytes) -> Survey:
    """Return the questionnaire of a file.

    Raises:
        InvalidInput: It is no such file.
    """
    try:
        document = json.loads(content)
        elements, entry = document["SurveyElements"], document["SurveyEntry"]
    except (ValueError, KeyError, TypeError) as error:
        message = "The file is no survey of Qualtrics."
        raise InvalidInput(message, field="file") from error
    language = str(entry.get("SurveyLanguage") or "EN").split("-")[0].lower()
    questions = {
        one["Payload"]["QuestionID"]: one["Payload"]
        for one in elements
        if one.get("Element") == "SQ" and isinstance(one.get("Payload"), dict)
    }
    items: list[Item] = []
    pages: list[SurveyPage] = []
    used: set[str] = set()
    for block in _blocks(elements):
        name = str(block.get("Description") or block.get("ID") or "Block")
        page = SurveyPage(name, {language: name}, [])
        if (block.get("Options") or {}).get("RandomizeQuestions") not in {None, False, "false"}:
            reason = "its questions come in their order"
            items.append(Item(f"block: {name[:50]}", Outcome.DEGRADED, reason))
        for element in block.get("BlockElements", ()):
            key = element.get("QuestionID")
            if element.get("Type") == "Page Break":
                pages.append(page)
                page = SurveyPage(name, {language: name}, [])
            if element.get("Type") != "Question" or key not in questions or key in used:
                continue
            used.add(key)
            question = _question(questions[key], language, items)
            if question is not None:
                if element.get("SkipLogic"):
                    question.losses.append("its skip logic was left out")
                page.questions.append(question)
        pages.append(page)
    pages = [page for page in pages if page.questions]
    items += [
        Item(_name(one), Outcome.REFUSED, "it stands in no block that is used")
        for key, one in questions.items()
        if key not in used
    ]
    _report_flow(elements, items)
    return Survey({language: entry.get("SurveyName", "")}, [language], pages, items)


def _blocks(elements: list[Json]) -> Iterator[Json]:
    for one in elements:
        if one.get("Element") != "BL":
            continue
        payload = one.get("Payload") or []
        for block in payload.values() if isinstance(payload, dict) else payload:
            if block.get("Type") != "Trash":
                yield block


def _report_flow(elements: list[Json], items: list[Item]) -> None:
    """Report what the survey's flow does beside showing blocks in their order."""
    for one in elements:
        what = _ELEMENTS.get(str(one.get("Element")))
        if what is not None:
            items.append(Item(what, Outcome.DEGRADED, "they were left out"))
        if one.get("Element") != "FL":
            continue
        kinds = {str(step.get("Type")) for step in (one.get("Payload") or {}).get("Flow", ())}
        for kind in sorted(kinds - {"Block", "Standard", "EndSurvey"}):
            reason = "the flow of the survey was left out; its blocks come in their order"
            items.append(Item(f"flow: {kind[:50]}", Outcome.DEGRADED, reason))


def _losses(payload: Json, settings: Json) -> list[str]:
    """Return what of a question is not read, whatever its type."""
    losses = [f"its {what} was left out" for name, what in _UNREAD.items() if payload.get(name)]
    if settings.get("Type") not in {None, "", "None"}:
        losses.append(f"its validation was left out: {str(settings['Type'])[:50]}")
    return losses


def _name(payload: Json) -> str:
    return str(payload.get("DataExportTag") or payload.get("QuestionID") or "question")


def _question(payload: Json, language: str, items: list[Item]) -> SurveyQuestion | None:
    """Return a question, or report why it cannot be one."""
    losses: list[str] = []
    particulars = _particulars(payload, language, losses)
    if isinstance(particulars, str):
        items.append(Item(_name(payload), Outcome.REFUSED, particulars))
        return None
    settings = (payload.get("Validation") or {}).get("Settings") or {}
    losses += _losses(payload, settings)
    document = {
        "wording": _wordings(payload, language),
        "required": settings.get("ForceResponse") == "ON" and particulars["type"] != "INFORMATION",
        **particulars,
    }
    return SurveyQuestion(_name(payload), document, losses=losses)


def _wordings(payload: Json, language: str) -> dict[str, str]:
    return {language: payload.get("QuestionText", "")}


def _particulars(  # noqa: PLR0911 - one per type.
    payload: Json, language: str, losses: list[str]
) -> Json | str:
    """Return type, options and settings; a reason for what is not known here."""
    kind, selector = payload.get("QuestionType"), payload.get("Selector")
    match kind:
        case "MC":
            return _choice(payload, language, losses)
        case "Matrix" if payload.get("SubSelector") == "SingleAnswer":
            return _matrix(payload, language, losses)
        case "Matrix":
            return f"a matrix of kind {payload.get('SubSelector') or selector} is not known here"
        case "TE" if selector in {"SL", "ML", "ESTB"}:
            return {"type": "SHORT_TEXT" if selector == "SL" else "LONG_TEXT"}
        case "TE":
            return f"a text of kind {selector} is not known here"
        case "RO":
            return {"type": "RANKING", "options": _options(payload, language, losses)[0]}
        case "DB":
            return {"type": "INFORMATION"}
        case _:
            return f"questions of type {str(kind)[:50]} are not known here"


def _options(payload: Json, language: str, losses: list[str]) -> tuple[list[Json], str | None]:
    """Return the choices in order, and the one that asks for own words."""
    choices: Mapping[str, Any] = payload.get("Choices") or {}
    order = [str(one) for one in payload.get("ChoiceOrder") or choices]
    options, other = [], None
    for key in order:
        choice = choices.get(key)
        if choice is None:
            continue
        if choice.get("TextEntry") in {"true", True}:
            if other is not None:
                losses.append(f"choice {key} asks for no text")
            other = other or f"c{key}"
        if choice.get("DisplayLogic"):
            losses.append(f"the display logic of choice {key} was left out")
        option: Json = {"code": f"c{key}", "wording": {language: choice.get("Display", "")}}
        if choice.get("ExclusiveAnswer") in {"true", True}:
            option["exclusive"] = True
        options.append(option)
    if payload.get("Randomization"):
        losses.append("its choices are not randomised")
    return options, other


def _choice(payload: Json, language: str, losses: list[str]) -> Json | str:
    options, other = _options(payload, language, losses)
    selector = payload.get("Selector")
    if selector == "NPS":
        return {"type": "RECOMMENDATION", "settings": {"labels": _ends(0, 10, language)}}
    if selector in {"MAVR", "MAHR", "MACOL", "MSB"}:
        return {
            "type": "MULTIPLE_CHOICE",
            "options": options,
            "settings": {"other_option": other},
        }
    for option in options:
        option.pop("exclusive", None)
    return {"type": "SINGLE_CHOICE", "options": options, "settings": {"other_option": other}}


def _matrix(payload: Json, language: str, losses: list[str]) -> Json | str:
    answers: Mapping[str, Any] = payload.get("Answers") or {}
    order = [str(one) for one in payload.get("AnswerOrder") or answers if str(one) in answers]
    rows, _ = _options(payload, language, losses)
    for row in rows:
        row.pop("exclusive", None)
    if not FEWEST_POINTS <= len(order) <= MOST_POINTS:
        return f"a scale has {FEWEST_POINTS} to {MOST_POINTS} points, and this one {len(order)}"
    labels = {
        str(number): {language: answers[key].get("Display", "")}
        for number, key in enumerate(order, 1)
    }
    return {
        "type": "MATRIX",
        "options": rows,
        "settings": {"points": len(order), "labels": labels},
    }


def _ends(lowest: int, highest: int, language: str) -> Json:
    return {str(point): {language: str(point)} for point in (lowest, highest)}
