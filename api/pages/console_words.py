"""What the console says in words: codes of the API, times, roles and answers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
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
        "REQUESTED": "Asked for a call",
        "TRIED": "To be reached",
        "SCHEDULED": "Planned",
        "UNDER_WAY": "Being keyed in",
        "NO_ANSWER": "No answer",
        "CALL_BACK": "To be called back",
        "REFUSED": "Does not want to",
        "NO_CONTACT_DETAILS": "No way to reach them",
        "RECORDED_BY_MISTAKE": "Opened by mistake",
        "MAIL": "Mail",
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
        "invitations.begin": "Invite once the delay is over",
        "invitations.remind": "See whether a reminder is due",
        "NO_ADDRESS": "No address is known",
        "SIGN_IN_FAILED": "Somebody gave a wrong password",
        "SIGN_IN_LIMITED": "Wrong passwords closed an account for a while",
        "IDENTITY_PROVIDER_REFUSED": "Somebody came through the provider and is nobody here",
        "INTEGRATION_REFUSED": "Somebody used an integration's name with a wrong secret",
        "OPTED_OUT": "Asked for no more mails",
        "INVITED_RECENTLY": "Invited to another interview within six months",
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


_RELATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"EXACT": "", "AT_LEAST": "at least ", "AT_MOST": "at most "}
)
_BASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "UNDER_5": "fewer than 5",
        "FROM_5": "5 to 9",
        "FROM_10": "10 to 19",
        "FROM_20": "20 to 49",
        "FROM_50": "50 to 99",
        "FROM_100": "100 or more",
    }
)
# Keeps a number and its sign together at the end of a line.
_SPACE: Final = "\N{NO-BREAK SPACE}"
_MINUS: Final = "\N{MINUS SIGN}"


def amount(value: float, unit: str) -> str:
    """Return a value in a unit of the API as people write it: 17 %, +30, 3.9 or 12 days."""
    exact = Decimal(repr(value))
    match unit:
        case "SHARE":
            return f"{100 * exact:.0f}{_SPACE}%"
        case "POINTS":
            points = f"{exact:+.0f}".replace("-", _MINUS)
            return "0" if points[1:] == "0" else points
        case "DAYS":
            return f"{value:g}{_SPACE}{'day' if value == 1 else 'days'}"
        case _:
            return f"{exact:.1f}"


def figure(statistic: Mapping[str, Any]) -> str:
    """Return a statistic of the API in words: its value, or why it is withheld."""
    if statistic["__typename"] == "Suppressed":
        return str(statistic["message"])
    return _RELATIONS[statistic["relation"]] + amount(statistic["value"], statistic["unit"])


def interval(statistic: Mapping[str, Any]) -> str:
    """Return the ends of a figure's interval, or nothing where there is none."""
    if statistic.get("lower") is None or statistic.get("upper") is None:
        return ""
    lower, upper = (amount(statistic[end], statistic["unit"]) for end in ("lower", "upper"))
    return f"{lower} to {upper}"


def base(statistic: Mapping[str, Any], counted: str = "answers") -> str:
    """Return how many stand behind a figure, or nothing where it is withheld."""
    return f"{_BASES[statistic['base']]} {counted}" if "base" in statistic else ""


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
