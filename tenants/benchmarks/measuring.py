"""What one organisation contributes: each metric's exact value over one window, and from how many.

Pay and terms of offers have no metric, and so never get here.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tenants.insights.items import NO, YES, AskedQuestion, Measured, measure
from tenants.insights.measures import DETRACTORS, PROMOTERS
from tenants.insights.offer_figures import OfferCounts
from tenants.metrics import (
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    DECISION_FACTORS,
    DECISION_TIME,
    DECLINE_RATE,
    MAIN_REASON,
    RECOMMENDATION,
    RENEGE_RATE,
    RESPONSE_RATE,
    find_metric,
    mean_key,
    option_key,
    reason_group_key,
    reason_key,
)
from tenants.questionnaires import comparability
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Value
from tenants.reasons import REASONS, Controllability, DeclineReason, ReasonGroup

_CHOICES: Final = frozenset(
    {QuestionTypeKey.SINGLE_CHOICE, QuestionTypeKey.MULTIPLE_CHOICE, QuestionTypeKey.BOOLEAN}
)
_SCALES: Final = frozenset(
    {QuestionTypeKey.RATING, QuestionTypeKey.RECOMMENDATION, QuestionTypeKey.MATRIX}
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One organisation's own value of a metric.

    Attributes:
        metric: Its key.
        value: Exact, in the metric's unit.
        n: Offers or respondents that it rests on.
        wording_hash: What was asked; None where nothing was.
    """

    metric: str
    value: float
    n: int
    wording_hash: str | None


def measure_offers(counts: OfferCounts, *, answered: int, delivered: int) -> Iterator[Measurement]:
    """Yield the metrics of offers that have something behind them.

    The acceptance rate is left out: it is one minus the decline rate, and each further statistic
    is another equation to solve.

    Args:
        counts: Of the window.
        answered: Online invitations of the window's months that were used.
        delivered: All of them.
    """
    refused = counts.declined + counts.lapsed
    for metric, part, whole in (
        (DECLINE_RATE, refused, counts.resolved),
        (RENEGE_RATE, counts.reneged, counts.due),
        (RESPONSE_RATE, answered, delivered),
    ):
        if whole:
            yield Measurement(metric, part / whole, whole, None)
    if counts.decision_days is not None:
        yield Measurement(DECISION_TIME, float(counts.decision_days), counts.decided, None)


def measure_answers(
    questions: Collection[AskedQuestion], answers: Sequence[tuple[UUID, Value | None, int]]
) -> Iterator[Measurement]:
    """Yield the metrics of every concept that was answered.

    Where the product defines a concept, only its own wording, scale and options count. Where an
    organisation asked another concept in several wordings within the window, the one with the most
    answers counts, by itself: others are no comparable question.

    Args:
        questions: Of all published versions.
        answers: Question, value and how many respondents gave it.
    """
    known = {one.id: one for one in questions if one.type in _CHOICES | _SCALES}
    hashes = {
        key: digest
        for key, one in known.items()
        if (digest := _hash_under_concept(one)) is not None
    }
    given: dict[tuple[str, str], Counter[_Answer]] = defaultdict(Counter)
    asked: dict[tuple[str, str], AskedQuestion] = {}
    for question_id, value, count in answers:
        if question_id not in hashes:
            continue
        question = known[question_id]
        place = (question.concept or "", hashes[question_id])
        asked[place] = question
        # Under a name of its own, because `measure` tells the rows of a matrix apart by it.
        parts = {row: one for (_, row), one in measure("", value).items()}
        given[place][tuple(sorted(parts.items(), key=lambda part: part[0] or ""))] += count
    for concept in sorted({concept for concept, _ in given}):
        wordings = [digest for one, digest in given if one == concept]
        chosen = min(wordings, key=lambda digest: (-given[concept, digest].total(), digest))
        place = (concept, chosen)
        for metric, value_of, n in _metrics_of(concept, asked[place], given[place]):
            if n and find_metric(metric) is not None:
                yield Measurement(metric, value_of, n, chosen)


