"""What can be measured: key, unit, formula and source of every metric.

Metrics of offers and of the whole questionnaire are listed; those of a concept (the share of one of
its options, the mean of its scale) follow from the concept's name, so that a concept which an
import defines can be measured and compared without a line here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tenants.disclosure.figures import Unit
from tenants.reasons import REASONS, DeclineReason, ReasonGroup


class MetricRows(StrEnum):
    """Which rows a metric is computed from, and so how many of them it takes."""

    OFFERS = "OFFERS"
    RESPONSES = "RESPONSES"


class Better(StrEnum):
    """In which direction an organisation wants a metric to move."""

    LOWER = "LOWER"
    HIGHER = "HIGHER"
    NEITHER = "NEITHER"


# The fewest rows with which a corporate family contributes to a benchmark.
CONTRIBUTION_FLOOR: Final[Mapping[MetricRows, int]] = MappingProxyType(
    {MetricRows.OFFERS: 10, MetricRows.RESPONSES: 5}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What can be measured.

    Attributes:
        key: Stable; what clients ask for.
        title: A few words, as a heading.
        unit: Of its values; a SHARE lies between 0 and 1.
        rows: What it is computed from.
        better: Which way is up.
        formula: In letters that the description explains.
        source: Where the formula is from.
        lowest: The smallest value that it can take.
        highest: The largest, if there is one.
        combination: How the values of one corporate family's organisations become its vote.
    """

    key: str
    title: str
    unit: Unit
    rows: MetricRows
    better: Better
    formula: str
    source: str
    lowest: float = 0.0
    highest: float | None = 1.0
    combination: str = (
        "Σ n·value / Σ n over the organisations of a corporate family, which is exact; then each"
        " family has one vote in the quantiles"
    )


_PRODUCT: Final = "Afterword, metrics"
_WILSON: Final = "Wilson 1927 (interval)"
DECLINE_RATE: Final = "DECLINE_RATE"
ACCEPTANCE_RATE: Final = "ACCEPTANCE_RATE"
LAPSE_RATE: Final = "LAPSE_RATE"
RENEGE_RATE: Final = "RENEGE_RATE"
DECISION_TIME: Final = "DECISION_TIME"
INTERVIEW_COVERAGE: Final = "INTERVIEW_COVERAGE"
RESPONSE_RATE: Final = "RESPONSE_RATE"
CANDIDATE_NPS: Final = "CANDIDATE_NPS"
CONTROLLABLE_SHARE: Final = "CONTROLLABLE_SHARE"

# Concepts of the built-in questionnaire that metrics are made of.
DECISION_FACTORS: Final = "decision_factors"
MAIN_REASON: Final = "decision_factors.main"
RECOMMENDATION: Final = "recommendation"

