"""The judge of the attackers, judged: against counting by hand, and against fair guessing."""

from collections import Counter
from fractions import Fraction
from itertools import permutations
from math import comb, factorial

from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.attackers import attack
from tests.attacks.chance import assignments, binomial_tail, matching_tail
from tests.attacks.knowledge import Batch, Crowd


def test_the_binomial_tail_is_the_textbooks() -> None:
    # Ten fair coins: 176 of 1024 outcomes show seven heads or more.
    assert binomial_tail(10, 7, Fraction(1, 2)) == Fraction(176, 1024)
    assert binomial_tail(5, 5) == Fraction(1, 3125)
    assert binomial_tail(60, 0) == 1


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.lists(st.integers(0, n - 1), max_size=n).map(lambda guesses: (n, guesses))
    )
)
def test_assignments_are_counted_as_by_trying_all(case: tuple[int, list[int]]) -> None:
    size, guesses = case
    tried = Counter(
        sum(writers[answer] == guess for answer, guess in enumerate(guesses))
        for writers in permutations(range(size))
    )
    times = tuple(sorted(Counter(guesses).values(), reverse=True))
    counted = assignments((size, times))
    assert {right: count for right, count in enumerate(counted) if count} == dict(tried)
    assert sum(counted) == factorial(size)


def test_over_several_crowds_the_tail_is_exact() -> None:
    five, one = (5, (1, 1, 1, 1, 1)), (5, (1,))
    assert matching_tail([five], 5) == Fraction(1, 120)
    assert matching_tail([five, five], 10) == Fraction(1, 120**2)
    # One guess in each crowd makes it the binomial.
    assert matching_tail([one] * 20, 9) == binomial_tail(20, 9)
    assert matching_tail([one] * 20, 0) == 1
    exactly = Fraction(comb(20, 20), 5**20)
    assert matching_tail([one] * 20, 20) == exactly


def _batch(order: list[int]) -> Batch:
    """Return a batch whose answers show a number that rises with their writers' as far as told."""
    return Batch(
        members=[{"number": (number,)} for number in range(5)],
        answers=[{"shown": (place,)} for place in range(5)],
        crowds=[Crowd(range(5), range(5))],
        truth=order,
    )


def test_a_leak_is_found_and_its_absence_is_not() -> None:
    found = attack([_batch([0, 1, 2, 3, 4])] * 5)
    names = {leak.attacker for leak in found.leaks}
    # By rank, and because the numbers are the same.
    assert names == {"shown ~ number", "shown = number", "shown = number, of one only"}
    assert {leak.right for leak in found.leaks} == {25}
    # Every assignment once: nothing can be better than chance, however clever.
    everything = [_batch(list(order)) for order in permutations(range(5))]
    assert attack(everything).leaks == []
    assert attack(everything).scores["shown ~ number"].right == 120
