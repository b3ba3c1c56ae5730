"""LimeSurvey's .lss and .lsq: tables of groups, questions, their words and answers, as XML."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tenants.errors import InvalidInput
from tenants.questionnaires.importers.assembly import (
    Item,
    Outcome,
    Survey,
    SurveyPage,
    SurveyQuestion,
    left_out,
)

Json = dict[str, Any]
Row = Mapping[str, str]

_REFUSED: Final[Mapping[str, str]] = {
    "|": "files cannot be uploaded",
    "*": "equations are not computed",
    ":": "a matrix of numbers is not known here",
    ";": "a matrix of texts is not known here",
    "1": "a matrix of two scales is not known here",
    "I": "the language is chosen on every page",
    "K": "several numbers in one question are not known here",
    "Q": "several texts in one question are not known here",
    "P": "choices with comments are not known here",
}
_SCALED: Final[Mapping[str, int]] = {"5": 5, "A": 5, "B": 10}


def read(content: bytes) -> Survey:
    """Return the questionnaire of a file.

    Raises:
        InvalidInput: It is no XML, declares entities, or is no such file.
    """
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        message = "The file is no XML that can be read safely."
        raise InvalidInput(message, field="file") from error
    if root.tag != "document" or root.find("questions") is None:
        message = "The file is no survey of LimeSurvey."
        raise InvalidInput(message, field="file")
    languages = [(one.text or "").strip() for one in root.iterfind("languages/language")] or ["en"]
    tables = {name: list(_rows(root, name)) for name in _TABLES}
    groups = _worded(tables["group_l10ns"] or tables["groups"], "gid", "group_name", languages)
    settings = tables["surveys_languagesettings"]
    title = {row.get("surveyls_language", ""): row.get("surveyls_title", "") for row in settings}
    pages: dict[str, SurveyPage] = {}
    shown = {
        row.get("gid", ""): (row["grelevance"],)
        for row in tables["groups"]
        if row.get("grelevance", "1") not in _ALWAYS
    }
    for row in sorted(tables["groups"], key=_order("group_order")):
        gid = row.get("gid", "")
        pages.setdefault(gid, SurveyPage(f"group {gid}", groups.get(gid, {}), []))
    items = [*_list_unread(root, settings)]
    words = tables["question_l10ns"] or tables["questions"]
    file = _File(
        languages,
        _worded(words, "qid", "question", languages),
        _worded(words, "qid", "help", languages),
        _worded(tables["answer_l10ns"], "aid", "answer", languages),
        {
            "parts": _by([*tables["subquestions"], *tables["questions"]], "parent_qid"),
            **{name: _by(tables[name], "qid") for name in _OF_QUESTIONS},
        },
    )
    for row in sorted(tables["questions"], key=_order("question_order")):
        if row.get("parent_qid", "0") not in {"0", ""}:
            continue
        gid = row.get("gid", "")
        page = pages.setdefault(gid, SurveyPage(f"group {gid}", {}, []))
        question = _question(row, file, items)
        if question is not None:
            question.within = shown.get(gid, ())
            page.questions.append(question)
    return Survey(title, languages, list(pages.values()), items)


def _list_unread(root: Element, settings: list[Row]) -> Iterator[Item]:
    """Yield what a survey has beside questions, and nobody here reads."""
    for name, what in _UNREAD.items():
        if next(_rows(root, name), None) is not None:
            yield Item(name, Outcome.DEGRADED, f"{what} were left out")
    for row in settings:
        for name in ("surveyls_welcometext", "surveyls_endtext", "surveyls_description"):
            if row.get(name):
                place = f"{name} ({row.get('surveyls_language', '')})"
                yield Item(place, Outcome.DEGRADED, _OTHER_WORDS)


# What a survey may hold beside questions, and nobody here reads.
_UNREAD: Final[Mapping[str, str]] = {
    "assessments": "scores",
    "quota": "quotas",
    "defaultvalues": "default values",
}
_OTHER_WORDS: Final = "it was left out; the first and the last page have the words of our own texts"
_ALWAYS: Final = frozenset({"", "1"})
_UNSET: Final = frozenset({"", "0", "N", "none", "default", "core"})
# Attributes that are about looks, or say how something else that is reported is shown.
_LOOKS: Final = re.compile(
    r"css|hide_tip|display_|statistics|public_stat|text_input|input_|label_input|scale_export"
    r"|page_break|printable|save_as|show_|slider_|question_template|question_theme|time_limit_\w"
    r"|em_validation_q_tip|em_validation_sq_tip|clear_default|dropdown_|answer_width|repeat_headings"
)
# Tables whose rows belong to a question each.
_OF_QUESTIONS: Final = ("answers", "conditions", "question_attributes")
_TABLES: Final = (
    "conditions",
    "question_attributes",
    "groups",
    "group_l10ns",
    "questions",
    "question_l10ns",
    "subquestions",
    "answers",
    "answer_l10ns",
    "surveys_languagesettings",
)


def _rows(root: Element, table: str) -> Iterator[Row]:
    for row in root.iterfind(f"{table}/rows/row"):
        yield {cell.tag: (cell.text or "").strip() for cell in row}


def _order(column: str) -> Any:
    return lambda row: int(row.get(column) or 0)


def _worded(
    rows: list[Row], key: str, column: str, languages: list[str]
) -> dict[str, dict[str, str]]:
    """Return the words of a column by key and language."""
    words: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        words[row.get(key, "")][row.get("language", languages[0])] = row.get(column, "")
    return words


@dataclass(frozen=True, slots=True)
class _File:
    """Languages, the words and hints of questions by their ids, and what belongs to each."""

    languages: list[str]
    asked: Mapping[str, dict[str, str]]
    hints: Mapping[str, dict[str, str]]
    answers: Mapping[str, dict[str, str]]
    of: Mapping[str, Mapping[str, list[Row]]]


def _question(row: Row, file: _File, items: list[Item]) -> SurveyQuestion | None:
    """Return a question, or report why it cannot be one."""
    qid, kind, name = row.get("qid", ""), row.get("type", ""), row.get("title", "")
    subs = file.of["parts"].get(qid, [])
    rows = [
        {"code": one.get("title", ""), "wording": file.asked.get(one.get("qid", ""), {})}
        if file.asked.get(one.get("qid", ""))
        else {"code": one.get("title", ""), "wording": {file.languages[0]: one.get("question", "")}}
        for one in sorted(subs, key=_order("question_order"))
    ]
    particulars = _particulars(kind, rows, _answers(qid, file), row)
    if particulars is None:
        reason = _REFUSED.get(kind, f"type {kind[:10]} is not known here")
        items.append(Item(name, Outcome.REFUSED, reason))
        return None
    document = {
        "wording": file.asked.get(qid, {}),
        "help": file.hints.get(qid),
        "required": row.get("mandatory") == "Y" and particulars["type"] != "INFORMATION",
        **particulars,
    }
    losses = ["its pattern is not checked"] if row.get("preg") else []
    if qid in file.of["conditions"]:
        losses.append("its conditions were left out")
    losses += left_out(
        one["attribute"]
        for one in file.of["question_attributes"].get(qid, ())
        if one.get("value", "") not in _UNSET and not _LOOKS.match(one.get("attribute", ""))
    )
    relevance = row.get("relevance", "1")
    return SurveyQuestion(name, document, "" if relevance in _ALWAYS else relevance, losses)


def _by(rows: list[Row], column: str) -> Mapping[str, list[Row]]:
    """Return rows by what stands in a column."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.get(column, "")].append(row)
    return found


