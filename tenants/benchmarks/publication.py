"""One metric of a release: who is compared with whom, and what each is told, by the rules.

Pure: the same inputs give the same figures, byte for byte. What goes in are the contributions of
those who take part, the field, and who stood in each group when it was published last; nothing else
of anybody. Metrics do not depend on each other, so that several workers share a release.
"""

import hashlib
import json
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tenants.benchmarks.field import Field, Place
from tenants.benchmarks.peer_groups import ALL, divisions, groups_of
from tenants.benchmarks.telling import Group, GroupFigures, MetricRelease, Row
from tenants.disclosure import groups as rules_of_groups
from tenants.disclosure.groups import UNKNOWN, Settled, Vote, Votes, is_few
from tenants.disclosure.peers import PeerRules
from tenants.metrics import (
    CONTRIBUTION_FLOOR,
    Metric,
)

# A group of so many times the size from which it is stable is not kept family by family.
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Given:
    """What an organisation contributed to one metric."""

    organisation_id: UUID
    value: float
    n: int
    wording_hash: str | None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything, beside the field, that one metric of a release is made of.

    Attributes:
        given: Contributions of the window by those who take part.
        earlier: By group, who stood in it when it was published last; None when it was too large.
    """

    given: Sequence[Given]
    earlier: Mapping[str, Votes | None]

    def digest(self) -> bytes:
        """Return the SHA-256 of everything here."""
        found = hashlib.sha256()
        for one in sorted(self.given, key=lambda each: each.organisation_id):
            found.update(one.organisation_id.bytes)
            found.update(struct.pack("<dq", one.value, one.n))
            found.update((one.wording_hash or "").encode() + b"\n")
        for key in sorted(self.earlier):
            found.update(f"{key}{votes_json(self.earlier[key])}\n".encode())
        return found.digest()


@dataclass(frozen=True, slots=True)
class Draft:
    """One metric of a release before it is written.

    Attributes:
        rows: What each audience is told.
        standing: By group that is published or withheld for this release, who stands in it; None
            where they are too many to keep.
        groups: What stands behind each that anybody may be shown.
    """

    rows: Sequence[Row]
    standing: Mapping[str, Votes | None]
    groups: Sequence[GroupFigures]

    def digest(self) -> bytes:
        """Return the SHA-256 of everything that is written."""
        found = hashlib.sha256()
        for row in self.rows:
            found.update(row.organisation_id.bytes + row.audience)
            found.update(f"{row.quantiles}{row.bands}{row.standings}\n".encode())
        for key in sorted(self.standing):
            found.update(f"{key}{votes_json(self.standing[key])}\n".encode())
        return found.digest()


def votes_json(votes: Votes | None) -> str | None:
    """Return who stands in a group as a release keeps it."""
    if votes is UNKNOWN:
        return None
    return json.dumps(
        {family: [one.value, one.n, one.carried] for family, one in sorted(votes.items())},
        separators=(",", ":"),
    )


def read_votes(kept: Mapping[str, Sequence[float]] | None) -> Votes | None:
    """Return who stood in a group from what a release kept."""
    if kept is None:
        return UNKNOWN
    return {family: Vote(value, int(n), int(c)) for family, (value, n, c) in kept.items()}


def make_draft(whole: Field, metric: Metric, inputs: Inputs, rules: PeerRules) -> Draft:
    """Return one metric of a release.

    Args:
        whole: The release's field.
        metric: Which.
        inputs: What it is made of.
        rules: In force.
    """
    given = comparable(whole.places, inputs.given)
    current = _gather(whole.places, given, CONTRIBUTION_FLOOR[metric.rows])
    settled = {
        key: _settle(whole, votes, inputs.earlier, key, rules) for key, votes in current.items()
    }
    told = {
        key: one.votes
        for key, one in settled.items()
        if not one.withheld and len(one.votes) >= rules.family_minimum
    }
    published = rules_of_groups.hide_complements(told, divisions(), rules)
    release = MetricRelease(
        whole, metric, {key: Group.of(told[key]) for key in sorted(published)}, rules
    )
    limit = _KEPT * rules.stable_from
    standing = {
        key: one.votes if len(one.votes) <= limit else UNKNOWN
        for key, one in settled.items()
        if key in published or one.withheld
    }
    # Who waits before the group of all is compared, too, and told that others are needed.
    enough = current.get(ALL, {})
    rows = [
        row
        for one in sorted(given, key=lambda each: each.organisation_id)
        if whole.places[one.organisation_id].family in enough
        for row in release.rows(whole.places[one.organisation_id], one.value)
    ]
    return Draft(rows, standing, list(release.summaries()))


def _settle(
    whole: Field,
    votes: Votes,
    earlier: Mapping[str, Votes | None],
    key: str,
    rules: PeerRules,
) -> Settled:
    if key not in earlier:
        return Settled(votes)

    def few(families: Iterable[str]) -> bool:
        chosen = frozenset(families)
        return is_few(chosen, whole.coalitions_touching(chosen), rules)

    return rules_of_groups.settle(votes, earlier[key], whole.gone, few, rules)


def comparable(places: Mapping[UUID, Place], given: Iterable[Given]) -> list[Given]:
    """Return those who asked the same: the wording that most families used, and nobody else's.

    Another wording, scale or set of options is another question, and its answers would be compared
    with answers to something else. Of wordings that as many families used, the one with more
    respondents counts, then the smaller hash. Where the product defines the question, only its own
    wording is contributed at all.
    """
    found = list(given)
    families: dict[str, set[str]] = defaultdict(set)
    respondents: Counter[str] = Counter()
    for one in found:
        families[one.wording_hash or ""].add(places[one.organisation_id].family)
        respondents[one.wording_hash or ""] += one.n
    if len(families) < 2:  # noqa: PLR2004 - one wording is everybody's.
        return found
    usual = min(families, key=lambda one: (-len(families[one]), -respondents[one], one))
    return [one for one in found if (one.wording_hash or "") == usual]


def combined(given: Sequence[Given]) -> tuple[float, int]:
    """Return the value of one family, and from how many.

    Its organisations count by how many offers or respondents stand behind each. That is exact for
    shares, means and the NPS; for the decision time it is the weighted mean of their medians.
    """
    n = sum(one.n for one in given)
    if len(given) == 1:
        return given[0].value, n
    return sum(one.value * one.n for one in given) / n, n


def _gather(
    places: Mapping[UUID, Place], given: Iterable[Given], floor: int
) -> dict[str, dict[str, Vote]]:
    """Return the peer groups in which any family contributes enough, by key."""
    families: dict[str, list[Given]] = defaultdict(list)
    for one in sorted(given, key=lambda each: each.organisation_id):
        families[places[one.organisation_id].family].append(one)
    groups: dict[str, dict[str, Vote]] = defaultdict(dict)
    for family, ones in families.items():
        whole = Vote(*combined(ones))
        if len(ones) == 1:
            if whole.n >= floor:
                place = places[ones[0].organisation_id]
                for key in groups_of(place.industry, place.size_band, place.region):
                    groups[key][family] = whole
            continue
        parts: dict[str, list[Given]] = defaultdict(list)
        for one in ones:
            place = places[one.organisation_id]
            for key in groups_of(place.industry, place.size_band, place.region):
                parts[key].append(one)
        for key, some in parts.items():
            vote = whole if len(some) == len(ones) else Vote(*combined(some))
            if vote.n >= floor:
                groups[key][family] = vote
    return groups
