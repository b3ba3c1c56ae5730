"""How far two coders agree on themes beyond what chance would give: Cohen's kappa.

Pure arithmetic. Each coder gives each excerpt a set of themes, so that every theme is a yes or no
of its own, and all of them together are pooled, excerpt by theme, for the figure of the whole
codebook.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from tenants.statistics import Estimate, Interval

# The normal distribution's quantile for 95 %.
_Z: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two coders agree.

    Attributes:
        n: Decisions that both made: excerpts of one theme, excerpts times themes of all.
        observed: Share of the decisions in which they agree, 0 to 1.
        expected: Share in which two coders would agree by chance, with these two's habits.
        kappa: Cohen's kappa, −1 to 1, with its 95 % interval; None where it has no meaning, because
            both coders gave one and the same answer throughout.
        standard_error: Of kappa; None where kappa is.
    """

    n: int
    observed: float
    expected: float
    kappa: Estimate | None
    standard_error: float | None


def cohen_kappa(table: Sequence[Sequence[int]]) -> Agreement:
    """Return Cohen's kappa of a square table, with its large-sample standard error.

    Kappa is (observed − expected) / (1 − expected). Its variance is the one for a kappa that is not
    zero, which is what an interval needs. The interval is kappa ± 1.96 standard errors, cut off at
    −1 and 1; with few decisions it is too narrow, and where the coders agree throughout it has no
    width.

    Sources: Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and
    Psychological Measurement 20. Fleiss, J. L., Cohen, J. and Everitt, B. S. (1969), Large sample
    standard errors of kappa and weighted kappa, Psychological Bulletin 72, formula 13.

    Args:
        table: Counts; rows are the first coder's categories, columns the second's, in one order.

    Raises:
        ValueError: The table is not square, holds a negative number, or counts nothing.
    """
    size = len(table)
    if any(len(row) != size or min(row) < 0 for row in table):
        message = "Kappa needs a square table of counts."
        raise ValueError(message)
    n = sum(map(sum, table))
    if n == 0:
        message = "There is no agreement where nothing was coded twice."
        raise ValueError(message)
    rows = [sum(row) / n for row in table]
    columns = [sum(row[each] for row in table) / n for each in range(size)]
    observed = sum(table[each][each] for each in range(size)) / n
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    if math.isclose(expected, 1.0):
        return Agreement(n, observed, expected, None, None)
    kappa = (observed - expected) / (1 - expected)
    error = _standard_error(table, n, rows, columns, kappa)
    interval = Interval(max(-1.0, kappa - _Z * error), min(1.0, kappa + _Z * error))
    return Agreement(n, observed, expected, Estimate(kappa, interval), error)


def _standard_error(
    table: Sequence[Sequence[int]],
    n: int,
    rows: Sequence[float],
    columns: Sequence[float],
    kappa: float,
) -> float:
    """Return the standard error of a kappa, by formula 13 of Fleiss, Cohen and Everitt."""
    size = range(len(table))
    expected = sum(row * column for row, column in zip(rows, columns, strict=True))
    agreeing = sum(
        table[each][each] / n * (1 - (rows[each] + columns[each]) * (1 - kappa)) ** 2
        for each in size
    )
    differing = (1 - kappa) ** 2 * sum(
        table[row][column] / n * (columns[row] + rows[column]) ** 2
        for row in size
        for column in size
        if row != column
    )
    chance = (kappa - expected * (1 - kappa)) ** 2
    # Rounding may leave a little less than nothing where the coders agree throughout.
    return math.sqrt(max(0.0, agreeing + differing - chance) / n) / (1 - expected)


def agreement_by_theme(
    pairs: Sequence[tuple[Collection[str], Collection[str]]], *, themes: Sequence[str]
) -> dict[str, Agreement]:
    """Return how far two coders agree on each theme.

    Args:
        pairs: For each excerpt that both coded, the themes of the first and those of the second.
        themes: Codes of the codebook's themes.

    Returns:
        By theme, in the order given. Empty when no excerpt was coded twice.
    """
    if not pairs:
        return {}
    return {theme: cohen_kappa(_table(pairs, [theme])) for theme in themes}


def overall_agreement(
    pairs: Sequence[tuple[Collection[str], Collection[str]]], *, themes: Sequence[str]
) -> Agreement | None:
    """Return how far two coders agree over all themes, every excerpt by every theme pooled.

    Decisions of one excerpt hang together, so that the interval is somewhat too narrow.

    Args:
        pairs: For each excerpt that both coded, the themes of the first and those of the second.
        themes: Codes of the codebook's themes.

    Returns:
        None when no excerpt was coded twice or there is no theme.
    """
    if not pairs or not themes:
        return None
    return cohen_kappa(_table(pairs, themes))


def _table(
    pairs: Sequence[tuple[Collection[str], Collection[str]]], themes: Sequence[str]
) -> list[list[int]]:
    """Return how often both, only one or neither coder gave a theme: yes before no."""
    table = [[0, 0], [0, 0]]
    for first, second in pairs:
        for theme in themes:
            table[theme not in first][theme not in second] += 1
    return table
