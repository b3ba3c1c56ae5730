"""Rules of editions, each switched off for one test; and designs that the rules forbid."""

from collections.abc import Callable, Collection
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tenants.disclosure import cells
from tenants.disclosure.cells import (
    Cell,
    Coverage,
    Lattice,
    Respondent,
    make_lattice,
    may_be_split,
    nobody_or_a_crowd,
)
from tenants.disclosure.rules import Dimension
from tenants.insights import findings, lattice, service
from tenants.insights.lattice import Draft
from tenants.interviews.models import Confidentiality
from tenants.organisations.insight_models import InsightSettings
from tenants.organisations.insight_settings import NUMBERS
from tests.attacks.editions.organisations import (
    FIRST_DAY,
    MONTHS,
    Organisation,
    make_edition,
    publish,
    version,
)

Plant = Callable[[pytest.MonkeyPatch], None]


def gate_of_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cover everybody as soon as the ANONYMOUS are nobody or a crowd."""
    _gate_only(monkeypatch, _is_anonymous)


def gate_of_anonymous(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cover everybody as soon as the hidden ones are nobody or a crowd."""
    _gate_only(monkeypatch, _is_hidden)


def _gate_only(monkeypatch: pytest.MonkeyPatch, counts: Callable[[Respondent], bool]) -> None:
    cover = cells.cover

    def with_one_gate(respondents: Collection[Respondent], minimum: int) -> Cell | None:
        several = sum(one.count for one in respondents if counts(one))
        passes = nobody_or_a_crowd(several, minimum)
        if passes and sum(one.count for one in respondents) >= minimum:
            hidden = any(one.hidden for one in respondents)
            coverage = Coverage.ALL_ANSWERS if hidden else Coverage.IDENTIFIED_ONLY
            return Cell(coverage, frozenset(one.key for one in respondents))
        return cover(respondents, minimum)

    monkeypatch.setattr(cells, "cover", with_one_gate)


def minimum_respondents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish a cell of identified answers however few they are."""
    cover = cells.cover

    def of_any(respondents: Collection[Respondent], minimum: int) -> Cell | None:
        identified = frozenset(one.key for one in respondents if not one.hidden)
        few = Cell(Coverage.IDENTIFIED_ONLY, identified) if identified else None
        return cover(respondents, minimum) or few

    monkeypatch.setattr(cells, "cover", of_any)


def siblings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish every value that passes by itself, whomever subtracting leaves over."""
    monkeypatch.setattr(cells, "leftover_is_safe", lambda *_: True)


def siblings_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count how many respondents are left over."""
    monkeypatch.setattr(cells, "_COUNTED", (_is_hidden, _is_anonymous))


def siblings_of_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count how many hidden respondents are left over."""
    monkeypatch.setattr(cells, "_COUNTED", (_is_anybody, _is_anonymous))


def siblings_of_anonymous(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count how many ANONYMOUS respondents are left over."""
    monkeypatch.setattr(cells, "_COUNTED", (_is_anybody, _is_hidden))


def _is_anybody(_: Respondent) -> bool:
    return True


def _is_hidden(one: Respondent) -> bool:
    return one.hidden


def _is_anonymous(one: Respondent) -> bool:
    return one.anonymous


def counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hidden respondents wait for the next window although this one counts them."""
    make_draft = lattice.make_draft

    def and_keep(*given: Any) -> Draft:
        draft = make_draft(*given)
        return replace(draft, counted=draft.counted & {Confidentiality.ATTRIBUTED})

    for module in (lattice, service):
        monkeypatch.setattr(module, "make_draft", and_keep)


def gate_of_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show a question's figure wherever the cell is published, however few answered it."""

    def restrict(
        respondents: Collection[Respondent], minimum: int, within: Lattice | None = None
    ) -> Lattice:
        if within is None or within.organisation is None or not respondents:
            return make_lattice(respondents, minimum, within)
        answered = {one.key for one in respondents}

        def part(cell: Cell) -> Cell:
            return replace(cell, respondents=cell.respondents & answered)

        segments = {value: part(cell) for value, cell in within.segments.items()}
        some = {value: cell for value, cell in segments.items() if cell.respondents}
        organisation = part(within.organisation)
        return Lattice(organisation if organisation.respondents else None, some)

    monkeypatch.setattr(lattice, "make_lattice", restrict)


def questions_beyond_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count in a question's figure whom the window's cell leaves out, and who waits."""

    def ignore(
        respondents: Collection[Respondent], minimum: int, within: Lattice | None = None
    ) -> Lattice:
        del within
        return make_lattice(respondents, minimum)

    monkeypatch.setattr(lattice, "make_lattice", ignore)


def splits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell identified from hidden answers, and hold aspects against the score, whoever is left."""
    monkeypatch.setattr(findings, "may_be_split", lambda *_: True)


def splits_of_few_identified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count how many respondents of all a split leaves in a part."""
    _split_only(monkeypatch, (_is_hidden, _is_anonymous))


def splits_of_few_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count how many hidden respondents a split leaves in a part."""
    _split_only(monkeypatch, (_is_anybody, _is_anonymous))


def splits_of_few_anonymous(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not count how many ANONYMOUS respondents a split leaves in a part."""
    _split_only(monkeypatch, (_is_anybody, _is_hidden))


def _split_only(
    monkeypatch: pytest.MonkeyPatch, counted: tuple[Callable[[Respondent], bool], ...]
) -> None:
    def of_some(*given: Any) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cells, "_COUNTED", counted)
            return may_be_split(*given)

    monkeypatch.setattr(findings, "may_be_split", of_some)


def quarters_beside_years(organisation: Organisation) -> None:
    """Publish the same three years twice: in windows of three months and of twelve."""
    for months in (12, 3):
        publish(replace(organisation, settings=(_always(organisation, months),)))


def _always(organisation: Organisation, months: int) -> InsightSettings:
    numbers = {name: getattr(organisation.settings[0], name) for name in NUMBERS}
    return version(numbers, FIRST_DAY, months, Dimension.DEPARTMENT)


def windows_made_anew(organisation: Organisation) -> None:
    """Publish windows by each version of the settings, whatever was published by another."""
    for one in organisation.settings:
        months = one.window_months
        for end in range(months, MONTHS + 1, months):
            inside = [sent for at, sent in organisation.answered if end - months <= at < end]
            make_edition(inside, organisation.crowd, one.dimension)


def rolling_windows(organisation: Organisation) -> None:
    """Publish twelve months every three months, and count everybody in each."""
    for month in range(12, MONTHS + 1, 3):
        year = [one for at, one in organisation.answered if month - 12 <= at < month]
        make_edition(year, organisation.crowd)


def two_dimensions(organisation: Organisation) -> None:
    """Publish by department and by location, each passing by itself."""
    publish(organisation)
    chance = Random(organisation.seed)  # noqa: S311 - no secret.
    located = [
        (month, replace(one, segment=chance.choice(["north", "south"])))
        for month, one in organisation.answered
    ]
    publish(replace(organisation, answered=tuple(located)))


def editions_per_audience(organisation: Organisation) -> None:
    """Publish again with CONFIDENTIAL as identified, for those who read it as rows."""
    publish(organisation)
    trusted = [(month, replace(one, hidden=one.anonymous)) for month, one in organisation.answered]
    publish(replace(organisation, answered=tuple(trusted)))
