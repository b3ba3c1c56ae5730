"""Which families stand in a peer group of one release, beside what earlier releases said of it.

Who reads two releases can take one from the other. What is left must never be one or two families:
in a small group families come and go three together, or the group is withheld. And who reads a wide
group and the narrow ones inside it can take those away: what is in none of them must be nobody, or
a crowd.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tenants.disclosure.peers import PeerRules


@dataclass(frozen=True, slots=True)
class Vote:
    """What one family gives to a group.

    Attributes:
        value: Exact.
        n: Offers or respondents that it rests on.
        carried: For how many releases it has stood in for a family that gives too little now.
    """

    value: float
    n: int
    carried: int = 0


Votes = Mapping[str, Vote]
# Of an earlier release of a group that was too large to keep who stood in it.
UNKNOWN: Final = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A peer group of one release.

    Attributes:
        votes: By family; those who wait are not among them.
        withheld: Whether nothing of the group is told in this release, because too few have gone.
    """

    votes: Votes
    withheld: bool = False


def is_few(
    families: Collection[str], coalitions: Iterable[Collection[str]], rules: PeerRules
) -> bool:
    """Return whether somebody, and no crowd, is among families for anybody who knows some of them.

    Two that a firm serves and a third are a crowd to others; to the firm they are one.

    Args:
        families: Who comes, or goes.
        coalitions: Families that one observer knows, of each who may know several.
        rules: In force.
    """
    unknown = set(families)
    left = [len(unknown), *(len(unknown.difference(one)) for one in coalitions)]
    return any(0 < one < rules.together_minimum for one in left)


def settle(
    current: Votes,
    earlier: Votes | None,
    gone: Collection[str],
    few: Callable[[Collection[str]], bool],
    rules: PeerRules,
) -> Settled:
    """Return a group in which nobody came or went, or a crowd did.

    Families that are new wait until they are a crowd. Those who lapsed are carried with what they
    gave last, for some releases, unless they are a crowd and go together. Those who withdrew, of
    whom an answer was erased or who were carried long enough go at once; when they are few, the
    group is withheld for this release.

    Args:
        current: What families give now, enough of it.
        earlier: Who stood in the group when it was published last, as that release settled it;
            UNKNOWN when it was too large to keep.
        gone: Families of which nothing may be carried.
        few: Whether families are somebody and no crowd.
        rules: In force.
    """
    if earlier is UNKNOWN:
        return Settled(current, withheld=len(current) < rules.stable_from)
    if min(len(current), len(earlier)) >= rules.stable_from:
        return Settled(current)
    stayed = {family: vote for family, vote in current.items() if family in earlier}
    joined = {family: vote for family, vote in current.items() if family not in earlier}
    lapsed = {
        family: Vote(vote.value, vote.n, vote.carried + 1)
        for family, vote in earlier.items()
        if family not in current
    }
    carried = {
        family: vote
        for family, vote in lapsed.items()
        if family not in gone and vote.carried <= rules.carried_releases
    }
    if not few(carried):
        carried = {}
    going = lapsed.keys() - carried.keys()
    votes = {**stayed, **carried, **({} if few(joined) else joined)}
    return Settled(votes, withheld=few(going))


def hide_complements(
    groups: Mapping[str, Votes],
    parts: Iterable[tuple[str, Sequence[str]]],
    rules: PeerRules,
    *,
    apart: bool = False,
    known: Collection[str] = (),
    unknown: Mapping[str, int] | None = None,
) -> frozenset[str]:
    """Return which groups are published, of those that would be.

    For every published group and each way to divide it, the families in none of its published parts
    number none or at least `complement_minimum`; else its smallest published part is left out,
    until that holds everywhere. For a coalition its own families do not count: of five that are
    left over it may know four.

    Args:
        groups: Those that would be published, by key.
        parts: Groups with the narrower groups that divide them in one respect.
        rules: In force.
        apart: Whether it is certain that whoever is in a narrower group is in the wider one, and in
            no other that divides it in the same respect; their numbers then tell the rest.
        known: Families that the reader knows.
        unknown: How many of each group the reader does not know; all of them if absent.
    """
    sizes = {key: len(votes) for key, votes in groups.items()} if unknown is None else unknown
    published = set(groups)
    ways = [(whole, [one for one in narrower if one in groups]) for whole, narrower in parts]
    ways = [(whole, narrower) for whole, narrower in ways if whole in groups and narrower]
    settled = False
    while not settled:
        settled = True
        for whole, narrower in ways:
            left = [one for one in narrower if one in published]
            if whole not in published or not left:
                continue
            number = sizes[whole] - sum(sizes[one] for one in left)
            # Parts that together are so much smaller leave a crowd, whoever is in them.
            if not apart and number < rules.complement_minimum:
                inside = (groups[one] for one in left)
                number = len(set(groups[whole]).difference(known, *inside))
            if 0 < number < rules.complement_minimum:
                published.remove(min(left, key=lambda one: (len(groups[one]), one)))
                settled = False
    return frozenset(published)
