"""The peer groups: a fixed catalogue of industry, size band and region, at most two at once.

Nobody can ask for another group: a group that somebody could make up would single somebody out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from tenants.organisations.models import Industry, Region, SizeBand

ALL: Final = "ALL"


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Organisations that are alike in no, one or two respects.

    Attributes:
        key: Stable, such as INDUSTRY_TECHNOLOGY_SIZE_FROM_250.
        title: In words.
        industry: What all of its members do, if it says so.
        size_band: How many people they employ, likewise.
        region: Where they mainly hire, likewise.
        parents: Keys of the wider groups that are used in its place, in their order.
    """

    key: str
    title: str
    industry: Industry | None
    size_band: SizeBand | None
    region: Region | None
    parents: tuple[str, ...]


_SIZES: Final[Mapping[SizeBand, str]] = MappingProxyType(
    {
        SizeBand.UNDER_250: "under 250 people",
        SizeBand.FROM_250: "250 to 999 people",
        SizeBand.FROM_1000: "1,000 to 4,999 people",
        SizeBand.FROM_5000: "5,000 people or more",
    }
)


def _group(
    industry: Industry | None = None,
    size_band: SizeBand | None = None,
    region: Region | None = None,
) -> PeerGroup:
    parts = []
    if industry is not None:
        parts.append((f"INDUSTRY_{industry}", industry.value.replace("_", " ").capitalize()))
    if size_band is not None:
        parts.append((f"SIZE_{size_band}", _SIZES[size_band]))
    if region is not None:
        parts.append((f"REGION_{region}", region.value.capitalize()))
    title = ", ".join(words for _, words in parts) or "all organisations"
    singles = tuple(key for key, _ in parts) if len(parts) > 1 else ()
    return PeerGroup(
        key="_".join(key for key, _ in parts) or ALL,
        title=title[0].upper() + title[1:],
        industry=industry,
        size_band=size_band,
        region=region,
        parents=(*singles, ALL) if parts else (),
    )


def _catalogue() -> Iterator[PeerGroup]:
    """Yield every group: all, by one dimension, by two."""
    yield _group()
    yield from (_group(industry=one) for one in Industry)
    yield from (_group(size_band=one) for one in SizeBand)
    yield from (_group(region=one) for one in Region)
    yield from (_group(industry=one, size_band=size) for one in Industry for size in SizeBand)
    yield from (_group(industry=one, region=region) for one in Industry for region in Region)
    yield from (_group(size_band=size, region=region) for size in SizeBand for region in Region)


PEER_GROUPS: Final[Mapping[str, PeerGroup]] = MappingProxyType(
    {group.key: group for group in _catalogue()}
)


@cache
def groups_of(industry: Industry, size_band: SizeBand, region: Region) -> tuple[str, ...]:
    """Return the keys of the seven groups of an organisation, the nearest first.

    What an organisation does says most of why offers are declined, then its size, then its region:
    industry with size, industry with region, size with region; industry, size, region; all.
    """
    nearest = (
        _group(industry=industry, size_band=size_band),
        _group(industry=industry, region=region),
        _group(size_band=size_band, region=region),
        _group(industry=industry),
        _group(size_band=size_band),
        _group(region=region),
        _group(),
    )
    return tuple(group.key for group in nearest)


@cache
def divisions() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return every group that narrower ones divide in one respect, with those."""
    found = []
    for group in PEER_GROUPS.values():
        for respect in ("industry", "size_band", "region"):
            others = {"industry", "size_band", "region"} - {respect}
            narrower = tuple(
                one.key
                for one in PEER_GROUPS.values()
                if getattr(one, respect) is not None
                and getattr(group, respect) is None
                and all(getattr(one, other) == getattr(group, other) for other in others)
            )
            if narrower:
                found.append((group.key, narrower))
    return tuple(found)
