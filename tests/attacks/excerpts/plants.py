"""Rules of excerpts, each switched off for one test."""

from collections.abc import Callable, Collection

import pytest

from tenants.disclosure import excerpts
from tenants.disclosure.cells import Respondent
from tenants.disclosure.excerpts import ExcerptCells, ExcerptRules
from tenants.excerpts import publishing

Plant = Callable[[pytest.MonkeyPatch], None]


def gate_of_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show excerpts of any ten respondents, however few of them are hidden."""

    def any_ten(respondents: Collection[Respondent], rules: ExcerptRules) -> bool:
        return len(respondents) >= rules.respondents

    monkeypatch.setattr(excerpts, "is_crowd", any_ten)


def gate_of_respondents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show excerpts of any five hidden respondents, however few there are in all."""

    def any_five(respondents: Collection[Respondent], rules: ExcerptRules) -> bool:
        return sum(one.hidden for one in respondents) >= rules.hidden

    monkeypatch.setattr(excerpts, "is_crowd", any_five)


def siblings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show every value that passes by itself, whoever is left for the organisation's cell."""
    monkeypatch.setattr(excerpts, "leftover_is_crowd", lambda *_: True)


def nearest_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show each excerpt in its own value's cell as soon as anything is shown."""

    def own(respondents: Collection[Respondent], rules: ExcerptRules) -> ExcerptCells:
        cells = excerpts.choose_cells(respondents, rules)
        values = frozenset(one.segment for one in respondents) if cells.organisation else ()
        return ExcerptCells(cells.organisation, cells.segments | frozenset(values))

    monkeypatch.setattr(publishing, "choose_cells", own)
