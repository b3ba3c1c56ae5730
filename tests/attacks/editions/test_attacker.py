"""The attacker itself: what it finds by hand, and that it misses nothing that exhaustion finds."""

from collections.abc import Sequence
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.editions.attacker import People, isolated

CELLS = st.lists(st.frozensets(st.integers(0, 11), min_size=1), min_size=1, max_size=6)


def people(letters: str) -> People:
    return frozenset(letters)


@pytest.mark.parametrize(
    ("cells", "readable", "found"),
    [
        (["abcdef"], "", []),
        (["abcd"], "", ["abcd"]),
        (["abcdef"], "abc", ["def"]),
        (["abcdefg", "abcde"], "", ["fg"]),
        (["abcdefgh", "abcde"], "g", ["fh"]),
        (["abcdefghij", "abcde"], "", []),
        # Three pairs of two overlap: half of (ab + ac − bc) is a alone, for groups as for ones.
        (["ab", "ac", "bc"], "", ["a", "b", "c", "ab", "ac", "bc", "abc"]),
        (["abcdefgh", "abcdijkl", "efghijkl"], "", ["abcd", "efgh", "ijkl"]),
        # Only a difference of three cells shows a + b.
        (["abcdefghij", "cefghi", "dj"], "", ["ab", "dj", "abdj"]),
    ],
)
def test_it_finds_what_can_be_computed(cells: list[str], readable: str, found: list[str]) -> None:
    expected = {people(letters) for letters in found}
    assert set(isolated(map(people, cells), people(readable), 5)) == expected


@given(CELLS, st.frozensets(st.integers(0, 11)), st.integers(2, 6))
def test_it_finds_just_what_trying_every_union_finds(
    cells: list[frozenset[int]], readable: frozenset[int], crowd: int
) -> None:
    rest = [sorted(cell - readable) for cell in cells]
    everybody = sorted(set(chain.from_iterable(rest)))
    rows = [[int(one in cell) for one in everybody] for cell in rest]
    rank = _rank(rows)
    expected = {
        frozenset(some)
        for size in range(1, crowd)
        for some in combinations(everybody, size)
        if _rank([*rows, [int(one in some) for one in everybody]]) == rank
    }
    # Everything connected is found; sums of parts that have nothing in common are not repeated.
    found = set(isolated(cells, readable, crowd))
    assert found <= expected
    assert _smallest(found) == _smallest(expected)


def _smallest(found: set[People] | set[frozenset[int]]) -> set[People]:
    """Return those that are not a union of others, which every other one is of."""
    return {one for one in found if one != frozenset().union(*(o for o in found if o < one))}


def _rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank over the rationals, by Bareiss's elimination in whole numbers."""
    left = [list(row) for row in rows]
    rank, before = 0, 1
    for column in range(len(left[0]) if left else 0):
        at = next((index for index in range(rank, len(left)) if left[index][column]), None)
        if at is None:
            continue
        left[rank], left[at] = left[at], left[rank]
        pivot = left[rank]
        for index in range(rank + 1, len(left)):
            row = left[index]
            left[index] = [
                (pivot[column] * entry - row[column] * other) // before
                for entry, other in zip(row, pivot, strict=True)
            ]
        before = pivot[column]
        rank += 1
    return rank
