"""One edition as a whole: every cell and figure of a window, by the rules, from its responses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tenants.disclosure import figures
from tenants.disclosure.cells import (
    MINIMUM_FLOOR,
    Cell,
    Coverage,
    Lattice,
    Respondent,
    make_lattice,
)
from tenants.disclosure.figures import DISTRIBUTION_FLOOR
from tenants.insights.items import Catalogue, Item, Measured
from tenants.insights.measures import metric_figures, question_document
from tenants.insights.models import CellKind
from tenants.insights.windows import WINDOW_MONTHS

RESPONSE_RATE_FLOOR = 20


@dataclass(frozen=True, slots=True)
class EditionRules:
    """The numbers of the rules in force; each may be raised, none lowered under its floor.

    Attributes:
        minimum: The size of a crowd.
        distribution_minimum: The fewest answers that make a distribution.
        response_rate_minimum: The fewest delivered invitations that make a response rate.
        window_months: Length of a window.
    """

    minimum: int = MINIMUM_FLOOR
    distribution_minimum: int = DISTRIBUTION_FLOOR
    response_rate_minimum: int = RESPONSE_RATE_FLOOR
    window_months: int = WINDOW_MONTHS

    def __post_init__(self) -> None:
        """Refuse numbers below the floor.

        Raises:
            ValueError: One of them is.
        """
        floors = (MINIMUM_FLOOR, DISTRIBUTION_FLOOR, RESPONSE_RATE_FLOOR)
        numbers = (self.minimum, self.distribution_minimum, self.response_rate_minimum)
        if any(number < floor for number, floor in zip(numbers, floors, strict=True)):
            message = f"the rules' numbers must not be below {floors}"
            raise ValueError(message)

    def to_json(self) -> dict[str, int]:
        """Return the rules as an edition keeps them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Submission:
    """A response that no edition has counted yet.

    Attributes:
        id: Of the response.
        hidden: CONFIDENTIAL or ANONYMOUS.
        anonymous: ANONYMOUS.
        segment: The value of the organisation's dimension; None for "no value".
        answers: What it says of each item that was answered.
    """

    id: UUID
    hidden: bool
    anonymous: bool
    segment: str | None
    answers: Mapping[tuple[str, str | None], Measured]


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
        counted: Responses that it counts; all others wait for the next window.
        cells: Those that are published. A cell that is not there is suppressed.
    """

    counted: frozenset[UUID]
    cells: tuple[DraftCell, ...]


def make_draft(
    submissions: Collection[Submission], catalogue: Catalogue, rules: EditionRules
) -> Draft:
    """Return the edition of some submissions; the same ones give the same edition.

    Whoever stands in no published organisation cell waits: hidden respondents that are too few, and
    everybody when the whole cell is suppressed.
    """
    ordered = sorted(submissions, key=lambda one: one.id)
    lattice = make_lattice(_respondents(ordered), rules.minimum)
    if lattice.organisation is None:
        return Draft(frozenset(), ())
    counted = frozenset(one.id for one in ordered if one.id in lattice.organisation.respondents)
    by_item = {
        item.key: make_lattice(
            _respondents(one for one in ordered if item.key in one.answers), rules.minimum, lattice
        )
        for item in catalogue.items
    }
    cells = [
        _draft_cell(place, submissions=ordered, items=catalogue.items, by_item=by_item, rules=rules)
        for place in _places(lattice)
    ]
    return Draft(counted, tuple(cells))


def _respondents(submissions: Iterable[Submission]) -> list[Respondent]:
    return [Respondent(one.id, one.hidden, one.anonymous, one.segment) for one in submissions]


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
    submissions: Sequence[Submission],
    items: Sequence[Item],
    by_item: Mapping[tuple[str, str | None], Lattice],
    rules: EditionRules,
) -> DraftCell:
    """Return one cell with the figures of every item that may be shown in it."""
    kind, segment, cell = place
    metrics: dict[str, Any] = {}
    questions = []
    for item in items:
        lattice = by_item[item.key]
        within = lattice.organisation
        if kind is not CellKind.ORGANISATION:
            within = lattice.segments.get(segment)
        if within is None:
            questions.append(question_document(item, None, (), rules.distribution_minimum))
            continue
        answers = [one.answers[item.key] for one in submissions if one.id in within.respondents]
        document = question_document(item, within.coverage, answers, rules.distribution_minimum)
        shown = metric_figures(item, within.coverage, answers, document.get("distribution", ()))
        metrics |= {key: figures.to_json(figure) for key, figure in shown.items()}
        # Which metrics rest on it, for the day when too few of those respondents are left.
        questions.append(document | {"metrics": sorted(shown)})
    return DraftCell(kind, segment or "", cell.coverage, metrics, questions)
