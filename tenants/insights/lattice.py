"""One edition as a whole: every cell and figure of a window, by the rules, from its responses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tenants.disclosure import figures
from tenants.disclosure.cells import Cell, Coverage, Lattice, make_lattice
from tenants.disclosure.rules import EditionRules
from tenants.insights.findings import standing_findings
from tenants.insights.items import Catalogue
from tenants.insights.measures import metric_figures, question_document
from tenants.insights.models import CellKind
from tenants.insights.said import NOBODY, said, with_what_is_left
from tenants.insights.tally import Aspects, ItemKey, Tally, merge, respondents_of
from tenants.interviews.models import Confidentiality
from tenants.metrics import MAIN_REASON


@dataclass(frozen=True, slots=True)
class DraftCell:
    """A published cell as an edition keeps it; `segment` is empty but for kind SEGMENT."""

    kind: CellKind
    segment: str
    coverage: Coverage
    figures: Mapping[str, Any]
    questions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Draft:
    """One edition before it is written.

    Attributes:
        counted: Those who chose this confidentiality are counted; others wait for the next window.
        cells: Those that are published. A cell that is not there is suppressed.
    """

    counted: frozenset[Confidentiality]
    cells: tuple[DraftCell, ...]


def make_draft(
    tally: Tally, catalogue: Catalogue, rules: EditionRules, aspects: Aspects | None = None
) -> Draft:
    """Return the edition of some responses; the same ones give the same edition.

    Whoever stands in no published organisation cell waits: hidden respondents that are too few, and
    everybody when the whole cell is suppressed.

    Args:
        tally: Of the responses.
        catalogue: What is counted of them.
        rules: In force for the window.
        aspects: What `tally.pairs` holds against the overall score.
    """
    lattice = make_lattice(respondents_of(tally.respondents), rules.minimum)
    if lattice.organisation is None:
        return Draft(frozenset(), ())
    covered = lattice.organisation.respondents
    counted = frozenset(group.confidentiality for group in tally.respondents if group in covered)
    by_item = {
        item.key: make_lattice(
            respondents_of(tally.answered(item.key)), rules.minimum, within=lattice
        )
        for item in catalogue.items
    }
    standing = standing_findings(tally, by_item, catalogue, aspects, rules.minimum)
    cells = [
        _draft_cell(place, tally=tally, catalogue=catalogue, by_item=by_item, rules=rules)
        for place in _places(lattice)
    ]
    # What is said of everybody only, beside the question that it is about.
    questions = [
        {**one, **standing.get(item.key, {})}
        for item, one in zip(catalogue.items, cells[0].questions, strict=True)
    ]
    cells[0] = replace(cells[0], questions=questions)
    return Draft(counted, tuple(cells))


Place = tuple[CellKind, str | None, Cell]


def _places(lattice: Lattice) -> list[Place]:
    """Return the published cells: of the organisation, then by value, then of no value."""
    if lattice.organisation is None:
        return []
    named = sorted((value, cell) for value, cell in lattice.segments.items() if value is not None)
    places: list[Place] = [(CellKind.ORGANISATION, None, lattice.organisation)]
    places += [(CellKind.SEGMENT, value, cell) for value, cell in named]
    if None in lattice.segments:
        places.append((CellKind.NO_SEGMENT, None, lattice.segments[None]))
    return places


def _draft_cell(
    place: Place,
    *,
    tally: Tally,
    catalogue: Catalogue,
    by_item: Mapping[ItemKey, Lattice],
    rules: EditionRules,
) -> DraftCell:
    """Return one cell with the figures of every item that may be shown in it."""
    kind, segment, cell = place
    metrics: dict[str, Any] = {}
    questions = []
    for item in catalogue.items:
        lattice = by_item[item.key]
        within = lattice.organisation
        if kind is not CellKind.ORGANISATION:
            within = lattice.segments.get(segment)
        if within is None:
            questions.append(question_document(item, None, NOBODY, rules.distribution_minimum))
            continue
        answers = said(merge(tally.answers[item.key], within.respondents))
        if kind is CellKind.ORGANISATION:
            parts = [
                said(merge(tally.answers[item.key], part.respondents))
                for part in lattice.segments.values()
            ]
            answers = with_what_is_left(answers, parts)
        document = question_document(item, within.coverage, answers, rules.distribution_minimum)
        shown = metric_figures(
            item,
            within.coverage,
            answers,
            document.get("distribution", ()),
            catalogue.controllable,
        )
        metrics |= {key: figures.to_json(figure) for key, figure in shown.items()}
        # Which metrics rest on it, for the day when too few of those respondents are left.
        questions.append(document | {"metrics": sorted(shown)})
        if item.question.concept == MAIN_REASON and catalogue.said:
            # By what the organisation said of reasons then, whatever it says afterwards.
            said_of = {reason.value: one.value for reason, one in catalogue.said.items()}
            questions[-1] |= {"controllability": said_of}
    return DraftCell(kind, segment or "", cell.coverage, metrics, questions)
