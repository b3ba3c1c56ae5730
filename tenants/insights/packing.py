"""Answers packed into words: a few words for each respondent, of which everything is counted.

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
from tenants.questionnaires.values import Boolean, Choice, Choices, Matrix, Ranking, Scale, Value

# A word is a bigint of PostgreSQL's, whose highest bit is the sign.
_BITS_OF_A_WORD: Final = 63
# Points reach from 0 to 10, and are kept as one more than they are.
_BITS_OF_A_POINT: Final = 4
# Numbers of so many bits have a counter each; of longer ones only few occur.
_BITS_OF_A_COUNTER: Final = 12
_SINGLE: Final = {ValueShape.CHOICE, ValueShape.BOOLEAN, ValueShape.SCALE, ValueShape.MATRIX}


@dataclass(frozen=True, slots=True)
class Field:
    """Where in the words something stands that a respondent answered; 0 there says nothing was.

    Attributes:
        asked: The questions that it is the answer to; nobody answered two of them.
        shape: Of the answer.
        row: Code of the row of a matrix; None of other questions.
        codes: What can be chosen, which is kept as its place from 1 on. Whatever else somebody
            chose has the place behind them.
        longest: How many a list of them has at most; 0 of other shapes. Above the lowest bit, which
            says that there is a list, the places of its members stand in their order.
        word: Which word.
        shift: How many of its bits stand below.
        bits: How many it has.
    """

    asked: tuple[UUID, ...]
    shape: ValueShape
    row: str | None
    codes: tuple[str, ...]
    longest: int
    word: int
    shift: int
    bits: int

    @property
    def bits_of_a_place(self) -> int:
        """How many bits the place of a code has."""
        return (len(self.codes) + 1).bit_length()

    def value(self, kept: int) -> Value:
        """Return the answer that a number other than 0 stands for."""
        if self.shape is ValueShape.CHOICE:
            return Choice(self._code(kept))
        if self.longest:
            bits = self.bits_of_a_place
            places = (kept >> 1 + number * bits & (1 << bits) - 1 for number in range(self.longest))
            codes = tuple(self._code(place) for place in places if place)
            return Choices(codes) if self.shape is ValueShape.CHOICES else Ranking(codes)
        if self.shape is ValueShape.BOOLEAN:
            return Boolean(kept > 1)
        return Scale(kept - 1) if self.row is None else Matrix({self.row: kept - 1})

    def _code(self, place: int) -> str:
        return self.codes[place - 1] if place <= len(self.codes) else ""


def is_packed(question: AskedQuestion) -> bool:
    """Tell whether each answer to a question goes into a word: all but lists of very many."""
    if _longest(question):
        return _bits(question, _longest(question)) <= _BITS_OF_A_WORD
    return QUESTION_TYPES[question.type].shape in _SINGLE


def _longest(question: AskedQuestion) -> int:
    """Return how many options an answer lists at most, or 0 where it is no list."""
    shape = QUESTION_TYPES[question.type].shape
    if shape is ValueShape.CHOICES:
        return int(question.settings["max_choices"])
    return len(question.options) if shape is ValueShape.RANKING else 0


def _bits(question: AskedQuestion, longest: int) -> int:
    """Return how many bits an answer to a question needs, or one row of it."""
    shape = QUESTION_TYPES[question.type].shape
    place = (len(question.options) + 1).bit_length()
    if longest:
        return 1 + longest * place
    return {ValueShape.CHOICE: place, ValueShape.BOOLEAN: 2}.get(shape, _BITS_OF_A_POINT)


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
        # Versions that ask alike may let one choose more or fewer.
        longest = max(_longest(one) for one in same)
        bits = _bits(same[0], longest)
        for row in codes if shape is ValueShape.MATRIX else (None,):
            if shift + bits > _BITS_OF_A_WORD:
                word, shift = word + 1, 0
            asked = tuple(one.id for one in same)
            fields.append(Field(asked, shape, row, codes, longest, word, shift, bits))
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
            for kept, times in _count(_read(words, field), field.bits)
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
                    for kept, times in _count(both, 2 * _BITS_OF_A_POINT)
                }
                if pairs:
                    found[key][group] = Counter(pairs)
        return found


def _read(words: Any, field: Field) -> Any:
    """Return what everybody's words say at one place."""
    return words[field.word] >> field.shift & ((1 << field.bits) - 1)


def _count(numbers: Any, bits: int) -> list[tuple[int, int]]:
    """Return which numbers there are, none of more than so many bits, and how often each is."""
    import numpy as np  # noqa: PLC0415

    if bits > _BITS_OF_A_COUNTER:
        values, times = np.unique(numbers, return_counts=True)
        return list(zip(values.tolist(), times.tolist(), strict=True))
    return [(number, count) for number, count in enumerate(np.bincount(numbers).tolist()) if count]
