"""What came of an action as a picture: both figures on one axis, and their difference beside 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.charts import Bar, Scale, make_bar, share_scale
from api.pages.console_words import amount, day
from api.pages.why_rows import Row, make_row

_FIXED: Final = {"POINTS": Scale(-100, 100, 4)}
_COUNTED: Final = "answers"


@dataclass(frozen=True, slots=True)
class Difference:
    """After less before, on an axis with 0 in its middle.

    Attributes:
        words: Its size, with its sign.
        interval: Its 95 % interval in words.
        bar: Where all of it stands.
        ends: The ends of the axis in words.
        is_certain: Whether more than chance moved it.
    """

    words: str
    interval: str
    bar: Bar
    ends: tuple[str, str]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """What came of an action.

    Attributes:
        message: All that can be said, in words.
        rows: The figure before and the one after, on one axis; empty where there are none.
        ends: The ends of that axis in words.
        difference: None where it cannot be told.
    """

    message: str
    rows: tuple[Row, ...] = ()
    ends: tuple[str, str] = ("", "")
    difference: Difference | None = None


def make_picture(effect: Mapping[str, Any]) -> Picture:
    """Return what the API says of an action's effect, to be drawn."""
    # A number and its sign stay together at the end of a line.
    message = effect["message"].replace(" %", "\N{NO-BREAK SPACE}%")
    both = (effect.get("was"), effect.get("became"))
    if any(one is None or one["__typename"] != "Figure" for one in both):
        return Picture(message)
    was, became = (one for one in both if one is not None)
    scale = _scale(was, became)
    rows = tuple(
        make_row(
            f"{word}: {day(edition['from'])} to {day(edition['to'])}",
            one,
            scale,
            counted="offers" if effect.get("isLive") else _COUNTED,
        )
        for word, edition, one in (
            ("Before", effect["before"], was),
            ("After", effect["after"], became),
        )
    )
    unit = was["unit"]
    return Picture(
        message,
        rows,
        (amount(scale.lowest, unit), amount(scale.highest, unit)),
        _difference(effect, unit) if effect.get("difference") is not None else None,
    )


def _scale(*statistics: Mapping[str, Any]) -> Scale:
    unit = statistics[0]["unit"]
    if unit in _FIXED:
        return _FIXED[unit]
    values = [one["upper"] or one["value"] for one in statistics]
    if unit == "SHARE":
        return share_scale(values)
    return Scale(0.0, 1.2 * max(values, default=1.0) or 1.0)


def _difference(effect: Mapping[str, Any], unit: str) -> Difference:
    value, lower, upper = effect["difference"], effect["lower"], effect["upper"]
    reach = max(abs(lower), abs(upper), abs(value)) * 1.1 or 1.0
    scale = Scale(-reach, reach)
    return Difference(
        words=signed(value, unit),
        interval=f"{signed(lower, unit)} to {signed(upper, unit)}",
        bar=make_bar(scale, value, lower=lower, upper=upper, benchmark=0.0),
        ends=(signed(-reach, unit), signed(reach, unit)),
        is_certain=effect["certainty"] == "CERTAIN",
    )


def signed(value: float, unit: str) -> str:
    """Return a difference as people write it: +2 points, −13 points, −0.4."""
    size = 100 * value if unit == "SHARE" else value
    digits = 0 if unit in {"SHARE", "POINTS"} else 1
    rounded = round(size, digits)
    sign = "\N{MINUS SIGN}" if rounded < 0 else "+" if rounded else ""
    name = {"SHARE": "points", "POINTS": "points", "DAYS": "days"}.get(unit, "")
    return f"{sign}{abs(rounded):.{digits}f}\N{NO-BREAK SPACE}{name}".rstrip("\N{NO-BREAK SPACE}")
