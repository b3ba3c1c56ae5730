"""What is remembered stays within bounds, and what was used last stays longest."""

from hypothesis import given
from hypothesis import strategies as st

from api.recent import Recent


def test_what_was_used_last_is_kept() -> None:
    recent: Recent[str, int] = Recent(most=2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.find("a") == 1
    recent.keep("c", 3)
    assert [recent.find(one) for one in "abc"] == [1, None, 3]
    assert len(recent) == 2


def test_what_is_too_heavy_is_not_kept() -> None:
    recent: Recent[str, int] = Recent(most=9, heaviest=10)
    recent.keep("a", 1, 6)
    recent.keep("b", 2, 4)
    recent.keep("c", 3, 4)
    assert [recent.find(one) for one in "abc"] == [None, 2, 3]
    recent.keep("d", 4, 11)
    assert len(recent) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12))))
def test_weights_are_never_forgotten(kept: list[tuple[int, int]]) -> None:
    recent: Recent[int, int] = Recent(most=4, heaviest=20)
    for key, weight in kept:
        recent.keep(key, weight, weight)
        found = [one for one in range(10) if recent.find(one) is not None]
        assert len(found) == len(recent) <= 4
        assert sum(recent.find(one) or 0 for one in found) == recent._weight <= 20
