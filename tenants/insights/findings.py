"""Findings that stand in every edition, of the whole organisation and of nothing smaller.

Whatever is computed of a set of respondents is a function of sums over that set, so that granting a
reader every such sum, what matters is which sets are published. The shares and means of a question
rest on the cells of its lattice. Each finding here adds one set, and one only, to the cells of each
question that it touches: those who are identified, or those who answered every aspect; it is
published where that set isolates nobody beside the cells (`tenants.disclosure.cells.may_be_split`).
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tenants.disclosure import figures
from tenants.disclosure.cells import Cell, Coverage, Lattice, cover, may_be_split
from tenants.disclosure.figures import CORRELATION_FLOOR, Figure, Relation, Statistic
from tenants.insights.items import Catalogue, Item
from tenants.insights.measures import NOTES, is_controllable
from tenants.insights.said import Said, said
from tenants.insights.tally import Aspects, Group, ItemKey, Pair, Tally, merge, respondents_of
from tenants.interviews.models import Confidentiality
from tenants.metrics import MAIN_REASON
from tenants.ranks import spearman
from tenants.statistics import Estimate, newcombe, wilson_counts


class Openness(StrEnum):
    """Whether hidden answers name controllable main reasons more often than identified ones."""

    MORE_OFTEN = "MORE_OFTEN"
    LESS_OFTEN = "LESS_OFTEN"
    NO_DIFFERENCE_DETECTABLE = "NO_DIFFERENCE_DETECTABLE"
    NOT_COMPARABLE = "NOT_COMPARABLE"


@dataclass(frozen=True, slots=True)
class OpennessFinding:
    """Main reasons that are CONTROLLABLE, of identified and of hidden answers.

    Attributes:
        identified: Their share among ATTRIBUTED answers.
        hidden: Among CONFIDENTIAL and ANONYMOUS ones together.
    """

    identified: Statistic
    hidden: Statistic

    @property
    def difference(self) -> Estimate | None:
        """Hidden less identified, with Newcombe's 95 % interval; None if not comparable.

        It is computed from what the two intervals tell anyway, as between two editions.
        """
        counts = []
        for one in (self.identified, self.hidden):
            if not isinstance(one, Figure) or one.relation is not Relation.EXACT:
                return None
            if one.lower is None or one.upper is None:
                return None
            counts.append(wilson_counts(one.lower, one.upper))
        return newcombe(*counts)

    @property
    def verdict(self) -> Openness:
        """What can be said for certain: that the interval excludes 0, and on which side."""
        difference = self.difference
        if difference is None:
            return Openness.NOT_COMPARABLE
        if difference.interval.lower > 0:
            return Openness.MORE_OFTEN
        if difference.interval.upper < 0:
            return Openness.LESS_OFTEN
        return Openness.NO_DIFFERENCE_DETECTABLE

    @property
    def message(self) -> str:
        """The verdict in a sentence or two: an association, because candidates chose."""
        difference = self.difference
        if difference is None:
            return (
                "Confidential and anonymous answers cannot be compared with identified ones,"
                " because too few stand behind one of both, or nearly all of them agree."
            )
        identified, hidden = (
            f"{100 * one.value:.0f} %"
            for one in (self.identified, self.hidden)
            if isinstance(one, Figure)
        )
        ends = difference.interval
        numbers = (
            f"{hidden} of confidential and anonymous answers and {identified} of identified ones"
            " name a main reason that is in your hands: difference"
            f" {_points(difference.value)} points, 95 % interval {_points(ends.lower)} to"
            f" {_points(ends.upper)}"
        )
        if self.verdict is Openness.NO_DIFFERENCE_DETECTABLE:
            return f"{numbers}. No difference is detectable: chance alone explains it."
        return (
            f"{numbers}. Candidates chose how to answer: the two go together, and that is all that"
            " this says. It does not say that hiding a name makes anybody name such a reason."
        )


def _points(difference: float) -> str:
    rounded = round(100 * difference)
    return f"−{-rounded}" if rounded < 0 else f"+{rounded}" if rounded else "0"


def standing_findings(
    tally: Tally,
    by_item: Mapping[ItemKey, Lattice],
    catalogue: Catalogue,
    aspects: Aspects | None,
    minimum: int,
) -> dict[ItemKey, dict[str, Any]]:
    """Return what an edition keeps of the findings, beside the questions that they are about."""
    found: dict[ItemKey, dict[str, Any]] = {}
    for item in catalogue.items:
        if item.question.concept == MAIN_REASON:
            finding = _openness(tally, item, by_item[item.key], minimum, catalogue.controllable)
            if finding is not None:
                documents = {
                    name: figures.to_json(getattr(finding, name))
                    for name in ("identified", "hidden")
                }
                found[item.key] = {"openness": documents}
    if aspects is not None:
        found |= _importance(tally, aspects, by_item, minimum)
    return found


def _openness(
    tally: Tally, item: Item, lattice: Lattice, minimum: int, controllable: Collection[str]
) -> OpennessFinding | None:
    """Return the shares of both kinds of answers, or None where they may not be told apart.

    Who subtracts what it reads from the organisation's cell has the hidden ones' sum already; so
    what is new is new to those who read no rows, and to them both sides must be crowds.
    """
    whole = lattice.organisation
    if whole is None or whole.coverage is not Coverage.ALL_ANSWERS:
        return None
    answered = {
        group: count
        for group, count in tally.answered(item.key).items()
        if group in whole.respondents
    }
    identified: dict[Hashable, int] = {
        group: count
        for group, count in answered.items()
        if group.confidentiality is Confidentiality.ATTRIBUTED
    }
    hidden = sum(answered.values()) - sum(identified.values())
    if min(sum(identified.values()), hidden) < minimum:
        return None
    if not may_be_split(lattice, respondents_of(answered), identified, minimum):
        return None
    answers = said(merge(tally.answers[item.key], whole.respondents))
    alone = Said(answers.everybody - answers.hidden, Counter(), Counter())
    others = Said(answers.hidden, Counter(), answers.anonymous)

    def share(answers: Said, note: str) -> Figure:
        return answers.share(lambda one: is_controllable(one, controllable), note)

    return OpennessFinding(
        share(alone, NOTES[Coverage.IDENTIFIED_ONLY]),
        share(others, "Confidential and anonymous answers."),
    )


def _importance(
    tally: Tally, aspects: Aspects, by_item: Mapping[ItemKey, Lattice], minimum: int
) -> dict[ItemKey, dict[str, Any]]:
    """Return how each aspect goes together with the overall score: Spearman's correlation.

    One set for all of them, those who gave a score and answered every aspect: with a set for each
    aspect, the score's question would have as many sets, which can be subtracted from each other.
    """
    answered = respondents_of(tally.complete)
    # Nobody counts here whom a cell of any of the questions leaves out.
    keys = [aspects.overall.key, *(item.key for item in aspects.items)]
    wholes = [by_item[key].organisation for key in keys]
    if not all(wholes):
        return {}
    counted = [
        one for one in answered if all(cell and one.key in cell.respondents for cell in wholes)
    ]
    cell = cover(counted, minimum)
    if cell is None:
        return {}
    inside = {one.key: one.count for one in counted if one.key in cell.respondents}
    n = sum(inside.values())
    if n < CORRELATION_FLOOR:
        return {}
    safe = {
        key
        for key in keys
        if may_be_split(by_item[key], respondents_of(tally.answered(key)), inside, minimum)
    }
    if aspects.overall.key not in safe:
        return {}
    found: dict[ItemKey, dict[str, Any]] = {
        # Who must be left for these figures to stand when somebody takes the answers back.
        key: {"together": cell.coverage.value}
        for key in keys
    }
    for item in aspects.items:
        if item.key not in safe:
            continue
        value = spearman(_together(tally.pairs[item.key], cell))
        if value is not None:
            figure = figures.correlation(value, n, note=NOTES[cell.coverage])
            found[item.key] |= {"importance": figures.to_json(figure)}
    return found


def _together(pairs: Mapping[Group, Counter[Pair]], cell: Cell) -> Counter[Pair]:
    together = Counter[Pair]()
    for group, counts in pairs.items():
        if group in cell.respondents:
            together.update(counts)
    return together
