"""SurveyJS: its JSON read into a draft, and a version written as its JSON, which reads back equal.

What SurveyJS has no word for stands in a property of its own, `afterword`, which SurveyJS keeps.
"""

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
    left_out,
)
from tenants.questionnaires.importers.surveyjs_keys import (
    OWN,
    PAGE,
    SURVEY,
    list_losses,
    list_unread,
)

Json = dict[str, Any]

DEEPEST_PANEL: Final = 5
_INPUTS: Final[Mapping[str, str]] = {"number": "NUMBER", "date": "DATE", "month": "MONTH"}
_ELEMENTS: Final[Mapping[str, str]] = {
    "SINGLE_CHOICE": "radiogroup",
    "MULTIPLE_CHOICE": "checkbox",
    "BOOLEAN": "boolean",
    "RATING": "rating",
    "RECOMMENDATION": "rating",
    "MATRIX": "matrix",
    "RANKING": "ranking",
    "NUMBER": "text",
    "MONEY_BAND": "radiogroup",
    "DATE": "text",
    "MONTH": "text",
    "SHORT_TEXT": "text",
    "LONG_TEXT": "comment",
    "CONSENT": "boolean",
    "INFORMATION": "html",
}


def read(content: bytes) -> Survey:
    """Return the questionnaire of a file.

    Raises:
        InvalidInput: It is no such file.
    """
    try:
        document = json.loads(content)
    except ValueError as error:
        message = "The file is no JSON."
        raise InvalidInput(message, field="file") from error
    if not isinstance(document, dict) or not (
        isinstance(document.get("pages"), list) or isinstance(document.get("elements"), list)
    ):
        message = "The file is no survey of SurveyJS: it has neither pages nor elements."
        raise InvalidInput(message, field="file")
    first = document.get("locale") or "en"
    own = document.get(OWN) or {}
    languages = own.get("languages") or list(dict.fromkeys([first, *_languages(document)]))
    items = [
        Item(name, Outcome.DEGRADED, "it was left out") for name in list_unread(document, SURVEY)
    ]
    raw = document.get("pages") or [{"name": "page", "elements": document["elements"]}]
    pages = []
    for page in raw:
        name = str(page.get("name") or "page")
        losses = left_out(list_unread(page, PAGE))
        if losses:
            items.append(Item(name, Outcome.DEGRADED, "; ".join(losses)))
        within = _within(page, ())
        questions = [*_questions(page.get("elements") or (), first, items, within)]
        said = _said(page.get("title"), first)
        pages.append(SurveyPage(name, said, questions, page.get(OWN) or {}))
    texts = own.get("texts")
    title = _said(document.get("title"), first)
    return Survey(title, languages, pages, items, texts, is_ours=texts is not None)


def _languages(raw: Any) -> Iterator[str]:
    """Yield the languages of localised texts."""
    for page in raw.get("pages") or ():
        for element in page.get("elements") or ():
            title = element.get("title")
            if isinstance(title, dict):
                yield from (one for one in title if one != "default")


def _said(text: Any, first: str) -> dict[str, str]:
    """Return a localised text by language."""
    if isinstance(text, dict):
        return {first if one == "default" else str(one): str(said) for one, said in text.items()}
    return {} if text is None else {first: str(text)}


def _within(element: Json, within: tuple[str, ...]) -> tuple[str, ...]:
    """Return when what stands in a page or panel is shown."""
    condition = str(element.get("visibleIf") or "")
    return (*within, condition) if condition else within


def _questions(
    elements: Any, first: str, items: list[Item], within: tuple[str, ...], depth: int = 1
) -> Iterator[SurveyQuestion]:
    """Yield the questions of a page, those of panels one after the other."""
    for element in elements:
        name = str(element.get("name") or "question")
        if element.get("type") == "panel":
            if depth > DEEPEST_PANEL:
                items.append(Item(name, Outcome.REFUSED, "panels are nested too deep"))
                continue
            reason = "its questions stand on the page by themselves"
            losses = left_out(list_unread(element, PAGE | {"type"}))
            items.append(Item(name, Outcome.DEGRADED, "; ".join([reason, *losses])))
            inner = element.get("elements") or ()
            yield from _questions(inner, first, items, _within(element, within), depth + 1)
            continue
        question = _question(element, name, first)
        if question is None:
            reason = f"questions of type {str(element.get('type'))[:50]} are not known here"
            items.append(Item(name, Outcome.REFUSED, reason))
        else:
            question.within = within if element.get(OWN) is None else ()
            yield question


