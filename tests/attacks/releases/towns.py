"""Families that come and go over several releases, and what an insider learns from the changes.

The insider is the worst that there can be: from one release to the next nothing changes in value,
everybody who stood in a group before and after is known exactly, and so is every family of the
insider's firm and of the organisations that it made up. What is left are those who came or went;
when they are no crowd, the insider takes what was published and looks for each of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final
from uuid import UUID, uuid5

from tenants.benchmarks.crowds import Given
from tenants.benchmarks.field import Field, Place
from tenants.benchmarks.peer_groups import divisions
from tenants.benchmarks.publication import Draft, Inputs, make_draft
from tenants.disclosure.groups import Votes
from tenants.disclosure.peers import QUANTILES, PeerRules
from tenants.metrics import DECLINE_RATE, METRICS
from tenants.organisations.models import Industry, Region, SizeBand
from tests.attacks.releases.attacker import Seen, is_found, step_of

RULES: Final = PeerRules()
_NAMES: Final = UUID(int=7)
FIRM: Final = b"firm"


@dataclass(frozen=True)
class Family:
    """A corporate family of one organisation.

    Attributes:
        name: Its own.
        value: Exact, the same in every release.
        industry: What it does.
        observers: Who sees it.
        gone: Whether it withdrew.
    """

    name: str
    value: float
    industry: Industry = Industry.TECHNOLOGY
    observers: tuple[bytes, ...] = ()
    gone: bool = False

    @property
    def key(self) -> UUID:
        """The organisation's id."""
        return uuid5(_NAMES, self.name)


def make_families(count: int, *, seed: int = 1, first: int = 0) -> list[Family]:
    """Make families with values between 0.3 and 0.9, the same for the same seed."""
    chance = Random(seed)  # noqa: S311 - no secret.
    return [
        Family(f"family-{first + at:02}", round(chance.uniform(0.3, 0.9), 4)) for at in range(count)
    ]


@dataclass
class Course:
    """Releases one after the other, each with what the one before has kept."""

    earlier: dict[str, Votes | None] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    everybody: dict[str, Family] = field(default_factory=dict)

    def release(
        self,
        families: Sequence[Family],
        gone: Sequence[Family] = (),
        erased: Sequence[Family] = (),
    ) -> Draft:
        """Make the next release of those who give something, and of who has withdrawn.

        Whoever was there before and gives nothing now stays in the catalogue, with its observers.
        Of the erased an answer was taken away since: they give something else now, or too little.
        """
        fewer = [replace(one, value=one.value * 0.9, gone=True) for one in erased]
        families = [*families, *fewer]
        self.everybody |= {one.name: one for one in (*families, *gone)}
        here = {one.name for one in (*families, *gone)}
        silent = [one for one in self.everybody.values() if one.name not in here]
        places = {
            one.key: Place(
                one.key,
                one.name,
                one.industry,
                SizeBand.FROM_250,
                Region.EUROPE,
                is_gone=one.gone,
                observers=one.observers,
            )
            for one in (*families, *silent, *(replace(each, gone=True) for each in gone))
        }
        whole = Field(places)
        inputs = Inputs([Given(one.key, one.value, 20, None) for one in families], self.earlier)
        draft = make_draft(whole, METRICS[DECLINE_RATE], inputs, RULES)
        self.earlier = {**self.earlier, **draft.standing}
        self.drafts.append(draft)
        self.fields.append(whole)
        return draft


def published(draft: Draft) -> dict[str, Mapping[str, float]]:
    """Return what an organisation's own people are shown, by group."""
    return {one.peer_group: one.shown for one in draft.groups}


def found_by_change(course: Course, firm: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    """Return whom the insider finds by comparing a group with what was published of it before.

    Args:
        course: The releases.
        firm: Families that the insider knows, wherever they stand.
    """
    found = []
    last: dict[str, tuple[int, Votes]] = {}
    for number, draft in enumerate(course.drafts):
        shown = published(draft)
        for key, votes in draft.standing.items():
            if votes is None or key not in shown:
                continue
            at, before = last.get(key, (-1, {}))
            # What was withheld in between has put a quarter more between the two.
            if before and at == number - 1:
                was = published(course.drafts[at])[key]
                changes = ((votes, before, shown[key]), (before, votes, was))
                for inside, outside, quantiles in changes:
                    found += [(number, one) for one in _found(inside, outside, quantiles, firm)]
            last[key] = (number, votes)
    return sorted(set(found))


def _found(
    inside: Votes, outside: Votes, quantiles: Mapping[str, float], firm: frozenset[str]
) -> Iterator[str]:
    changed = inside.keys() - outside.keys() - firm
    # Three who are unknown are a crowd; who knows everybody else knows more than any coalition may.
    if len(changed) >= RULES.together_minimum:
        return iter(())
    seen = Seen(
        {name: vote.value for name, vote in inside.items()},
        frozenset(inside.keys() - changed),
        quantiles,
        step_of(len(inside) - 1),
    )
    return (one for one in sorted(changed) if is_found(seen, one))


def shown_to_firm(draft: Draft, whole: Field) -> dict[str, Mapping[str, float]]:
    """Return what the firm is shown of any of its clients' groups, by group."""
    found = {}
    for row in draft.rows:
        if row.audience != FIRM:
            continue
        texts = row.quantiles.strip("{}").split(",")
        for at, key in enumerate(whole.places[row.organisation_id].keys):
            part = texts[at * len(QUANTILES) : (at + 1) * len(QUANTILES)]
            shown = zip(QUANTILES, part, strict=True)
            found[key] = {name: float(one) for name, one in shown if one != "NULL"}
    return {key: one for key, one in found.items() if one}


def found_by_parts(
    draft: Draft,
    firm: frozenset[str] = frozenset(),
    shown: Mapping[str, Mapping[str, float]] | None = None,
) -> list[str]:
    """Return whom the insider finds in a wide group, knowing everybody in its narrow ones.

    Args:
        draft: The release.
        firm: Families that the insider knows, wherever they stand.
        shown: What the insider is shown; what an organisation's own people are if absent.
    """
    shown = published(draft) if shown is None else shown
    found = []
    for whole, narrower in divisions():
        votes = draft.standing.get(whole)
        parts = [draft.standing[one] for one in narrower if one in shown]
        if whole not in shown or votes is None or not parts:
            continue
        inside = set(firm).union(*(one or {} for one in parts))
        unknown = len(votes.keys() - firm) if firm else len(votes) - 1
        seen = Seen(
            {name: vote.value for name, vote in votes.items()},
            frozenset(votes.keys() & inside),
            shown[whole],
            step_of(unknown),
        )
        rest = votes.keys() - inside
        if len(rest) < RULES.complement_minimum:
            found += [one for one in sorted(rest) if is_found(seen, one)]
    return sorted(set(found))
