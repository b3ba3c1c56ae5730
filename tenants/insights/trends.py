"""The decline rate month by month, and whether anything but chance moved it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tenants.disclosure.figures import FEW, Statistic
from tenants.insights.offer_figures import rate
from tenants.statistics import Interval, control_limits

# One month has nothing to be compared with.
_FEWEST_MONTHS: Final = 2


class Signal(StrEnum):
    """Where a month lies: within what chance explains, beyond it, or nothing can be said."""

    WITHIN = "WITHIN"
    ABOVE = "ABOVE"
    BELOW = "BELOW"
    UNKNOWN = "UNKNOWN"


class TrendVerdict(StrEnum):
    """Whether a series has changed: some month lies beyond its limits, none does, or too little."""

    CHANGED = "CHANGED"
    NO_CHANGE_DETECTABLE = "NO_CHANGE_DETECTABLE"
    TOO_FEW_MONTHS = "TOO_FEW_MONTHS"


@dataclass(frozen=True, slots=True)
class TimePoint:
    """The decline rate of the offers that were resolved in one month.

    Attributes:
        month: Its first day.
        statistic: Of that month alone.
        signal: Whether chance explains it.
        limits: The shares that chance explains, for whoever may count the offers.
    """

    month: date
    statistic: Statistic
    signal: Signal
    limits: Interval | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A series with its verdict.

    Attributes:
        verdict: Of all months together.
        usual: The rate of all months that count together, which each is held against.
        points: Oldest first.
    """

    verdict: TrendVerdict
    usual: Statistic
    points: Sequence[TimePoint]

    @property
    def message(self) -> str:
        """What the verdict says, in a sentence."""
        match self.verdict:
            case TrendVerdict.TOO_FEW_MONTHS:
                return "There are too few months with offers to tell whether anything changed."
            case TrendVerdict.NO_CHANGE_DETECTABLE:
                return "No change detectable: chance alone explains how the months differ."
            case TrendVerdict.CHANGED:
                return " ".join(
                    filter(None, (self._beyond(Signal.ABOVE), self._beyond(Signal.BELOW)))
                )

    def _beyond(self, signal: Signal) -> str:
        months = [f"{one.month:%B %Y}" for one in self.points if one.signal is signal]
        if not months:
            return ""
        listed = ", ".join(months[:-1]) + (" and " if months[1:] else "") + months[-1]
        side = "above" if signal is Signal.ABOVE else "below"
        verb = "lie" if months[1:] else "lies"
        return f"{listed} {verb} {side} what chance explains."


def find_trend(months: Mapping[date, tuple[int, int]], *, listed: bool, minimum: int) -> Trend:
    """Return the decline rate of each month, with a p-chart's verdict on the series.

    A month is held against the rate of all months together by the exact binomial limits at
    99.73 %. For whoever may not list the offers a month of fewer than `minimum` does not count, and
    with fewer than 20 one refusal more or less at either end cannot be told, as in its figure.

    Source: `tenants.statistics.control_limits`.

    Args:
        months: Declined or lapsed, and resolved offers, by month.
        listed: Whether the viewer may list these offers and so count them.
        minimum: The size of a crowd, for whoever may not.
    """
    counted = {
        month: (refused, n) if listed else _clipped(refused, n)
        for month, (refused, n) in months.items()
        if n >= (1 if listed else minimum)
    }
    refused_in_all = sum(refused for refused, _ in counted.values())
    n_in_all = sum(n for _, n in counted.values())
    points = []
    for month, (refused, n) in sorted(months.items()):
        signal, limits = Signal.UNKNOWN, None
        if month in counted and len(counted) >= _FEWEST_MONTHS:
            fewest, most = control_limits(n, refused_in_all / n_in_all)
            signal = _signal(counted[month][0], fewest, most)
            limits = Interval(round(fewest / n, 4), round(most / n, 4)) if listed else None
        statistic = rate(refused, n, listed=listed, minimum=minimum)
        points.append(TimePoint(month, statistic, signal, limits))
    usual = rate(refused_in_all, n_in_all, listed=listed, minimum=minimum)
    return Trend(_verdict(points), usual, points)


def _clipped(refused: int, n: int) -> tuple[int, int]:
    """Return a count as a figure shows it: of few, nobody tells none from one, or all but one."""
    return (min(max(refused, 1), n - 1), n) if n < FEW else (refused, n)


def _signal(refused: int, fewest: int, most: int) -> Signal:
    if refused > most:
        return Signal.ABOVE
    return Signal.BELOW if refused < fewest else Signal.WITHIN


def _verdict(points: Sequence[TimePoint]) -> TrendVerdict:
    signals = {one.signal for one in points}
    if signals <= {Signal.UNKNOWN}:
        return TrendVerdict.TOO_FEW_MONTHS
    if signals & {Signal.ABOVE, Signal.BELOW}:
        return TrendVerdict.CHANGED
    return TrendVerdict.NO_CHANGE_DETECTABLE
