"""The figures of one item in one cell, from what its respondents answered."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from tenants.disclosure import figures
from tenants.disclosure.cells import Coverage
from tenants.disclosure.figures import Figure, Part, Relation, Statistic, Suppressed, Unit
from tenants.insights.items import NO, YES, Item, Measured
from tenants.insights.said import Counts, Said
from tenants.metrics import (
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    DECISION_FACTORS,
    MAIN_REASON,
    RECOMMENDATION,
    mean_key,
    option_key,
    reason_group_key,
    reason_key,
)
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.scale_rules import is_reversed
from tenants.ranks import borda
from tenants.reasons import REASONS, DeclineReason, ReasonGroup
from tenants.statistics import Estimate, mean_of_counts, net_promoter

NOTES: Mapping[Coverage, str] = {
    Coverage.ALL_ANSWERS: "All answers.",
    Coverage.IDENTIFIED_ONLY: "Identified answers only.",
}
YES_OR_NO: Mapping[str, Mapping[str, str]] = {
    YES: {"en": "Yes", "de": "Ja"},
    NO: {"en": "No", "de": "Nein"},
}
PROMOTERS = (9, 10)
DETRACTORS = range(7)
# The shapes of which exactly one option is chosen, so that the others' share tells of it.
_EXCLUSIVE = frozenset({QuestionTypeKey.SINGLE_CHOICE, QuestionTypeKey.BOOLEAN})


def question_document(
    item: Item, coverage: Coverage | None, answers: Said, distribution_minimum: int
) -> dict[str, Any]:
    """Return what an edition keeps of one item in one cell.

    Args:
        item: Which.
        coverage: Whose answers these are; None when the item is suppressed here.
        answers: Of those whom the cell covers and who answered the item; none when suppressed.
        distribution_minimum: The fewest answers that make a distribution, or points of an order.

    Returns:
        `mean`, `favourable`, `distribution` and `ranking` are there when they may be shown.
    """
    question = item.question
    document: dict[str, Any] = {
        "code": question.code,
        "concept": question.concept,
        "row": item.row,
        "type": question.type.value,
        "audience": question.audience.value,
        "wording": dict(question.wording),
        "options": _wordings(item),
        "points": None if item.points is None else [item.points[0], item.points[-1]],
        "coverage": None if coverage is None else coverage.value,
        # Which questions were counted, for the day when respondents take their answers back.
        "asked": [str(one) for one in item.asked],
    }
    if coverage is None:
        return document
    note = NOTES[coverage]
    if item.points is not None:
        favourable = answers.share(lambda point: _is_favourable(item, point), note)
        document |= {
            "mean": figures.to_json(_mean(item, answers, note)),
            "favourable": figures.to_json(favourable),
        }
    if answers.n < distribution_minimum:
        return document
    if question.type is QuestionTypeKey.RANKING:
        return document | {"ranking": _ranking(item, answers, note)}
    return document | {"distribution": _distribution(item, answers, note)}


def _wordings(item: Item) -> dict[str, dict[str, str]]:
    """Return what each option, or row of a matrix, says by language."""
    if item.question.type is QuestionTypeKey.BOOLEAN:
        return {code: dict(wording) for code, wording in YES_OR_NO.items()}
    return {option["code"]: dict(option["wording"]) for option in item.question.options}


def _points(counts: Counts) -> dict[float, int]:
    return {point: count for point, count in counts.items() if isinstance(point, int)}


def _mean(item: Item, answers: Said, note: str) -> Figure:
    """Return the mean of the points of a scale."""
    scale = item.points or range(1)
    lowest, highest = scale[0], scale[-1]

    def estimate(counts: Counts) -> Estimate:
        return mean_of_counts(_points(counts), lowest=lowest, highest=highest)

    return figures.average(
        estimate(answers.everybody),
        answers.n,
        unit=Unit.SCALE,
        lowest=lowest,
        highest=highest,
        note=note,
        parts=[(estimate(part).value, part.total()) for part in answers.mean_parts if part.total()],
    )


def _is_favourable(item: Item, point: Measured) -> bool:
    """Return whether a point lies on the good side of the middle; of a recommendation, promotes."""
    if not isinstance(point, int):
        return False
    if item.question.type is QuestionTypeKey.RECOMMENDATION:
        return point in PROMOTERS
    scale = item.points or range(0)
    if is_reversed(item.question.settings):
        return 2 * point < scale[0] + scale[-1]
    return 2 * point > scale[0] + scale[-1]


def _distribution(item: Item, answers: Said, note: str) -> list[dict[str, Any]]:
    """Return the shares of the options, neighbours merged until each holds nobody or a few."""
    options = item.options
    places = {option: 1 << place for place, option in enumerate(options)}
    # Which options somebody chose, as bits; thousands of answers have a few hundred of them.
    chosen: dict[Measured, int] = {
        answer: sum(places.get(option, 0) for option in _options(answer))
        for answer in answers.everybody
    }

    @cache
    def held(start: int, end: int) -> int:
        run = (1 << end) - (1 << start)
        return sum(count for one, count in answers.everybody.items() if chosen[one] & run)

    runs = figures.merged(len(options), held)
    bits = [(1 << end) - (1 << start) for start, end in runs]
    is_exclusive = item.points is not None or item.question.type in _EXCLUSIVE
    # Where one option is chosen by each, that nobody chose the others says that all agree.
    agree = any(
        0 < part.total() < figures.FEW
        and any(
            part.total() - 1 <= sum(count for one, count in part.items() if chosen[one] & run)
            for run in bits
        )
        for part in answers.parts
    )
    shares = []
    for (start, end), run in zip(runs, bits, strict=True):
        figure = answers.share(
            # Somebody who chose two options of a run counts once.
            lambda answer, run=run: bool(chosen[answer] & run),  # type: ignore[misc]
            note,
            is_symmetric=is_exclusive and agree,
        )
        shares.append({"options": list(options[start:end]), "share": figures.to_json(figure)})
    return shares


def _options(answer: Measured) -> Collection[str]:
    return (str(answer),) if isinstance(answer, int) else answer


def _ranking(item: Item, answers: Said, note: str) -> list[dict[str, Any]]:
    """Return the mean Borda points of each option, in the questionnaire's order."""
    options = item.options
    points = {
        answer: borda(answer, options) for answer in answers.everybody if isinstance(answer, tuple)
    }

    def estimate(counts: Counts, option: str) -> Estimate:
        given = Counter[float]()
        for answer, count in counts.items():
            given[points[answer][option]] += count  # type: ignore[index]
        return mean_of_counts(given, lowest=0, highest=100)

    return [
        {
            "option": option,
            "points": figures.to_json(
                figures.average(
                    estimate(answers.everybody, option),
                    answers.n,
                    unit=Unit.POINTS,
                    lowest=0,
                    highest=100,
                    note=note,
                    parts=[
                        (estimate(part, option).value, part.total())
                        for part in answers.mean_parts
                        if part.total()
                    ],
                )
            ),
        }
        for option in options
    ]


