"""The responses of a window as numbers: how many of each sort gave each answer.

No rule and no figure tells two respondents apart who stand at one value of the dimension and chose
the same confidentiality. So an edition is made of counts, which PostgreSQL makes, and publishing
takes as long for the thousandth answer as for the first.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from tenants.disclosure.cells import Respondent
from tenants.insights.items import Catalogue, Item, Measured, measure
from tenants.interviews.models import Confidentiality
from tenants.metrics import RECOMMENDATION
from tenants.questionnaires.values import Matrix, Value

ItemKey = tuple[str, str | None]
# An answer to one item, and to the overall score.
Pair = tuple[int, int]
# An aspect that fewer answered than this part of those who gave a score would shrink the set of
# those who answered all of them.
_ANSWERED_WITH_THE_SCORE: Final = 0.8


class Group(NamedTuple):
    """Respondents whom no rule tells apart.

    Attributes:
        segment: The value of the organisation's dimension; None for "no value".
        confidentiality: What they chose.
    """

    segment: str | None
    confidentiality: Confidentiality


# How many of a group gave an answer to a question.
AnswerCount = tuple[UUID, Group, Value | None, int]


@dataclass(frozen=True, slots=True)
class Aspects:
    """What is held against the overall score.

    Attributes:
        overall: The score.
        items: Scales that nearly everybody answered who gave a score.
    """

    overall: Item
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Responses that no edition has counted yet.

    Attributes:
        respondents: How many there are of each group.
        answers: Of each item how often each group gave each answer.
        pairs: Of each aspect how often each group gave it beside which score. All of them rest on
            the same respondents, those who gave a score and answered every aspect.
    """

    respondents: Mapping[Group, int]
    answers: Mapping[ItemKey, Mapping[Group, Counter[Measured]]]
    pairs: Mapping[ItemKey, Mapping[Group, Counter[Pair]]]

    def answered(self, key: ItemKey) -> dict[Group, int]:
        """Return how many of each group answered an item."""
        return {group: counts.total() for group, counts in self.answers.get(key, {}).items()}

    @property
    def complete(self) -> dict[Group, int]:
        """How many of each group are behind every one of `pairs`."""
        first = next(iter(self.pairs.values()), {})
        return {group: counts.total() for group, counts in first.items()}


def respondents_of(counts: Mapping[Group, int]) -> list[Respondent]:
    """Return groups as the rules see them, in the same order whatever order they came in."""
    return [
        Respondent(
            key=group,
            hidden=group.confidentiality is not Confidentiality.ATTRIBUTED,
            anonymous=group.confidentiality is Confidentiality.ANONYMOUS,
            segment=group.segment,
            count=count,
        )
        for group, count in sorted(
            counts.items(), key=lambda one: (one[0].segment or "", one[0].confidentiality)
        )
        if count
    ]


def find_aspects(catalogue: Catalogue, answered: Mapping[ItemKey, int]) -> Aspects | None:
    """Return what can be held against the overall score, or None where nothing can.

    Args:
        catalogue: Everything that is counted.
        answered: How many answered each item.
    """
    scales = [one for one in catalogue.items if one.points is not None and one.question.concept]
    overall = next((one for one in scales if one.question.concept == RECOMMENDATION), None)
    if overall is None:
        return None
    least = _ANSWERED_WITH_THE_SCORE * answered.get(overall.key, 0)
    items = tuple(
        one
        for one in scales
        # Whoever reads of the aspect must be allowed to read of the score.
        if one is not overall
        and answered.get(one.key, 0) >= max(1, least)
        and overall.question.audience in (one.question.audience, "ORGANISATION")
    )
    return Aspects(overall, items) if items else None


def count_times(counts: Iterable[AnswerCount]) -> dict[UUID, int]:
    """Return how many answered each question; of a matrix, the row that most answered."""
    by_row: Counter[tuple[UUID, str | None]] = Counter()
    for question_id, _, value, count in counts:
        rows: Iterable[str | None] = value.rows if isinstance(value, Matrix) else (None,)
        for row in rows:
            by_row[question_id, row] += count
    times: dict[UUID, int] = {}
    for (question_id, _), count in by_row.items():
        times[question_id] = max(times.get(question_id, 0), count)
    return times


def add_up(
    catalogue: Catalogue, counts: Iterable[AnswerCount]
) -> dict[ItemKey, dict[Group, Counter[Measured]]]:
    """Return what was answered of each item, of how often each answer was given to each question.

    Args:
        catalogue: What is counted.
        counts: Question, group, answer, and how many of the group gave it.
    """
    answers: dict[ItemKey, dict[Group, Counter[Measured]]] = {}
    for question_id, group, value, count in counts:
        key = catalogue.by_question.get(question_id)
        for item_key, measured in ({} if key is None else measure(key, value)).items():
            answers.setdefault(item_key, {}).setdefault(group, Counter())[measured] += count
    return answers


def merge(
    counters: Mapping[Group, Counter[Measured]], groups: Collection[object]
) -> Iterable[tuple[Group, Counter[Measured]]]:
    """Yield the counts of those groups that a cell covers."""
    return ((group, counts) for group, counts in counters.items() if group in groups)
