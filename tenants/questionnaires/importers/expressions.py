"""Conditions of other tools: comparisons of one question each, joined by and, or by or."""

import re
from collections.abc import Mapping
from typing import Any, Final

from tenants.questionnaires.question_types import QuestionTypeKey

LONGEST: Final = 2_000

_NAME: Final = r"\$?\{(?P<name>[^{}]{1,100})\}"
_VALUE: Final = r"""(?P<value>'[^']*'|"[^"]*"|-?\d+(?:\.\d+)?|true|false)"""
_COMPARED: Final = re.compile(
    rf"\s*{_NAME}\s*(?P<operator>==|=|!=|<>|>=|<=|>|<|contains)\s*{_VALUE}\s*", re.IGNORECASE
)
_SELECTED: Final = re.compile(rf"\s*selected\(\s*{_NAME}\s*,\s*{_VALUE}\s*\)\s*", re.IGNORECASE)
_EMPTY: Final = re.compile(rf"\s*{_NAME}\s+(?P<operator>notempty|empty)\s*", re.IGNORECASE)
_OPERATORS: Final[Mapping[str, str]] = {
    ">": "more_than",
    "<": "less_than",
    ">=": "at_least",
    "<=": "at_most",
}
_MANY: Final = {QuestionTypeKey.MULTIPLE_CHOICE.value, QuestionTypeKey.RANKING.value}

Json = dict[str, Any]


def read_expression(text: str, known: Mapping[str, Json], names: Mapping[str, str]) -> Json | None:
    """Return the condition that an expression means, or None if it cannot be understood.

    Args:
        text: As the tool has it.
        known: The questions before it, by code.
        names: Their codes by what the tool calls them.
    """
    if len(text) > LONGEST:
        return None
    # What binds less is parted first: "a or b and c" is a, or both of the others.
    for word, kind in ((r"\s+or\s+|\s*\|\|\s*", "any"), (r"\s+and\s+|\s*&&\s*", "all")):
        parts = re.split(word, text.strip(), flags=re.IGNORECASE)
        if len(parts) > 1:
            read = [read_expression(part, known, names) for part in parts]
            return None if None in read else {kind: read}
    return _read_comparison(text, known, names)


def _read_comparison(text: str, known: Mapping[str, Json], names: Mapping[str, str]) -> Json | None:
    match = _EMPTY.fullmatch(text) or _SELECTED.fullmatch(text) or _COMPARED.fullmatch(text)
    if match is None:
        return None
    code = names.get(match["name"])
    if code is None:
        return None
    told = match.groupdict()
    operator = (told.get("operator") or "contains").lower()
    if operator in {"empty", "notempty"}:
        return {"question": code, "answered": operator == "notempty"}
    value = told["value"].strip("'\"")
    if not value:
        return {"question": code, "answered": operator not in {"=", "=="}}
    operand = _operand(known[code], value)
    if operator in _OPERATORS:
        return {"question": code, _OPERATORS[operator]: operand}
    kind = "contains" if known[code]["type"] in _MANY else "equals"
    condition = {"question": code, kind: operand}
    return {"not": condition} if operator in {"!=", "<>"} else condition


def _operand(question: Json, value: str) -> str | int | float | bool:
    """Return what a question is compared with: a code, yes or no, or a number."""
    for option in question.get("options", ()):
        if value in {option["code"], option.get("value")}:
            code: str = option["code"]
            return code
    if question["type"] == QuestionTypeKey.BOOLEAN.value:
        return value.lower() in {"true", "yes", "y", "1"}
    if re.fullmatch(r"-?\d{1,12}", value):
        return int(value)
    return float(value) if re.fullmatch(r"-?\d{1,12}\.\d{1,6}", value) else value
