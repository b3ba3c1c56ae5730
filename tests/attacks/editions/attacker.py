"""The general attacker of editions: solves what is published, in exact arithmetic.

Every published cell gives an exact sum over the respondents that it covers, of whatever they
answered. The attacker knows all these sums and who stands in which cell. It takes away the answers
that it can read, and what it can compute from the rest are the linear combinations of the rest: the
row space of a matrix of noughts and ones, cells by respondents.

Respondents who stand in the same cells are an atom: whatever is in the row space weighs them alike.
So somebody is isolated when the row space holds the indicator of a union of atoms that has at least
one respondent and fewer than a crowd: the attacker then knows the sum over these few.

The search misses nothing, however large the organisation. In reduced row echelon form every element
of the row space is fixed by its entries at the pivots. An indicator's entries are 0 or 1, and there
are fewer than a crowd of respondents at those that are 1; so all sets of pivots with so few
respondents are tried. Cells that share nobody do not mix: an element of the row space is one of
each connected part, and what it isolates in one part is isolated there already.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from tenants.disclosure.cells import Respondent

People = frozenset[Hashable]

# Who reads which rows. Everyone is assumed to know each cell's exact counts besides.
READERS: Mapping[str, Callable[[Respondent], bool]] = MappingProxyType(
    {
        "leadership": lambda _: False,
        "HR": lambda one: not one.hidden,
        "consultant": lambda one: not one.anonymous,
    }
)


def isolated(
    cells: Iterable[Collection[Hashable]], readable: Collection[Hashable], crowd: int
) -> Iterator[People]:
    """Yield every union of atoms with at least one respondent and no crowd that can be computed.

    Of cells that share nobody, unions of what each isolates are left out.

    Args:
        cells: Whom each published cell covers.
        readable: Whose answers the attacker reads as rows.
        crowd: So many are too many to point at anybody.
    """
    known = frozenset(readable)
    rest = {frozenset(cell) - known for cell in cells} - {frozenset()}
    for part in _connected(rest):
        atoms = _atoms(part)
        rows = [[Fraction(atom <= cell) for atom in atoms] for cell in part]
        echelon = _reduced(rows)
        for combination in _few(echelon, [len(atom) for atom in atoms], crowd):
            yield frozenset(one for at in combination for one in atoms[at])


def _connected(cells: Iterable[People]) -> list[list[People]]:
    """Return the cells in parts that have no respondent in common."""
    parts: list[tuple[set[Hashable], list[People]]] = []
    for cell in cells:
        touching = [part for part in parts if not part[0].isdisjoint(cell)]
        parts = [part for part in parts if part[0].isdisjoint(cell)]
        people = set(cell).union(*(part[0] for part in touching))
        parts.append((people, [cell, *(one for part in touching for one in part[1])]))
    return [part[1] for part in parts]


def _atoms(cells: Sequence[People]) -> list[People]:
    """Return respondents together who stand in the same cells; the largest atom first.

    Large atoms so become pivots, and pivots that are a crowd need not be tried.
    """
    standing: dict[Hashable, list[int]] = defaultdict(list)
    for at, cell in enumerate(cells):
        for one in cell:
            standing[one].append(at)
    together: dict[tuple[int, ...], set[Hashable]] = defaultdict(set)
    for one, places in standing.items():
        together[tuple(places)].add(one)
    return sorted((frozenset(atom) for atom in together.values()), key=len, reverse=True)


def _reduced(rows: Sequence[Sequence[Fraction]]) -> list[tuple[int, list[Fraction]]]:
    """Return the reduced row echelon form, each row with the column of its pivot."""
    left = [list(row) for row in rows]
    done: list[tuple[int, list[Fraction]]] = []
    for column in range(len(rows[0])):
        at = next((index for index, row in enumerate(left) if row[column]), None)
        if at is None:
            continue
        row = left.pop(at)
        row = [entry / row[column] for entry in row]
        left = [_cleared(other, row, column) for other in left]
        done = [(pivot, _cleared(other, row, column)) for pivot, other in done]
        done.append((column, row))
    return done


def _cleared(row: list[Fraction], pivot_row: list[Fraction], column: int) -> list[Fraction]:
    factor = row[column]
    if not factor:
        return row
    return [entry - factor * other for entry, other in zip(row, pivot_row, strict=True)]


def _few(
    echelon: Sequence[tuple[int, list[Fraction]]], sizes: Sequence[int], crowd: int
) -> Iterator[list[int]]:
    """Yield the columns of every indicator in the row space that has fewer than a crowd."""
    small = [(pivot, row) for pivot, row in echelon if sizes[pivot] < crowd]
    open_sums = [(0, 0, [Fraction(0)] * len(sizes))]
    while open_sums:
        start, people, total = open_sums.pop()
        for at in range(start, len(small)):
            pivot, row = small[at]
            if people + sizes[pivot] >= crowd:
                continue
            summed = [one + other for one, other in zip(total, row, strict=True)]
            open_sums.append((at + 1, people + sizes[pivot], summed))
            columns = [column for column, entry in enumerate(summed) if entry]
            indicator = all(summed[column] == 1 for column in columns)
            if indicator and sum(sizes[column] for column in columns) < crowd:
                yield columns
