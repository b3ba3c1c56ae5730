"""Answers that are one of a few values, packed into words: a few words for each respondent.

What holds one scale against another needs both points of one person, and reading millions of
answers takes longer than counting them. So the database reads them once and puts those of each
respondent into a few words of eight bytes, and everything is counted of these. The words of a group
come together and are nobody's: no id, no month and no order comes with them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tenants.insights.items import AskedQuestion, Item
from tenants.insights.tally import AnswerCount, Aspects, Group, ItemKey, Pair
from tenants.questionnaires.question_types import QUESTION_TYPES, ValueShape
from tenants.questionnaires.values import Boolean, Choice, Matrix, Scale, Value

# A word is a bigint of PostgreSQL's, whose highest bit is the sign.
_BITS_OF_A_WORD: Final = 63
# Points reach from 0 to 10, and are kept as one more than they are.
_BITS_OF_A_POINT: Final = 4
_SHAPES: Final = {ValueShape.CHOICE, ValueShape.BOOLEAN, ValueShape.SCALE, ValueShape.MATRIX}


@dataclass(frozen=True, slots=True)
class Field:
    """Where in the words something stands that a respondent answered; 0 there says nothing was.

    Attributes:
        asked: The questions that it is the answer to; nobody answered two of them.
        shape: Of the answer.
        row: Code of the row of a matrix; None of other questions.
        codes: What can be chosen, which is kept as its place from 1 on. Whatever else somebody
            chose has the place behind them.
        word: Which word.
        shift: How many of its bits stand below.
        bits: How many it has.
    """

    asked: tuple[UUID, ...]
    shape: ValueShape
    row: str | None
    codes: tuple[str, ...]
    word: int
    shift: int
    bits: int

    def value(self, kept: int) -> Value:
        """Return the answer that a number other than 0 stands for."""
        if self.shape is ValueShape.CHOICE:
            return Choice(self.codes[kept - 1] if kept <= len(self.codes) else "")
        if self.shape is ValueShape.BOOLEAN:
            return Boolean(kept > 1)
        return Scale(kept - 1) if self.row is None else Matrix({self.row: kept - 1})


def is_packed(question: AskedQuestion) -> bool:
    """Tell whether what is answered to a question is one of a few values, or one for each row."""
    return QUESTION_TYPES[question.type].shape in _SHAPES


def make_layout(questions: Iterable[AskedQuestion]) -> list[Field]:
    """Return where the answers to some questions stand.

    Questions that are counted together share their place.

    Args:
        questions: Each is one that `is_packed`.
    """
    alike: dict[tuple[Any, ...], list[AskedQuestion]] = {}
    for question in questions:
        alike.setdefault((question.key, question.shape), []).append(question)
    fields: list[Field] = []
    word = shift = 0
    for same in alike.values():
        shape = QUESTION_TYPES[same[0].type].shape
        codes = tuple(option["code"] for option in same[0].options)
        bits = {
            ValueShape.CHOICE: (len(codes) + 1).bit_length(),
            ValueShape.BOOLEAN: 2,
        }.get(shape, _BITS_OF_A_POINT)
        for row in codes if shape is ValueShape.MATRIX else (None,):
            if shift + bits > _BITS_OF_A_WORD:
                word, shift = word + 1, 0
            asked = tuple(one.id for one in same)
            fields.append(Field(asked, shape, row, codes, word, shift, bits))
            shift += bits
    return fields


class PackedAnswers:
    """What each of some respondents answered."""

    def __init__(self, fields: Sequence[Field], words: Mapping[Group, bytes]) -> None:
        """Keep the answers.

        Args:
            fields: Where they stand.
            words: Of each group everybody's words, one person's after the other's, with the
                highest byte first.
        """
        # Only a process that publishes has to hold it.
        import numpy as np  # noqa: PLC0415

        self._fields = fields
        width = 1 + max((field.word for field in fields), default=0)
        self._words: dict[Group, Any] = {
            group: np.frombuffer(given, ">i8").astype(np.int64).reshape(-1, width).T
            for group, given in words.items()
        }

    def count(self) -> list[AnswerCount]:
        """Return how often each group gave each answer; of a matrix, each point to each row.

        Of questions that share their place the first stands for all.
        """
        return [
            (field.asked[0], group, field.value(kept), times)
            for field in self._fields
            for group, words in self._words.items()
            for kept, times in _count(_read(words, field))
            if kept
        ]

    def count_pairs(self, aspects: Aspects) -> dict[ItemKey, dict[Group, Counter[Pair]]]:
        """Return how often each aspect was given beside which score, of who answered all of them.

        Args:
            aspects: What is held against the score.
        """
        import numpy as np  # noqa: PLC0415

        places = {(key, field.row): field for field in self._fields for key in field.asked}

        def field_of(item: Item) -> Field:
            return places[item.asked[0], item.row]

        fields = {item.key: field_of(item) for item in aspects.items}
        overall = field_of(aspects.overall)
        found: dict[ItemKey, dict[Group, Counter[Pair]]] = {key: {} for key in fields}
        for group, words in self._words.items():
            answered = [_read(words, field) > 0 for field in (overall, *fields.values())]
            complete = words[:, np.logical_and.reduce(answered)]
            scores = _read(complete, overall)
            for key, field in fields.items():
                both = _read(complete, field) << _BITS_OF_A_POINT | scores
                pairs = {
                    ((kept >> _BITS_OF_A_POINT) - 1, kept % (1 << _BITS_OF_A_POINT) - 1): times
                    for kept, times in _count(both)
                }
                if pairs:
                    found[key][group] = Counter(pairs)
        return found


def _read(words: Any, field: Field) -> Any:
    """Return what everybody's words say at one place."""
    return words[field.word] >> field.shift & ((1 << field.bits) - 1)


def _count(numbers: Any) -> list[tuple[int, int]]:
    """Return which small numbers there are, and how often each is."""
    import numpy as np  # noqa: PLC0415

    return [(number, count) for number, count in enumerate(np.bincount(numbers).tolist()) if count]
