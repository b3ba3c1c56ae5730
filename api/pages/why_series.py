"""The decline rate over time, as the page "Why candidates decline" draws and says it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.charts import Line, Point, make_line
from api.pages.console_words import amount, base, day, figure, interval


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the series, in words."""

    month: str
    label: str
    short: str
    words: str
    interval: str
    base: str
    stands_out: bool


@dataclass(frozen=True, slots=True)
class Series:
    """The decline rate over time.

    Attributes:
        line: Where its marks stand; None when there is nothing to draw.
        rules: Words and y of each horizontal rule.
        months: In words, the oldest first.
        labels: Words of the first month, one halfway and the last, to name below the chart.
        window: x and width of the months of the edition that lie in the chart; None without any.
        benchmark: The median of the peers, and its y.
        verdict: Whether anything but chance moved it, in a sentence.
        summary: What one sees, in a sentence.
    """

    line: Line | None
    rules: tuple[tuple[str, float], ...]
    months: tuple[Month, ...]
    labels: tuple[str, str, str]
    window: tuple[float, float] | None
    benchmark: tuple[str, float] | None
    verdict: str
    summary: str


def make_series(found: Mapping[str, Any], median: Mapping[str, Any] | None) -> Series:
    """Return the decline rate over time, with the months of the edition marked."""
    points, months = [], []
    for index, one in enumerate(found["declineRateOverTime"]):
        statistic = one["statistic"]
        points.append(
            Point(index, statistic.get("value"), statistic.get("lower"), statistic.get("upper"))
        )
        months.append(
            Month(
                one["month"],
                day(one["month"]),
                _short(one["month"]),
                figure(statistic),
                interval(statistic),
                base(statistic, "offers"),
                one["signal"] in {"ABOVE", "BELOW"},
            )
        )
    known = [one for one in points if one.value is not None]
    line = None
    if known:
        line = make_line(points, also=() if median is None else (median["value"],))
    inside = [at for at, one in enumerate(months) if found["from"] <= one.month <= found["to"]]
    count = len(months)
    return Series(
        line=line,
        rules=tuple((amount(value, "SHARE"), y) for value, y in line.rules) if line else (),
        months=tuple(months),
        labels=(months[0].short, months[count // 2 - 1].short, months[-1].short),
        window=(100 * inside[0] / count, 100 * len(inside) / count) if inside else None,
        benchmark=None
        if median is None or line is None
        else (figure(median), line.y(median["value"])),
        verdict=found["declineRateTrend"]["message"],
        summary=_summary(points, months),
    )


def _short(month: str) -> str:
    return f"{dt.date.fromisoformat(f'{month}-01'):%b %Y}"


def _summary(points: Sequence[Point], months: Sequence[Month]) -> str:
    """Return the newest, the lowest and the highest month in a sentence."""
    known = [(one.value, -one.index) for one in points if one.value is not None]
    if not known:
        return "There is no month with enough offers to show."
    newest, least, most = (
        months[-index] for _, index in (min(known, key=lambda one: one[1]), min(known), max(known))
    )
    return (
        f"Newest: {newest.words} in {newest.label}. Lowest: {least.words} in {least.label}."
        f" Highest: {most.words} in {most.label}."
    )
