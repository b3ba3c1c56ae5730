"""Words that mails and forms share: days, and who asks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

# Who asks where no firm is engaged: the texts must not say that the organisation asks itself.
WITHOUT_FIRM: Final = "Afterword"
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "ar": (
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ),
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
}


def last_day(closes_on: date) -> date:
    """Return the last day on which a link works that is dead from a day on."""
    return closes_on - timedelta(days=1)


def in_words(day: date, language: str) -> str:
    """Return a day as people write it in a language, in English where we do not know how."""
    months = _MONTHS.get(language.partition("-")[0])
    if months is None:
        return f"{day.day} {day:%B %Y}"
    point = "." if language.startswith("de") else ""
    return f"{day.day}{point} {months[day.month - 1]} {day.year}"
