"""What is counted of a questionnaire: one item for each question, or row of a matrix.

All figures of one item rest on the same respondents, those who answered it. So a concept that
several versions ask is one item, however often it was asked anew: figures for each version beside
one for all of them could be subtracted from each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tenants.questionnaires.question_types import QUESTION_TYPES, QuestionTypeKey, Statistics
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Matrix,
    Ranking,
    Scale,
    Value,
)
from tenants.reasons import REASONS, Audience, Controllability, DeclineReason

YES: Final = "YES"
NO: Final = "NO"
RECOMMENDATION_POINTS: Final = range(11)

# Points chosen, codes of the options chosen, or codes in the order in which they were put.
Measured = int | frozenset[str] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question of a published version, as its row says.

    Attributes:
        id: Of the row.
        questionnaire_id: Which questionnaire it belongs to.
        asked_from: When its version was published.
        code: Stable across versions.
        position: Its place in the version.
        type: What kind of question it is.
        concept: The key across versions and organisations, if it has one.
        audience: Who may read what was answered.
        wording: By language.
        options: As the definition's JSON has them.
        settings: As the definition's JSON has them.
    """

    id: UUID
    questionnaire_id: UUID
    asked_from: datetime
    code: str
    position: int
    type: QuestionTypeKey
    concept: str | None
    audience: Audience
    wording: Mapping[str, str]
    options: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What its items share across versions: the concept, or questionnaire and code."""
        return self.concept or f"{self.questionnaire_id}/{self.code}"

    @property
    def shape(self) -> tuple[Any, ...]:
        """What must be equal for answers to be counted together."""
        codes = tuple(option["code"] for option in self.options)
        return (self.type, codes, self.settings.get("points"))


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is counted.

    Attributes:
        key: The concept, or questionnaire and code; with the row of a matrix.
        question: As the newest version of its shape asks it.
        row: Code of the row of a matrix; None of other types.
        asked: The questions whose answers are counted.
    """

    key: tuple[str, str | None]
    question: AskedQuestion
    row: str | None
    asked: tuple[UUID, ...]

    @property
    def points(self) -> range | None:
        """The points of its scale; None of a choice."""
        if self.question.type is QuestionTypeKey.RECOMMENDATION:
            return RECOMMENDATION_POINTS
        if self.question.type in (QuestionTypeKey.RATING, QuestionTypeKey.MATRIX):
            return range(1, self.question.settings["points"] + 1)
        return None

    @property
    def options(self) -> tuple[str, ...]:
        """The codes that can be chosen, in order; points as text."""
        if self.points is not None:
            return tuple(str(point) for point in self.points)
        if self.question.type is QuestionTypeKey.BOOLEAN:
            return (YES, NO)
        return tuple(option["code"] for option in self.question.options)


COUNTED: Final = frozenset(
    key for key, one in QUESTION_TYPES.items() if one.statistics is not Statistics.NONE
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The items of some versions' questions.

    Attributes:
        items: In the order in which they are asked.
        by_question: Of each question whose answers are counted, the key that its items share.
        said: What the organisation's codebook says of reasons otherwise than the taxonomy.
    """

    items: tuple[Item, ...]
    by_question: Mapping[UUID, str]
    said: Mapping[DeclineReason, Controllability] = field(default_factory=dict)

    @property
    def controllable(self) -> frozenset[str]:
        """The codes of the reasons that are in the organisation's own hands."""
        return frozenset(
            reason.value
            for reason, facts in REASONS.items()
            if self.said.get(reason, facts.controllability) is Controllability.CONTROLLABLE
        )


def make_catalogue(
    questions: Iterable[AskedQuestion],
    answered: Mapping[UUID, int],
    said: Mapping[DeclineReason, Controllability] = MappingProxyType({}),
) -> Catalogue:
    """Return what is counted of some questions.

    Questions of one concept, or code, that have other options or another scale cannot be counted
    together. The shape with the most answers counts, of equals the newest: a new version must not
    take what was answered before out of its window.

    Args:
        questions: Of all published versions.
        answered: How many of the responses that are counted answered each question.
        said: What the organisation says of reasons otherwise than the taxonomy.
    """
    alike: dict[str, dict[tuple[Any, ...], list[AskedQuestion]]] = {}
    for question in sorted(questions, key=lambda one: (one.asked_from, one.id), reverse=True):
        if question.type in COUNTED:
            alike.setdefault(question.key, {}).setdefault(question.shape, []).append(question)

    def weight(same: Sequence[AskedQuestion]) -> tuple[int, datetime]:
        return sum(answered.get(one.id, 0) for one in same), same[0].asked_from

    counted = {key: max(shapes.values(), key=weight) for key, shapes in alike.items()}
    items: list[Item] = []
    for key, same in sorted(counted.items(), key=lambda one: (one[1][0].position, one[0])):
        question, asked = same[0], tuple(one.id for one in same)
        rows: list[str | None] = [None]
        if question.type is QuestionTypeKey.MATRIX:
            rows = [option["code"] for option in question.options]
        items += [Item((key, row), question, row, asked) for row in rows]
    by_question = {one.id: key for key, same in counted.items() for one in same}
    return Catalogue(tuple(items), by_question, said)


def measure(  # noqa: PLR0911 - one for each shape.
    key: str, value: Value | None
) -> dict[tuple[str, str | None], Measured]:
    """Return what an answer says of each item of its question; nothing of what is not counted."""
    match value:
        case Choice(code):
            return {(key, None): frozenset({code})}
        case Choices(codes):
            return {(key, None): frozenset(codes)}
        case Boolean(yes):
            return {(key, None): frozenset({YES if yes else NO})}
        case Ranking(codes):
            return {(key, None): codes}
        case Scale(point):
            return {(key, None): point}
        case Matrix(rows):
            return {(key, row): point for row, point in rows.items()}
        case _:
            return {}