_FIXED: Final = (
    Metric(
        key=DECLINE_RATE,
        title="Decline rate",
        unit=Unit.SHARE,
        rows=MetricRows.OFFERS,
        better=Better.LOWER,
        formula="(D + L) / (A + D + L): declined and lapsed among all resolved offers, rescinded"
        " ones excluded; an offer lapses after 30 days without an answer",
        source=f"{_PRODUCT}; {_WILSON}",
    ),
    Metric(
        key=ACCEPTANCE_RATE,
        title="Acceptance rate",
        unit=Unit.SHARE,
        rows=MetricRows.OFFERS,
        better=Better.HIGHER,
        formula="A / (A + D + L): ever accepted, reneged ones included, among all resolved offers",
        source=f"{_PRODUCT}; {_WILSON}",
    ),
    Metric(
        key=LAPSE_RATE,
        title="Lapse rate",
        unit=Unit.SHARE,
        rows=MetricRows.OFFERS,
        better=Better.LOWER,
        formula="L / (A + D + L): left without an answer for 30 days among all resolved offers",
        source=f"{_PRODUCT}; {_WILSON}",
    ),
    Metric(
        key=RENEGE_RATE,
        title="Renege rate",
        unit=Unit.SHARE,
        rows=MetricRows.OFFERS,
        better=Better.LOWER,
        formula="R / A: reneged after acceptance among accepted, over starts due in the window",
        source=f"{_PRODUCT}; {_WILSON}",
    ),
    Metric(
        key=DECISION_TIME,
        title="Decision time",
        unit=Unit.DAYS,
        rows=MetricRows.OFFERS,
        better=Better.LOWER,
        formula="median of resolved − extended over accepted and declined offers, in days",
        source=_PRODUCT,
        highest=None,
        combination="Σ n·median / Σ n over the organisations of a corporate family, the weighted"
        " mean of their medians; then each family has one vote in the quantiles",
    ),
    Metric(
        key=INTERVIEW_COVERAGE,
        title="Interview coverage",
        unit=Unit.SHARE,
        rows=MetricRows.OFFERS,
        better=Better.HIGHER,
        formula="interviews / (D + R): of declined and reneged offers, those with an interview",
        source=f"{_PRODUCT}; {_WILSON}",
    ),
    Metric(
        key=RESPONSE_RATE,
        title="Response rate",
        unit=Unit.SHARE,
        rows=MetricRows.OFFERS,
        better=Better.HIGHER,
        formula="answered / delivered: distinct online invitations by the month of invitation",
        source=_PRODUCT,
    ),
    Metric(
        key=CANDIDATE_NPS,
        title="Candidate NPS",
        unit=Unit.POINTS,
        rows=MetricRows.RESPONSES,
        better=Better.HIGHER,
        formula="100 · (number of 9 and 10 − number of 0 to 6) / n",
        source="Reichheld 2003; interval by adjusted Wald",
        lowest=-100.0,
        highest=100.0,
    ),
    Metric(
        key=CONTROLLABLE_SHARE,
        title="Controllable share",
        unit=Unit.SHARE,
        rows=MetricRows.RESPONSES,
        better=Better.LOWER,
        formula="respondents whose main reason is CONTROLLABLE / respondents with a main reason",
        source=f"{_PRODUCT}; {_WILSON}",
    ),
)


def reason_key(reason: DeclineReason) -> str:
    """Return the key of the share that names a reason."""
    return f"REASON_{reason.value}"


def reason_group_key(group: ReasonGroup) -> str:
    """Return the key of the share that names any reason of a group."""
    return f"REASON_GROUP_{group.value}"


def option_key(concept: str, option: str) -> str:
    """Return the key of the share that chooses an option of a concept's question."""
    return f"SHARE:{concept}:{option}"


def mean_key(concept: str, row: str | None = None) -> str:
    """Return the key of the mean of a concept's scale, or of one row of its matrix."""
    return f"MEAN:{concept}" if row is None else f"MEAN:{concept}:{row}"


def _share(key: str, title: str, formula: str) -> Metric:
    return Metric(
        key=key,
        title=title,
        unit=Unit.SHARE,
        rows=MetricRows.RESPONSES,
        better=Better.NEITHER,
        formula=formula,
        source=_WILSON,
    )


def _reason_metrics() -> list[Metric]:
    stated = "respondents who name it among the most important factors / respondents with any"
    groups = [
        _share(
            reason_group_key(group),
            f"Reasons: {group.value.replace('_', ' ').lower()}",
            "respondents who name any reason of the group / respondents with any factor",
        )
        for group in ReasonGroup
    ]
    reasons = [
        _share(reason_key(reason), f"Reason: {REASONS[reason].wording['en']}", stated)
        for reason in DeclineReason
    ]
    return groups + reasons


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {metric.key: metric for metric in (*_FIXED, *_reason_metrics())}
)

_CONCEPT: Final = r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)*"
_SHARE_KEY: Final = re.compile(rf"SHARE:({_CONCEPT}):([A-Za-z0-9_]+)", re.ASCII)
_MEAN_KEY: Final = re.compile(rf"MEAN:({_CONCEPT})(?::([A-Za-z0-9_]+))?", re.ASCII)


def find_metric(key: str) -> Metric | None:
    """Return the metric with a key, listed or of a concept, or None for what can mean none."""
    if key in METRICS:
        return METRICS[key]
    if found := _SHARE_KEY.fullmatch(key):
        concept, option = found.groups()
        return _share(
            key, f"{concept}: {option}", "respondents who choose it / respondents who answered"
        )
    if found := _MEAN_KEY.fullmatch(key):
        concept, row = found.groups()
        return Metric(
            key=key,
            title=concept if row is None else f"{concept}: {row}",
            unit=Unit.SCALE,
            rows=MetricRows.RESPONSES,
            better=Better.HIGHER,
            formula="mean of the points chosen",
            source="Student 1908 (interval)",
            highest=None,
        )
    return None
