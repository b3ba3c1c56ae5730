"""Attackers who try everything: every order against every order, every value against every value.

They are handed what is known (`tests.attacks.knowledge`) and not what it means. Each pair of a
thing known of the answers and a thing known of the members is one attacker; all are judged
together, so that the best of thousands must be better than the best of thousands by chance.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import eq
from secrets import SystemRandom
from typing import Any

from tests.attacks.chance import Guesses, binomial_tail, matching_tail
from tests.attacks.knowledge import Batch, Crowd, Features

# The probability that a suite fails although nothing leaks.
FALSE_ALARM = Fraction(1, 1_000_000)

_random = SystemRandom()


@dataclass
class Score:
    """How one attacker fared.

    Attributes:
        guesses: What was guessed in each crowd.
        right: How many of all guesses were right.
        drawn: In how many crowds there was a guess; one of each was drawn by lot,
        drawn_right: and so many of those were right. They are independent of each other.
    """

    guesses: list[Guesses] = field(default_factory=list)
    right: int = 0
    drawn: int = 0
    drawn_right: int = 0

    @property
    def expected(self) -> Fraction:
        """How many are right by chance."""
        return sum((Fraction(sum(times), size) for size, times in self.guesses), Fraction(0))


@dataclass(frozen=True)
class Leak:
    """An attacker who is right more often than chance allows.

    Attributes:
        attacker: What was compared with what.
        right: How many guesses were right.
        guesses: Of how many.
        probability: Of being right so often by chance.
    """

    attacker: str
    right: int
    guesses: int
    probability: float


@dataclass(frozen=True)
class Verdict:
    """What came of all attackers.

    Attributes:
        scores: Of each.
        leaks: Those who found something, the surest first.
    """

    scores: Mapping[str, Score]
    leaks: Sequence[Leak]


def attack(batches: Iterable[Batch]) -> Verdict:
    """Return how every attacker fared over all batches."""
    scores: dict[str, Score] = {}
    for batch in batches:
        for crowd in batch.crowds:
            _by_order(batch, crowd, scores)
            _by_equality(batch, crowd, scores)
    level = FALSE_ALARM / (2 * max(len(scores), 1))
    leaks = [leak for name, score in scores.items() if (leak := _judge(name, score, level))]
    return Verdict(scores, sorted(leaks, key=lambda leak: leak.probability))


def _judge(name: str, score: Score, level: Fraction) -> Leak | None:
    """Return what an attacker found, if chance does not explain it at the level.

    Two tests, each at its share of the level: the binomial over the guesses drawn by lot, and the
    one over all guesses that knows how those of a crowd depend on each other.
    """
    if score.right <= score.expected:
        return None
    probability = min(
        binomial_tail(score.drawn, score.drawn_right), matching_tail(score.guesses, score.right)
    )
    if probability > level:
        return None
    count = sum(sum(times) for _, times in score.guesses)
    return Leak(name, score.right, count, float(probability))


def _by_order(batch: Batch, crowd: Crowd, scores: dict[str, Score]) -> None:
    """Sort the answers by one thing and the members by another, and match them by rank."""
    ones = (1,) * len(crowd.answers)
    # The writers in the order of the answers; comparing them with the guesses is all that is left.
    writers = {
        name: [batch.truth[answer] for answer in order]
        for name, order in _orders(batch.answers, crowd.answers).items()
    }
    members = _orders(batch.members, crowd.members)
    members |= {f"{name} reversed": order[::-1] for name, order in members.items()}
    for known, order in members.items():
        lot = _random.randrange(len(order))
        for name, written in writers.items():
            score = scores.setdefault(f"{name} ~ {known}", Score())
            score.guesses.append((len(order), ones))
            score.right += sum(map(eq, written, order))
            score.drawn += 1
            score.drawn_right += written[lot] == order[lot]


def _orders(features: Sequence[Features], numbers: Sequence[int]) -> dict[str, list[int]]:
    """Return every order that tells at least two apart; where it does not, the lot decides."""
    names = {name for number in numbers for name in features[number]}
    found: dict[str, list[int]] = {}
    pick: Callable[[tuple[Any, ...]], Any]
    for name in sorted(names):
        for end, pick in (("first", min), ("last", max)):
            keys = {
                number: pick(features[number][name]) if name in features[number] else None
                for number in numbers
            }
            if len(set(keys.values())) < 2:
                continue
            order = _sorted(keys)
            single = all(len(features[number].get(name, ())) <= 1 for number in numbers)
            found[name if single else f"{name}.{end}"] = order
            if single:
                break
    return found


def _sorted(keys: Mapping[int, Any]) -> list[int]:
    known = [number for number, key in keys.items() if key is not None]
    unknown = [number for number, key in keys.items() if key is None]
    _random.shuffle(known)
    _random.shuffle(unknown)
    return [*sorted(known, key=lambda number: keys[number]), *unknown]


def _by_equality(batch: Batch, crowd: Crowd, scores: dict[str, Score]) -> None:
    """Put an answer down to one of those of whom an equal value is known.

    One attacker guesses among all of them, another speaks only where there is just one.
    """
    known: dict[Any, set[tuple[str, int]]] = {}
    for name, member, value in _telling(batch.members, crowd.members):
        known.setdefault(value, set()).add((name, member))
    matches: dict[str, dict[int, set[int]]] = {}
    for name, answer, value in _telling(batch.answers, crowd.answers):
        for other, member in known.get(value, ()):
            found = matches.setdefault(f"{name} = {other}", {})
            found.setdefault(answer, set()).add(member)
    for name, by_answer in matches.items():
        sure = {answer: found for answer, found in by_answer.items() if len(found) == 1}
        told = {frozenset(found) for found in by_answer.values()}
        if len(told) > 1 or len(by_answer) < len(crowd.answers):
            _guess(batch, crowd, by_answer, scores.setdefault(name, Score()))
        if sure:
            _guess(batch, crowd, sure, scores.setdefault(f"{name}, of one only", Score()))


def _telling(
    features: Sequence[Features], numbers: Sequence[int]
) -> Iterator[tuple[str, int, Any]]:
    """Go through every value of every thing that is not the same of all."""
    for name in {name for number in numbers for name in features[number]}:
        values = {number: frozenset(features[number].get(name, ())) for number in numbers}
        if len(set(values.values())) > 1:
            for number, found in values.items():
                for value in found:
                    # With its kind, so that no 1 equals a True.
                    yield name, number, (type(value).__name__, value)


def _guess(batch: Batch, crowd: Crowd, matches: Mapping[int, set[int]], score: Score) -> None:
    guesses = {answer: _random.choice(sorted(found)) for answer, found in matches.items()}
    times = [list(guesses.values()).count(member) for member in set(guesses.values())]
    score.guesses.append((len(crowd.answers), tuple(sorted(times, reverse=True))))
    score.right += sum(batch.truth[answer] == member for answer, member in guesses.items())
    lot = _random.choice(sorted(guesses))
    score.drawn += 1
    score.drawn_right += batch.truth[lot] == guesses[lot]
