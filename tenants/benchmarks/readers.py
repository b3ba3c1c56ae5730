"""Who is told something of whom in a release: every audience of every organisation, numbered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from tenants.benchmarks.field import Field

# The organisation's own people, of whom none can see another family.
OWN_PEOPLE: Final = b""
# The number that stands for what they know, which is nobody else's coalition.
OWN: Final = -1


@dataclass(frozen=True, slots=True)
class Row:
    """What one audience of one contributor is told, as PostgreSQL writes arrays."""

    organisation_id: UUID
    audience: bytes
    quantiles: str
    bands: str
    standings: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Audiences that are told the same of any organisation that contributes like all others.

    Attributes:
        coalition: Number of what they know; `OWN` for the organisation's own people.
        keys: The peer groups, the nearest first.
    """

    coalition: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Readers:
    """The audiences of a release, numbered in the order of its rows; made once for all metrics.

    The lists are parallel, but for `coalitions` and `kinds`.

    Attributes:
        coalitions: What those know who could see several families, each once.
        spans: The first audience of each organisation that takes part, and the one after its last.
        organisations: Whose audience each is.
        audiences: Under which key; empty for the organisation's own people.
        kinds: Each once.
        kind_of: The number of its kind.
        heads: What the hash of a row begins with.
    """

    coalitions: Sequence[frozenset[str]]
    spans: Mapping[UUID, tuple[int, int]]
    organisations: Sequence[UUID]
    audiences: Sequence[bytes]
    kinds: Sequence[Kind]
    kind_of: Sequence[int]
    heads: Sequence[bytes]

    @classmethod
    def of(cls, whole: "Field") -> "Readers":
        """Return the audiences of a field, by organisation, its own people first."""
        numbers: dict[frozenset[str], int] = {}
        kinds: dict[tuple[int, tuple[str, ...]], int] = {}
        spans: dict[UUID, tuple[int, int]] = {}
        organisations: list[UUID] = []
        audiences: list[bytes] = []
        kind_of: list[int] = []
        heads: list[bytes] = []
        for key in sorted(whole.places, key=lambda one: one.int):
            place = whole.places[key]
            if not place.takes_part:
                continue
            first, head, keys = len(organisations), key.bytes, place.keys
            for audience, coalition in whole.audiences(place):
                number = OWN
                if audience != OWN_PEOPLE:
                    number = numbers.setdefault(coalition, len(numbers))
                organisations.append(key)
                audiences.append(audience)
                heads.append(head + audience)
                kind_of.append(kinds.setdefault((number, keys), len(kinds)))
            spans[key] = (first, len(organisations))
        made = [Kind(*one) for one in kinds]
        return cls(list(numbers), spans, organisations, audiences, made, kind_of, heads)


@dataclass(frozen=True)
class Rows:
    """Rows of a metric, the same text once: numbers of audiences, and what each is told.

    The last three are parallel.

    Attributes:
        readers: All audiences of the release.
        figures: Quantiles and bands, as PostgreSQL writes arrays.
        readers_of: Number of each row's audience.
        figures_of: Number of each row's figures.
        standings_of: Each row's standings, as PostgreSQL writes arrays.
    """

    readers: Readers
    figures: list[tuple[str, str]] = field(default_factory=list)
    readers_of: list[int] = field(default_factory=list)
    figures_of: list[int] = field(default_factory=list)
    standings_of: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.readers_of)

    def __iter__(self) -> Iterator[Row]:
        """Yield each row, in the order of organisations and audiences."""
        organisations, audiences = self.readers.organisations, self.readers.audiences
        for reader, number, standings in zip(
            self.readers_of, self.figures_of, self.standings_of, strict=True
        ):
            yield Row(organisations[reader], audiences[reader], *self.figures[number], standings)

    def encoded(self) -> bytes:
        """Return everything here as the hash of a release takes it."""
        heads = self.readers.heads
        texts = [f"{quantiles}{bands}".encode() for quantiles, bands in self.figures]
        return b"".join(
            part
            for reader, number, standings in zip(
                self.readers_of, self.figures_of, self.standings_of, strict=True
            )
            for part in (heads[reader], texts[number], standings.encode(), b"\n")
        )