def _question(element: Json, name: str, first: str) -> SurveyQuestion | None:
    own = element.get(OWN)
    particulars = _particulars(element, first)
    if particulars is None:
        return None
    is_asked = particulars["type"] != "INFORMATION"
    document = {
        "wording": _said(element.get("title"), first) or _said(element.get("html"), first),
        "help": _said(element.get("description"), first) or None,
        "required": is_asked and bool(element.get("isRequired")),
        **particulars,
    }
    if isinstance(own, dict):
        options = own.get("options") or {}
        document |= {key: value for key, value in own.items() if key != "options"}
        document["options"] = [
            {**option, **options.get(option["code"], {})} for option in document.get("options", ())
        ]
        return SurveyQuestion(name, document)
    return SurveyQuestion(name, document, str(element.get("visibleIf") or ""), list_losses(element))


def _particulars(element: Json, first: str) -> Json | None:  # noqa: PLR0911 - one per type.
    """Return type, options and settings; None for what is not known here."""
    match element.get("type"):
        case "radiogroup" | "dropdown":
            return {"type": "SINGLE_CHOICE", **_choices(element, first, none=False)}
        case "checkbox" | "tagbox":
            return {"type": "MULTIPLE_CHOICE", **_choices(element, first, none=True)}
        case "ranking":
            return {"type": "RANKING", "options": _options(element.get("choices"), first)}
        case "boolean":
            return {"type": "BOOLEAN"}
        case "rating":
            return _rating(element, first)
        case "matrix":
            return _matrix(element, first)
        case "comment":
            return {"type": "LONG_TEXT", "settings": _length(element)}
        case "text":
            return _text(element)
        case "html":
            return {"type": "INFORMATION"}
        case _:
            return None


def _options(choices: Any, first: str) -> list[Json]:
    options = []
    for choice in choices or ():
        if isinstance(choice, dict):
            value = choice.get("value")
            wording = _said(choice.get("text"), first) or {first: str(value)}
            options.append({"code": str(value), "wording": wording})
        else:
            options.append({"code": str(choice), "wording": {first: str(choice)}})
    return options


def _choices(element: Json, first: str, *, none: bool) -> Json:
    options = _options(element.get("choices"), first)
    settings: Json = {}
    if element.get("showOtherItem") or element.get("hasOther"):
        said = _said(element.get("otherText"), first) or {first: "Other"}
        options.append({"code": "other", "wording": said})
        settings["other_option"] = "other"
    if element.get("showNoneItem") or element.get("hasNone"):
        said = _said(element.get("noneText"), first) or {first: "None"}
        option: Json = {"code": "none", "wording": said}
        options.append(option | ({"exclusive": True} if none else {}))
    for bound in ("min", "max"):
        if none and element.get(f"{bound}SelectedChoices"):
            settings[f"{bound}_choices"] = element[f"{bound}SelectedChoices"]
    return {
        "options": options,
        "settings": settings,
        "shuffle": element.get("choicesOrder") == "random" or None,
    }


def _rating(element: Json, first: str) -> Json:
    lowest, highest = element.get("rateMin", 1), element.get("rateMax", 5)
    values = element.get("rateValues")
    ends = {
        "low": _said(element.get("minRateDescription"), first),
        "high": _said(element.get("maxRateDescription"), first),
    }
    if not values and (lowest, highest) == (0, 10):
        labels = {"0": ends["low"] or {first: "0"}, "10": ends["high"] or {first: "10"}}
        return {"type": "RECOMMENDATION", "settings": {"labels": labels}}
    points = len(values) if values else highest - lowest + 1
    labels = {str(number): one["wording"] for number, one in enumerate(_options(values, first), 1)}
    labels.setdefault("1", ends["low"] or {first: str(lowest)})
    labels.setdefault(str(points), ends["high"] or {first: str(highest)})
    return {"type": "RATING", "settings": {"points": points, "labels": labels}}


