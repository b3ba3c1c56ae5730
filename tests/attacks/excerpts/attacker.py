"""Who may have written an excerpt, for somebody who knows the rules, every row and every count.

The attacker knows who answered in which window and department, and which answers stand behind no
secret for the reader; and concludes from a wider cell that the author stands in no shown value. It
shares no code with the rules.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tenants.disclosure.cells import Respondent

# Which answers each reader knows by row. Leadership reads none, but rows are no secret in a house.
READERS: Final[Mapping[str, Callable[[Respondent], bool]]] = MappingProxyType(
    {"leadership": lambda _: False, "hr": lambda one: not one.hidden}
)
# So many people may have written it, at least, for whoever knows as much.
CROWDS: Final[Mapping[str, int]] = MappingProxyType({"leadership": 10, "hr": 5})


def exposed(
    shown: Iterable[tuple[Respondent, Hashable]], everybody: Collection[Respondent], reader: str
) -> list[tuple[Hashable, int]]:
    """Return the cells whose excerpts too few can have written, with how many these are.

    Args:
        shown: The author of each shown excerpt, and its cell: a value, or None in the
            organisation's. Whose excerpt it is serves to make sure that somebody is hit.
        everybody: All respondents of the window.
        reader: Who looks.
    """
    knows = READERS[reader]
    authors: dict[Hashable, list[Respondent]] = defaultdict(list)
    for author, cell in shown:
        authors[cell].append(author)
    values = {cell for cell in authors if cell is not None}
    found = []
    for cell, written in authors.items():
        possible = [
            one
            for one in everybody
            if (
                ("of", one.segment) == cell
                if cell is not None
                else ("of", one.segment) not in values
            )
        ]
        left = [one for one in possible if not knows(one)]
        secret = any(not knows(one) for one in written)
        if secret and len(left) < CROWDS[reader]:
            found.append((cell, len(left)))
    return found