def metric_figures(
    item: Item,
    coverage: Coverage,
    answers: Said,
    distribution: Iterable[Any] = (),
    controllable: Collection[str] = frozenset(),
) -> dict[str, Figure]:
    """Return the metrics that an item gives in one cell, by key.

    Args:
        item: Which.
        coverage: Whose answers these are.
        answers: Of those whom the cell covers and who answered the item.
        distribution: As `question_document` has it: an option that stands alone there is a metric.
        controllable: The codes of the reasons that are in the organisation's own hands.
    """
    note, concept = NOTES[coverage], item.question.concept
    found: dict[str, Figure] = {}
    if concept is None:
        return found
    if item.points is not None:
        found[mean_key(concept, item.row)] = _mean(item, answers, note)
    for run in distribution:
        if item.points is None and len(run["options"]) == 1:
            shown = figures.from_json(run["share"])
            if isinstance(shown, Figure):
                found[option_key(concept, run["options"][0])] = shown
    if concept == RECOMMENDATION and item.points is not None:
        found[CANDIDATE_NPS] = _net_promoter(answers, note)
    if concept == MAIN_REASON:
        found[CONTROLLABLE_SHARE] = answers.share(
            lambda one: is_controllable(one, controllable), note
        )
    if concept == DECISION_FACTORS:
        found |= _reasons(answers, note)
    return found


def _net_promoter(answers: Said, note: str) -> Figure:
    def estimate(counts: Counts) -> Estimate:
        return net_promoter(
            promoters=sum(counts[point] for point in PROMOTERS),
            detractors=sum(counts[point] for point in DETRACTORS),
            n=counts.total(),
        )

    parts: list[Part] = [
        (estimate(part).value, part.total()) for part in answers.mean_parts if part.total()
    ]
    return figures.average(
        estimate(answers.everybody),
        answers.n,
        unit=Unit.POINTS,
        lowest=-100,
        highest=100,
        note=note,
        parts=parts,
    )


def is_controllable(answer: Measured, controllable: Collection[str]) -> bool:
    """Return whether a main reason is among those in the organisation's own hands."""
    return isinstance(answer, frozenset) and not answer.isdisjoint(controllable)


def _reasons(answers: Said, note: str) -> dict[str, Figure]:
    """Return the share of each reason, and of each group: who names any of it counts once."""

    def named(codes: frozenset[str]) -> Figure:
        return answers.share(
            lambda one: isinstance(one, frozenset) and not one.isdisjoint(codes),
            note,
            is_symmetric=False,
        )

    found = {reason_key(reason): named(frozenset({reason.value})) for reason in DeclineReason}
    for group in ReasonGroup:
        members = (reason.value for reason, facts in REASONS.items() if facts.group is group)
        found[reason_group_key(group)] = named(frozenset(members))
    return found


def response_rate(*, answered: int, delivered: int, minimum: int) -> Statistic:
    """Return the response rate to 10 percentage points, between 10 and 90 %, from enough mails.

    Coarse, because nobody may learn from it whether one candidate answered.
    """
    if delivered < minimum:
        # How many were invited is no secret, so that this is said plainly.
        return Suppressed(f"At least {minimum} delivered invitations are needed.", minimum)
    tenths = round(10 * answered / delivered)
    relation = Relation.EXACT
    if tenths < 1:
        tenths, relation = 1, Relation.AT_MOST
    elif tenths > 9:  # noqa: PLR2004 - tenths, likewise.
        tenths, relation = 9, Relation.AT_LEAST
    return Figure(tenths / 10, relation, Unit.SHARE, None, None, figures.band(delivered))