def _matrix(element: Json, first: str) -> Json:
    columns = _options(element.get("columns"), first)
    labels = {str(number): one["wording"] for number, one in enumerate(columns, 1)}
    return {
        "type": "MATRIX",
        "options": _options(element.get("rows"), first),
        "settings": {"points": len(columns), "labels": labels},
    }


def _length(element: Json) -> Json:
    longest = element.get("maxLength")
    return {"max_length": longest} if isinstance(longest, int) and longest > 0 else {}


def _text(element: Json) -> Json | None:
    kind = _INPUTS.get(element.get("inputType", "text"))
    if kind == "NUMBER":
        lowest, highest = element.get("min"), element.get("max")
        settings = {
            "minimum": lowest if isinstance(lowest, int) else -(10**9),
            "maximum": highest if isinstance(highest, int) else 10**9,
            "decimals": 6,
        }
        return {"type": kind, "settings": settings}
    if kind is not None:
        bounds = {"earliest": element.get("min"), "latest": element.get("max")}
        return {"type": kind, "settings": {k: v for k, v in bounds.items() if v}}
    return {"type": "SHORT_TEXT", "settings": _length(element)}


def write(document: Mapping[str, Any]) -> str:
    """Return a version as SurveyJS reads it.

    Args:
        document: As `definition.to_json` writes it.
    """
    first = document["languages"][0]
    survey = {
        "title": _localised(document["title"], first),
        "locale": first,
        "pages": [_page(page, first) for page in document["pages"]],
        OWN: {"languages": document["languages"], "texts": document["texts"]},
    }
    return json.dumps(survey, ensure_ascii=False, indent=2)


def _localised(wording: Mapping[str, str], first: str) -> Json:
    return {"default" if one == first else one: text for one, text in wording.items()}


def _page(page: Json, first: str) -> Json:
    written: Json = {
        "name": page["code"],
        "title": _localised(page["title"], first),
        "elements": [_element(question, first) for question in page["questions"]],
    }
    own = {key: page[key] for key in ("visible_if", "skips") if key in page}
    return written | ({OWN: own} if own else {})


def _element(question: Json, first: str) -> Json:
    kind = question["type"]
    settings = question.get("settings", {})
    element: Json = {
        "type": _ELEMENTS[kind],
        "name": question["code"],
        "title": _localised(question["wording"], first),
        "isRequired": question["required"],
    }
    if "help" in question:
        element["description"] = _localised(question["help"], first)
    choices = [
        {"value": one["code"], "text": _localised(one["wording"], first)}
        for one in question.get("options", ())
    ]
    if choices:
        element["rows" if kind == "MATRIX" else "choices"] = choices
    element |= _native(kind, settings, first)
    kept = ("type", "audience", "concept", "settings", "shuffle", "rules", "probes", "visible_if")
    own: Json = {key: question[key] for key in kept if key in question}
    own.setdefault("settings", {})
    own["options"] = {
        one["code"]: {key: value for key, value in one.items() if key not in {"code", "wording"}}
        for one in question.get("options", ())
    }
    return element | {OWN: own}


def _native(  # noqa: PLR0911 - one per type.
    kind: str, settings: Json, first: str
) -> Json:
    """Return what SurveyJS itself can say of a type's settings."""
    match kind:
        case "MATRIX":
            points = range(1, settings["points"] + 1)
            names = {str(point): {first: str(point)} for point in points} | settings["labels"]
            return {
                "columns": [
                    {"value": point, "text": _localised(names[str(point)], first)}
                    for point in points
                ]
            }
        case "RATING":
            return {"rateMin": 1, "rateMax": settings["points"]}
        case "RECOMMENDATION":
            return {"rateMin": 0, "rateMax": 10}
        case "NUMBER":
            return {"inputType": "number", "min": settings["minimum"], "max": settings["maximum"]}
        case "DATE" | "MONTH":
            return {"inputType": kind.lower()}
        case "SHORT_TEXT" | "LONG_TEXT":
            return {"maxLength": settings["max_length"]}
        case _:
            return {}
