"""The figures of one item in one cell, from what its respondents answered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tenants.disclosure import figures
from tenants.disclosure.cells import Coverage
from tenants.disclosure.figures import Figure, Relation, Statistic, Suppressed, Unit
from tenants.insights.items import NO, YES, Item, Measured
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
from tenants.reasons import REASONS, Controllability, DeclineReason, ReasonGroup
from tenants.statistics import mean, net_promoter

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


def question_document(
    item: Item, coverage: Coverage | None, answers: Sequence[Measured], distribution_minimum: int
) -> dict[str, Any]:
    """Return what an edition keeps of one item in one cell.

    Args:
        item: Which.
        coverage: Whose answers these are; None when the item is suppressed here.
        answers: Of those whom the cell covers and who answered the item; none when suppressed.
        distribution_minimum: The fewest answers that make a distribution.

    Returns:
        `mean`, `favourable` and `distribution` are there when they may be shown.
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
    points = _points(answers)
    if item.points is not None:
        lowest, highest = item.points[0], item.points[-1]
        shown = figures.average(
            mean(points, lowest=lowest, highest=highest),
            len(points),
            unit=Unit.SCALE,
            lowest=lowest,
            highest=highest,
            note=note,
        )
        liked = sum(_is_favourable(item, point) for point in points)
        favourable = figures.share(liked, len(points), note=note)
        document |= {"mean": figures.to_json(shown), "favourable": figures.to_json(favourable)}
    if len(answers) >= distribution_minimum:
        document["distribution"] = _distribution(item, answers, note)
    return document


def _wordings(item: Item) -> dict[str, dict[str, str]]:
    """Return what each option, or row of a matrix, says by language."""
    if item.question.type is QuestionTypeKey.BOOLEAN:
        return {code: dict(wording) for code, wording in YES_OR_NO.items()}
    return {option["code"]: dict(option["wording"]) for option in item.question.options}


def _points(answers: Iterable[Measured]) -> list[int]:
    return [answer for answer in answers if isinstance(answer, int)]


def _is_favourable(item: Item, point: int) -> bool:
    """Return whether a point lies on the good side of the middle; of a recommendation, promotes."""
    if item.question.type is QuestionTypeKey.RECOMMENDATION:
        return point in PROMOTERS
    scale = item.points or range(0)
    if is_reversed(item.question.settings):
        return 2 * point < scale[0] + scale[-1]
    return 2 * point > scale[0] + scale[-1]


def _distribution(item: Item, answers: Sequence[Measured], note: str) -> list[dict[str, Any]]:
    """Return the shares of the options, neighbours merged until each holds nobody or a few."""
    options = item.options
    chosen: dict[str, set[int]] = {option: set() for option in options}
    for number, answer in enumerate(answers):
        for option in {str(answer)} if isinstance(answer, int) else answer & chosen.keys():
            chosen[option].add(number)
    shares = []
    for start, end in figures.merged([chosen[option] for option in options]):
        run = options[start:end]
        # Somebody who chose two options of a run counts once.
        count = len(set().union(*(chosen[option] for option in run)))
        figure = figures.share(count, len(answers), note=note)
        shares.append({"options": list(run), "share": figures.to_json(figure)})
    return shares


def metric_figures(
    item: Item, coverage: Coverage, answers: Sequence[Measured], distribution: Sequence[Any] = ()
) -> dict[str, Figure]:
    """Return the metrics that an item gives in one cell, by key.

    Args:
        item: Which.
        coverage: Whose answers these are.
        answers: Of those whom the cell covers and who answered the item.
        distribution: As `question_document` has it: an option that stands alone there is a metric.
    """
    note, n, concept = NOTES[coverage], len(answers), item.question.concept
    found: dict[str, Figure] = {}
    if concept is None:
        return found
    points = _points(answers)
    if item.points is not None:
        lowest, highest = item.points[0], item.points[-1]
        found[mean_key(concept, item.row)] = figures.average(
            mean(points, lowest=lowest, highest=highest),
            n,
            unit=Unit.SCALE,
            lowest=lowest,
            highest=highest,
            note=note,
        )
    for run in distribution:
        if item.points is None and len(run["options"]) == 1:
            shown = figures.from_json(run["share"])
            if isinstance(shown, Figure):
                found[option_key(concept, run["options"][0])] = shown
    if concept == RECOMMENDATION and item.points is not None:
        estimate = net_promoter(
            promoters=sum(point in PROMOTERS for point in points),
            detractors=sum(point in DETRACTORS for point in points),
            n=n,
        )
        found[CANDIDATE_NPS] = figures.average(
            estimate, n, unit=Unit.POINTS, lowest=-100, highest=100, note=note
        )
    chosen = [one for one in answers if isinstance(one, frozenset)]
    if concept == MAIN_REASON:
        found |= _controllable(chosen, note)
    if concept == DECISION_FACTORS:
        found |= _reasons(chosen, note)
    return found


def _controllable(chosen: Sequence[frozenset[str]], note: str) -> dict[str, Figure]:
    can = sum(
        any(
            code in REASONS
            and REASONS[DeclineReason(code)].controllability is Controllability.CONTROLLABLE
            for code in one
        )
        for one in chosen
    )
    return {CONTROLLABLE_SHARE: figures.share(can, len(chosen), note=note)}


def _reasons(chosen: Sequence[frozenset[str]], note: str) -> dict[str, Figure]:
    """Return the share of each reason, and of each group: who names any of it counts once."""
    found = {}
    for reason in DeclineReason:
        named = sum(reason.value in one for one in chosen)
        found[reason_key(reason)] = figures.share(named, len(chosen), note=note)
    for group in ReasonGroup:
        members = {reason.value for reason, facts in REASONS.items() if facts.group is group}
        named = sum(not one.isdisjoint(members) for one in chosen)
        found[reason_group_key(group)] = figures.share(named, len(chosen), note=note)
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
