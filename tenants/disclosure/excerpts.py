"""In which cell of a window released free text may be shown, so that no few stand behind it.

Everyone is assumed to know the ATTRIBUTED answers, so that only the hidden respondents of a cell
are a crowd for somebody who wrote a text. A text is shown with its cell and nothing nearer; a
reader concludes from a wider cell that no nearer one could be shown. So those whom no shown value
covers must be a crowd by themselves, or no value may be shown beside them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from tenants.disclosure.cells import Respondent

RESPONDENTS: Final = 10
RESPONDENTS_FLOOR: Final = 8
HIDDEN_FLOOR: Final = 5


@dataclass(frozen=True, slots=True)
class ExcerptRules:
    """The numbers of the rule; each may be raised, none lowered under its floor.

    Attributes:
        respondents: The fewest of a cell.
        hidden: How many of them at least are CONFIDENTIAL or ANONYMOUS.
    """

    respondents: int = RESPONDENTS
    hidden: int = HIDDEN_FLOOR

    def __post_init__(self) -> None:
        """Refuse numbers below the floor.

        Raises:
            ValueError: One of them is.
        """
        if self.respondents < RESPONDENTS_FLOOR or self.hidden < HIDDEN_FLOOR:
            message = f"an excerpt needs {RESPONDENTS_FLOOR} respondents, {HIDDEN_FLOOR} hidden"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class ExcerptCells:
    """Which cells of one window show excerpts.

    Attributes:
        organisation: Whether the whole organisation's does.
        segments: The values of the dimension whose cells do; None among them for "no value".
    """

    organisation: bool
    segments: frozenset[str | None]

    def shows(self, segment: str | None) -> bool:
        """Return whether a text whose author stands in a value is shown at all."""
        return self.organisation or segment in self.segments


def is_crowd(respondents: Collection[Respondent], rules: ExcerptRules) -> bool:
    """Return whether some respondents are enough to show what one of them wrote."""
    hidden = sum(one.hidden for one in respondents)
    return len(respondents) >= rules.respondents and hidden >= rules.hidden


def choose_cells(respondents: Collection[Respondent], rules: ExcerptRules) -> ExcerptCells:
    """Return in which cells of a window excerpts may be shown; the same rows give the same cells.

    A value's own cell comes first, where it is a crowd, else the organisation's. While those whom
    no shown value covers are somebody but no crowd, the smallest shown value gives way: else a text
    in the organisation's cell would be known to come from those few.
    """
    by_value: dict[str | None, list[Respondent]] = {}
    for one in respondents:
        by_value.setdefault(one.segment, []).append(one)
    shown = {value: part for value, part in by_value.items() if is_crowd(part, rules)}
    while shown and not leftover_is_crowd(by_value, shown, rules):
        del shown[min(shown, key=lambda value: (len(shown[value]), value or ""))]
    return ExcerptCells(is_crowd(respondents, rules), frozenset(shown))


def leftover_is_crowd(
    by_value: Mapping[str | None, Collection[Respondent]],
    shown: Collection[str | None],
    rules: ExcerptRules,
) -> bool:
    """Return whether those whom no shown value covers are nobody, or a crowd."""
    left = [one for value, part in by_value.items() if value not in shown for one in part]
    return not left or is_crowd(left, rules)
