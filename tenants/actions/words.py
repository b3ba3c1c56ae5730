"""Figures and differences in words for people."""

from datetime import date, timedelta

from tenants.disclosure.figures import Figure, Relation, Unit
from tenants.metrics import METRICS
from tenants.reasons import REASONS, DeclineReason

_REASON = "REASON_"


def subject(metric: str) -> str:
    """Return what a metric counts, as the subject of a sentence."""
    code = metric.removeprefix(_REASON)
    if metric.startswith(_REASON) and code in DeclineReason.__members__:
        return f"Declines for “{REASONS[DeclineReason(code)].wording['en']}”"
    return METRICS[metric].title


def amount(figure: Figure) -> str:
    """Return a figure as it is said: 31 %, at most 5 %, 12 days, −4."""
    match figure.unit:
        case Unit.SHARE:
            said = f"{100 * figure.value:.0f} %"
        case Unit.DAYS:
            said = f"{figure.value:g} days"
        case _:
            said = f"{figure.value:g}".replace("-", "−")
    bound = {Relation.AT_MOST: "at most ", Relation.AT_LEAST: "at least "}
    return bound.get(figure.relation, "") + said


def points(value: float, unit: Unit, *, named: bool = False) -> str:
    """Return a difference with its sign, rounded as its unit asks: +2, −13, −0.4."""
    digits = 0 if unit in {Unit.SHARE, Unit.POINTS} else 1
    rounded = round(100 * value if unit is Unit.SHARE else value, digits)
    said = f"{abs(rounded):.{digits}f}"
    sign = "−" if rounded < 0 else "+" if rounded else ""
    name = {Unit.SHARE: " points", Unit.POINTS: " points", Unit.DAYS: " days"}.get(unit, "")
    return f"{sign}{said}{name if named else ''}"


def months(starts_on: date, ends_on: date) -> str:
    """Return a half-open window of whole months: January 2026 to December 2026."""
    last = ends_on - timedelta(days=1)
    return f"{starts_on:%B %Y} to {last:%B %Y}"
