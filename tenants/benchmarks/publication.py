"""One metric of a release: who is compared with whom, and what each is told, by the rules.

Pure: the same inputs give the same figures, byte for byte. What goes in are the contributions of
those who take part, the field, and who stood in each group when it was published last; nothing else
of anybody. Metrics do not depend on each other, so that several workers share a release.
"""

import gc
import hashlib
import json
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tenants.benchmarks.crowds import Crowd, Given, gather
from tenants.benchmarks.field import Field, Place
from tenants.benchmarks.peer_groups import ALL, divisions
from tenants.benchmarks.readers import Rows
from tenants.benchmarks.telling import Group, GroupFigures, MetricRelease
from tenants.disclosure import groups as rules_of_groups
from tenants.disclosure import peers
from tenants.disclosure.groups import UNKNOWN, Settled, Vote, Votes, is_few
from tenants.disclosure.peers import PeerRules
from tenants.metrics import CONTRIBUTION_FLOOR, Metric

# A group of so many times the size from which it is stable is not kept family by family.
_KEPT: Final = 4


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
        packed = struct.Struct("<dq").pack
        found.update(
            b"".join(
                part
                for one in sorted(self.given, key=lambda each: each.organisation_id.int)
                for part in (
                    one.organisation_id.bytes,
                    packed(one.value, one.n),
                    (one.wording_hash or "").encode(),
                    b"\n",
                )
            )
        )
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

    rows: Rows
    standing: Mapping[str, Votes | None]
    groups: Sequence[GroupFigures]

    def digest(self) -> bytes:
        """Return the SHA-256 of everything that is written."""
        found = hashlib.sha256(self.rows.encoded())
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


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let no garbage be looked for meanwhile, which takes longer than making what there is."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collecting()
def make_draft(whole: Field, metric: Metric, inputs: Inputs, rules: PeerRules) -> Draft:
    """Return one metric of a release.

    Args:
        whole: The release's field.
        metric: Which.
        inputs: What it is made of.
        rules: In force.
    """
    given = [
        (whole.places[one.organisation_id], one)
        for one in sorted(inputs.given, key=lambda each: each.organisation_id.int)
    ]
    placed = comparable(given)
    gathered = gather(placed, CONTRIBUTION_FLOOR[metric.rows])
    current = gathered.crowds
    settled = {
        key: _settle(whole, votes, inputs.earlier, key, rules) for key, votes in current.items()
    }
    told = {
        key: one.votes
        for key, one in settled.items()
        if not one.withheld and len(one.votes) >= rules.family_minimum
    }
    # Then narrower groups divide a wider one, and their numbers tell how many are left over.
    apart = gathered.single and all(votes is current[key] for key, votes in told.items())
    published = rules_of_groups.hide_complements(told, divisions(), rules, apart=apart)
    release = MetricRelease(
        whole,
        metric,
        {key: _group(told[key], usual=told[key] is current[key]) for key in sorted(published)},
        gathered.keys_of,
        rules,
        apart,
    )
    limit = _KEPT * rules.stable_from
    standing = {
        key: dict(one.votes) if len(one.votes) <= limit else UNKNOWN
        for key, one in settled.items()
        if key in published or one.withheld
    }
    # Who waits before the group of all is compared, too, and told that others are needed.
    enough = frozenset(family for family, keys in gathered.keys_of.items() if ALL in keys)
    rows = release.rows(one for one in placed if one[0].family in enough)
    return Draft(rows, standing, list(release.summaries()))


def _group(votes: Votes, *, usual: bool) -> Group:
    crowd = Crowd.of(votes)
    return Group(crowd, usual, peers.quantiles(crowd.given))


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


def comparable(given: Sequence[tuple[Place, Given]]) -> list[tuple[Place, Given]]:
    """Return those who asked the same: the wording that most families used, and nobody else's.

    Another wording, scale or set of options is another question, and its answers would be compared
    with answers to something else. Of wordings that as many families used, the one with more
    respondents counts, then the smaller hash. Where the product defines the question, only its own
    wording is contributed at all.
    """
    if len({one.wording_hash or "" for _, one in given}) < 2:  # noqa: PLR2004 - everybody's.
        return list(given)
    families: dict[str, set[str]] = defaultdict(set)
    respondents: Counter[str] = Counter()
    for place, one in given:
        families[one.wording_hash or ""].add(place.family)
        respondents[one.wording_hash or ""] += one.n
    usual = min(families, key=lambda one: (-len(families[one]), -respondents[one], one))
    return [one for one in given if (one[1].wording_hash or "") == usual]
