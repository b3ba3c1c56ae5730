"""Where the marks of a chart stand: percentages of its width and height, to be drawn as SVG.

Nothing here knows what is drawn. Percentages let a chart fill any screen without a script, and as
attributes of SVG they need no inline style, which the pages' security policy forbids.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median_high

# Ends that an axis of shares may have, each with the number of steps that makes its ticks round.
_TOPS = ((0.1, 2), (0.2, 4), (0.3, 3), (0.4, 4), (0.5, 5), (0.6, 3), (0.8, 4), (1.0, 4))
_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from its lowest to its highest value, in steps of equal length."""

    lowest: float
    highest: float
    steps: int = 1

    def place(self, value: float) -> float:
        """Return where a value stands, in percent of the axis; what lies outside is at its end."""
        inside = min(max(value, self.lowest), self.highest)
        return round(100 * (inside - self.lowest) / (self.highest - self.lowest), _DIGITS)

    def ticks(self) -> list[tuple[float, float]]:
        """Return the values at the ends of the steps with their places, the lowest first."""
        length = (self.highest - self.lowest) / self.steps
        values = [round(self.lowest + length * step, 6) for step in range(self.steps + 1)]
        return [(value, self.place(value)) for value in values]


def share_scale(values: Iterable[float]) -> Scale:
    """Return an axis of shares from nothing to the smallest round end that holds them all."""
    largest = max(values, default=0.0)
    top, steps = next((one for one in _TOPS if one[0] >= largest), _TOPS[-1])
    return Scale(0.0, top, steps)


@dataclass(frozen=True, slots=True)
class Bar:
    """One value on a track, with its interval and what it is compared with.

    Attributes:
        place: Of the value.
        lower: Lower end of the interval; None where there is none.
        upper: The other end.
        benchmark: Of what it is compared with, if there is such a thing.
    """

    place: float
    lower: float | None
    upper: float | None
    benchmark: float | None

    @property
    def span(self) -> float:
        """How wide the interval is; nothing where there is none."""
        if self.lower is None or self.upper is None:
            return 0.0
        return round(self.upper - self.lower, _DIGITS)


def make_bar(
    scale: Scale,
    value: float,
    *,
    lower: float | None,
    upper: float | None,
    benchmark: float | None = None,
) -> Bar:
    """Return where a value, its interval and its benchmark stand on a scale."""
    known = lower is not None and upper is not None
    return Bar(
        place=scale.place(value),
        lower=scale.place(lower) if known and lower is not None else None,
        upper=scale.place(upper) if known and upper is not None else None,
        benchmark=None if benchmark is None else scale.place(benchmark),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series, at its place in it; no value where there is nothing to show."""

    index: int
    value: float | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A series over time; y grows downwards, as on a screen.

    Attributes:
        scale: Of the values.
        dots: Index in the series, x and y of each value.
        paths: Points of each run of neighbouring values, as SVG has them.
        bands: Outline of the intervals of each run, likewise.
        rules: Value and y of each horizontal rule, the lowest first.
    """

    scale: Scale
    dots: tuple[tuple[int, float, float], ...]
    paths: tuple[str, ...]
    bands: tuple[str, ...]
    rules: tuple[tuple[float, float], ...]

    def y(self, value: float) -> float:
        """Return how far below the top a value stands."""
        return round(100 - self.scale.place(value), _DIGITS)


def column(index: int, count: int) -> float:
    """Return the middle of one of some columns of equal width, in percent."""
    return round(100 * (index + 0.5) / count, _DIGITS)


def make_line(points: Sequence[Point], *, also: Iterable[float] = ()) -> Line:
    """Return a line through the values of a series of shares, broken where one is missing.

    The axis holds every value, what else is drawn beside them and half of the intervals. Wider ones
    are cut at its end: of a few offers the interval may be all there is.

    Args:
        points: In the order of time, with values between 0 and 1.
        also: Other values that the axis must hold.
    """
    known = [one for one in points if one.value is not None]
    values = [one.value for one in known if one.value is not None]
    uppers = [one.upper for one in known if one.upper is not None]
    scale = share_scale([*values, *also, *([median_high(uppers)] if uppers else ())])
    line = Line(scale, (), (), (), tuple((value, 100 - at) for value, at in scale.ticks()))
    count = len(points)

    def at(one: Point, value: float | None) -> str:
        return f"{column(one.index, count)},{line.y(value or 0.0)}"

    runs = [
        list(run) for found, run in groupby(points, key=lambda one: one.value is not None) if found
    ]
    bands = []
    for run in runs:
        held = [one for one in run if one.lower is not None]
        outline = [at(one, one.upper) for one in held] + [at(one, one.lower) for one in held[::-1]]
        bands += [" ".join(outline)] if len(held) > 1 else []
    return Line(
        scale,
        tuple((one.index, column(one.index, count), line.y(one.value or 0.0)) for one in known),
        tuple(" ".join(at(one, one.value) for one in run) for run in runs if len(run) > 1),
        tuple(bands),
        line.rules,
    )
