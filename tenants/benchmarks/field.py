"""The field of a release: who takes part, as which family, and who could see whom."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from tenants.benchmarks.peer_groups import groups_of
from tenants.benchmarks.readers import OWN_PEOPLE, Readers
from tenants.organisations.models import Industry, Region, SizeBand


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation in the peer catalogue, as a release found it.

    Attributes:
        organisation_id: Its id.
        family: The corporate family that it belongs to.
        industry: What it does.
        size_band: How many people it employs.
        region: Where it mainly hires.
        takes_part: Whether its consent is in force, it is verified and old enough.
        is_gone: Whether it withdrew, or something was erased of it since the last release.
        observers: Keys of the firms and persons who could see it since the window began.
        keys: Its peer groups, the nearest first.
    """

    organisation_id: UUID
    family: str
    industry: Industry
    size_band: SizeBand
    region: Region
    takes_part: bool = True
    is_gone: bool = False
    observers: tuple[bytes, ...] = ()
    keys: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Note the peer groups, which are looked up for every metric."""
        keys = groups_of(self.industry, self.size_band, self.region)
        object.__setattr__(self, "keys", keys)


@dataclass(frozen=True)
class Field:
    """Every organisation of the catalogue, whether it takes part or not."""

    places: Mapping[UUID, Place]
    _coalitions: dict[bytes, frozenset[str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Note which families each observer could see."""
        seen: dict[bytes, set[str]] = defaultdict(set)
        for place in self.places.values():
            for observer in place.observers:
                seen[observer].add(place.family)
        self._coalitions.update((key, frozenset(families)) for key, families in seen.items())

    @cached_property
    def readers(self) -> Readers:
        """Everybody who is told something in the release."""
        return Readers.of(self)

    @cached_property
    def gone(self) -> frozenset[str]:
        """Families of which no earlier contribution may stand in for a later one."""
        return frozenset(one.family for one in self.places.values() if one.is_gone)

    @cached_property
    def _of_several(self) -> Mapping[str, Collection[frozenset[str]]]:
        """The coalitions of several families that each family is in."""
        found: dict[str, set[frozenset[str]]] = defaultdict(set)
        for coalition in self._coalitions.values():
            for family in coalition if len(coalition) > 1 else ():
                found[family].add(coalition)
        return found

    def coalition(self, observer: bytes) -> frozenset[str]:
        """Return the families that a firm or person could see."""
        return self._coalitions[observer]

    def coalitions_touching(self, families: Iterable[str]) -> set[frozenset[str]]:
        """Return what those know who could see several families, some of them among these."""
        return {one for family in families for one in self._of_several.get(family, ())}

    def audiences(self, place: Place) -> Iterable[tuple[bytes, frozenset[str]]]:
        """Yield who is told something of an organisation, and the families that each knows.

        Whoever sees one organisation of a family is taken to know the family's value. Observers of
        one family only are told what its own people are.
        """
        yield OWN_PEOPLE, frozenset({place.family})
        for observer in place.observers:
            coalition = self._coalitions[observer]
            if len(coalition) > 1:
                yield observer, coalition

    def digest(self) -> bytes:
        """Return the SHA-256 of everything here."""
        found = hashlib.sha256()
        for key in sorted(self.places):
            one = self.places[key]
            words = (one.family, one.industry, one.size_band, one.region)
            facts = (one.takes_part, one.is_gone, [key.hex() for key in sorted(one.observers)])
            found.update(f"{key}{words}{facts}\n".encode())
        return found.digest()


def hashed_coalition(coalition: Iterable[str], hashed: Callable[[str], str]) -> list[str]:
    """Return what stands for some families where their names would tell one client of another."""
    return sorted(hashed(one) for one in coalition)