def _hash_under_concept(question: AskedQuestion) -> str | None:
    """Return under which hash answers are contributed; None if under none.

    A question that asks a concept of the product as the product does has the product's hash, in
    whichever of its languages; one that asks it otherwise has none.
    """
    if question.concept is None:
        return None
    known = comparability.concepts().get(question.concept)
    if known is None:
        return wording_hash(question)
    difference = comparability.why_incomparable(
        question.concept,
        kind=question.type,
        wording=question.wording,
        options=question.options,
        settings=question.settings,
    )
    return known.wording_hash if difference is None else None


# What one respondent said, by row of a matrix or under None.
_Answer = tuple[tuple[str | None, Measured], ...]
_Found = Iterator[tuple[str, float, int]]


def _metrics_of(concept: str, question: AskedQuestion, given: Counter[_Answer]) -> _Found:
    if question.type in _SCALES:
        yield from _scales(concept, given)
        return
    chosen: Counter[frozenset[str]] = Counter()
    for parts, count in given.items():
        for _, one in parts:
            if isinstance(one, frozenset):
                chosen[one] += count
    codes = [option["code"] for option in question.options]
    if question.type is QuestionTypeKey.BOOLEAN:
        codes = [YES, NO]
    for code in codes:
        yield option_key(concept, code), *_share(chosen, {code})
    offered = [reason for reason in DeclineReason if reason.value in codes]
    if concept == DECISION_FACTORS:
        yield from _reasons(chosen, offered)
    if concept == MAIN_REASON and offered:
        can = {one for one in offered if _is_controllable(one)}
        yield CONTROLLABLE_SHARE, *_share(chosen, can)


def _share(chosen: Counter[frozenset[str]], among: Collection[str]) -> tuple[float, int]:
    """Return the share of respondents who chose any of some options, and how many answered."""
    n = chosen.total()
    named = sum(count for one, count in chosen.items() if not one.isdisjoint(among))
    return (named / n if n else 0.0), n


def _is_controllable(reason: DeclineReason) -> bool:
    return REASONS[reason].controllability is Controllability.CONTROLLABLE


def _reasons(chosen: Counter[frozenset[str]], offered: Sequence[DeclineReason]) -> _Found:
    """Yield reasons and groups that could be chosen; who names two of a group counts once."""
    for reason in offered:
        yield reason_key(reason), *_share(chosen, {reason.value})
    for group in ReasonGroup:
        members = {one.value for one in offered if REASONS[one].group is group}
        if members:
            yield reason_group_key(group), *_share(chosen, members)


def _scales(concept: str, given: Counter[_Answer]) -> _Found:
    points: dict[str | None, Counter[int]] = defaultdict(Counter)
    for parts, count in given.items():
        for row, point in parts:
            if isinstance(point, int):
                points[row][point] += count
    for row, counts in sorted(points.items(), key=lambda one: one[0] or ""):
        n = counts.total()
        total = sum(point * count for point, count in counts.items())
        yield mean_key(concept, row), total / n, n
        if concept == RECOMMENDATION and row is None:
            promoters = sum(counts[point] for point in PROMOTERS)
            detractors = sum(counts[point] for point in DETRACTORS)
            yield CANDIDATE_NPS, 100 * (promoters - detractors) / n, n


def wording_hash(question: AskedQuestion) -> str:
    """Return the hash of what makes a question comparable, in 64 hexadecimal digits."""
    return comparability.wording_hash(
        kind=question.type,
        wording=question.wording,
        options=question.options,
        settings=question.settings,
    )


def concept_of(metric: str) -> str | None:
    """Return the concept that a metric is computed from; None for metrics of offers."""
    fixed = {CANDIDATE_NPS: RECOMMENDATION, CONTROLLABLE_SHARE: MAIN_REASON}
    if metric in fixed:
        return fixed[metric]
    if metric.startswith("REASON_"):
        return DECISION_FACTORS
    parts = metric.split(":")
    return parts[1] if len(parts) > 1 else None
