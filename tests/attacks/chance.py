"""How likely it is to be right so often by chance: exact, in whole numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from math import comb, factorial, prod

# The guesses made in one crowd: its size, and for each member how many answers were put down to
# it, largest first. An attacker who matches everything in a crowd of five: (5, (1, 1, 1, 1, 1)).
Guesses = tuple[int, tuple[int, ...]]

# One over the smallest crowd.
CHANCE = Fraction(1, 5)


@cache
def binomial_tail(trials: int, right: int, chance: Fraction = CHANCE) -> Fraction:
    """Return the probability of at least so many successes in independent trials."""
    return sum(
        (
            comb(trials, k) * chance**k * (1 - chance) ** (trials - k)
            for k in range(right, trials + 1)
        ),
        Fraction(0),
    )


@cache
def assignments(guesses: Guesses) -> tuple[int, ...]:
    """Return in how many of the n! assignments of n answers to n writers 0, 1, ... guesses hold.

    Source: Riordan, An Introduction to Combinatorial Analysis, ch. 7: the hit numbers of a board
    follow from its rook polynomial, here the product of 1 + m·x over the members guessed m times.
    """
    size, times = guesses
    rooks = [1]
    for count in times:
        rooks = _times(rooks, [1, count])
    return tuple(
        sum(
            (-1) ** (j - k) * comb(j, k) * rooks[j] * factorial(size - j)
            for j in range(k, len(rooks))
        )
        for k in range(len(rooks))
    )


def matching_tail(crowds: Iterable[Guesses], right: int) -> Fraction:
    """Return the probability of at least so many right guesses over all crowds.

    Guesses within a crowd depend on each other: who matches all by rank is right about all of them
    or about few. So every assignment of its answers to its members counts as equally likely, and
    the crowds as independent.
    """
    counted = frozenset(Counter(crowds).items())
    sizes = prod(factorial(size) ** count for (size, _), count in counted)
    return Fraction(sum(_distribution(counted)[right:]), sizes)


@cache
def _distribution(counted: frozenset[tuple[Guesses, int]]) -> Sequence[int]:
    found = [1]
    for guesses, count in counted:
        found = _times(found, _power(guesses, count))
    return found


@cache
def _power(guesses: Guesses, count: int) -> list[int]:
    if count == 1:
        return list(assignments(guesses))
    half = _power(guesses, count // 2)
    squared = _times(half, half)
    return _times(squared, assignments(guesses)) if count % 2 else squared


def _times(one: Sequence[int], other: Sequence[int]) -> list[int]:
    """Return the product of two polynomials, lowest coefficient first."""
    found = [0] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        if a:
            for j, b in enumerate(other):
                found[i + j] += a * b
    return found
