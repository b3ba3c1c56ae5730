"""What was used last, in a bounded amount of memory."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key; those not asked for longest are forgotten first."""

    def __init__(self, *, most: int, heaviest: int | None = None) -> None:
        """Begin with nothing.

        Args:
            most: How many values are kept.
            heaviest: What all of them may weigh together, if they are weighed.
        """
        self._most, self._heaviest = most, heaviest
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._weight = 0

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def find(self, key: K) -> V | None:
        """Return the value of a key, or None if it is not kept (any more)."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: K, value: V, weight: int = 0) -> None:
        """Keep a value, and forget others until there is room for it."""
        _, before = self._kept.pop(key, (None, 0))
        self._kept[key] = (value, weight)
        self._weight += weight - before
        while len(self._kept) > self._most or (
            self._heaviest is not None and self._weight > self._heaviest
        ):
            _, (_, gone) = self._kept.popitem(last=False)
            self._weight -= gone
