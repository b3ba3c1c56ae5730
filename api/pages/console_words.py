"""What the console says in words: codes of the API, times, roles and answers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from api.pages.texts import day_in_words
from tenants.reasons import REASONS, DeclineReason

# Where a code in lower case, with spaces, is not what a person would say.
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "HR": "HR",
        "ONLINE_FORM": "Online form",
        "EXTERNAL_FIRM": "Consulting firm",
        "INTERNAL_INDEPENDENT": "Another department",
        "SELF_SERVICE": "Form only",
        "EXTENDED": "Sent, not answered yet",
        "RENEGED": "Turned down after accepting",
        "RESCINDED": "Taken back",
        "LAPSED": "Not answered in time",
        "SUPERSEDED": "Replaced by a newer version",
        "NEEDS_REVIEW": "Needs review",
        "WAITING": "Waiting",
        "QUEUED": "Waits for its turn",
        "RUNNING": "Running",
        "interviews.close": "Close interviews whose time is over",
        "interviews.flush": "Bring held answers together",
        "invitations.send": "Send an invitation",
    }
)


_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SKIPPED": "No answer",
        "PREFER_NOT_TO_SAY": "Prefers not to say",
        "NOT_SHOWN": "Not asked",
    }
)


def in_words(code: str | None) -> str:
    """Return what a code of the API means, in a word or two."""
    if code is None:
        return ""
    if code in DeclineReason.__members__:
        return REASONS[DeclineReason(code)].wording["en"]
    return _WORDS.get(code, code.replace("_", " ").capitalize())


def day(text: str | None) -> str:
    """Return a day or a month of the API (ISO 8601) as people write it, or nothing for none."""
    if not text:
        return ""
    if len(text) == len("2026-11"):
        return day_in_words(dt.date.fromisoformat(f"{text}-01"), "en").partition(" ")[2]
    return day_in_words(dt.date.fromisoformat(text), "en")


def moment(value: str | dt.datetime | None) -> str:
    """Return a time as people write it, in UTC, or nothing for none."""
    if not value:
        return ""
    time = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    utc = time.astimezone(dt.UTC)
    return f"{day_in_words(utc.date(), 'en')}, {utc:%H:%M} UTC"


def full_name(candidate: Mapping[str, str | None] | None) -> str:
    """Return a candidate's name, or nothing for one who is not told or was erased."""
    if candidate is None:
        return ""
    return " ".join(filter(None, (candidate["firstName"], candidate["lastName"])))


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one question, in words.

    Attributes:
        question: Its wording.
        lines: The answer, line by line.
        is_answer: Whether the lines are the candidate's answer.
        is_own_words: Whether they are in the candidate's own words and language.
        do_not_quote: Whether they must not be shared word for word.
    """

    question: str
    lines: tuple[str, ...]
    is_answer: bool
    is_own_words: bool
    do_not_quote: bool


def say(answer: Mapping[str, Any]) -> Said:
    """Return an answer of the API in words."""
    question, value = answer["question"], answer["value"]
    if value is not None:
        return Said(
            question["wording"],
            tuple(_lines(question, value)),
            is_answer=True,
            is_own_words=value["__typename"] == "TextValue",
            do_not_quote=answer["doNotQuote"],
        )
    line = _STATES.get(answer["state"], "Answered, and not to be shared word for word")
    return Said(
        question["wording"],
        (line,),
        is_answer=False,
        is_own_words=False,
        do_not_quote=answer["doNotQuote"],
    )


def _lines(question: Mapping[str, Any], value: Mapping[str, Any]) -> list[str]:  # noqa: PLR0911 - one per shape.
    options = {option["code"]: option["wording"] for option in question["options"]}
    match value["__typename"]:
        case "ChoiceValue":
            return [options[value["code"]], *_own_words(value["otherText"])]
        case "ChoicesValue":
            return [*(options[code] for code in value["codes"]), *_own_words(value["otherText"])]
        case "ScaleValue":
            return [_point(question, value["scale"])]
        case "NumberValue":
            return [" ".join(filter(None, (str(value["number"]), question["unit"])))]
        case "RankingValue":
            return [f"{place}. {options[code]}" for place, code in enumerate(value["ranking"], 1)]
        case "MatrixValue":
            return [
                f"{options[row['row']]}: {_point(question, row['scale'])}" for row in value["rows"]
            ]
        case "BooleanValue":
            return ["Yes" if value["boolean"] else "No"]
        case "DateValue":
            return [day(value["date"])]
        case _:
            return [str(value["text"])]


def _own_words(text: str | None) -> list[str]:
    return [f"“{text}”"] if text else []


def _point(question: Mapping[str, Any], point: int) -> str:
    scale = question["scale"]
    label = next((one["wording"] for one in scale if one["point"] == point), None)
    return f"{point} of {scale[-1]['point']}" + (f" ({label})" if label else "")