def _answers(qid: str, file: _File) -> list[Json]:
    found: dict[str, Json] = {}
    for one in sorted(file.of["answers"].get(qid, ()), key=_order("sortorder")):
        wording = file.answers.get(one.get("aid", "")) or {
            one.get("language", file.languages[0]): one.get("answer", "")
        }
        option = found.setdefault(one["code"], {"code": one["code"], "wording": {}})
        option["wording"] = {**option["wording"], **wording}
    return list(found.values())


def _particulars(  # noqa: C901, PLR0911 - one per type.
    kind: str, rows: list[Json], answers: list[Json], row: Row
) -> Json | None:
    """Return type, options and settings; None for what is not known here."""
    if kind == "5":
        return {"type": "RATING", "settings": _scale(5)}
    if kind in {"A", "B"}:
        return {"type": "MATRIX", "options": rows, "settings": _scale(_SCALED[kind])}
    if kind in {"F", "H"} and answers:
        labels = {str(number): one["wording"] for number, one in enumerate(answers, 1)}
        return {
            "type": "MATRIX",
            "options": rows,
            "settings": {"points": len(answers), "labels": labels},
        }
    if kind in {"L", "!", "O"}:
        return {"type": "SINGLE_CHOICE", **_with_other(answers, row)}
    if kind == "M":
        return {"type": "MULTIPLE_CHOICE", **_with_other(rows, row)}
    if kind == "R":
        return {"type": "RANKING", "options": answers}
    if kind in {"Y", "G"}:
        if kind == "Y":
            return {"type": "BOOLEAN"}
        options = [{"code": one, "wording": {"en": one}} for one in ("Female", "Male")]
        return {"type": "SINGLE_CHOICE", "options": options}
    if kind == "N":
        return {"type": "NUMBER", "settings": _any_number()}
    if kind == "D":
        return {"type": "DATE"}
    if kind in {"T", "U"}:
        return {"type": "LONG_TEXT"}
    if kind == "S":
        return {"type": "SHORT_TEXT"}
    return {"type": "INFORMATION"} if kind == "X" else None


def _any_number() -> Json:
    return {"minimum": -(10**9), "maximum": 10**9, "decimals": 6}


def _scale(points: int) -> Json:
    ends = {"1": {"en": "1"}, str(points): {"en": str(points)}}
    return {"points": points, "labels": ends}


def _with_other(options: list[Json], row: Row) -> Json:
    if row.get("other") != "Y":
        return {"options": options}
    other = {"code": "other", "wording": {"en": "Other", "de": "Anderes"}}
    return {"options": [*options, other], "settings": {"other_option": "other"}}
