"""The numbers of the rules inside an organisation: each can be raised, none lowered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final, Self

from tenants.disclosure.cells import MINIMUM_FLOOR
from tenants.disclosure.excerpts import HIDDEN_FLOOR, RESPONDENTS, ExcerptRules
from tenants.disclosure.figures import DISTRIBUTION_FLOOR

RESPONSE_RATE_FLOOR: Final = 20
WINDOW_MONTHS: Final = 12
WINDOW_LENGTHS: Final = (12, 6, 3)


class Dimension(StrEnum):
    """What divides an organisation's respondents: a fact of the opening, one for each edition."""

    DEPARTMENT = "DEPARTMENT"
    LOCATION = "LOCATION"


@dataclass(frozen=True, slots=True)
class EditionRules:
    """The numbers of the rules in force; each may be raised, none lowered under its floor.

    Attributes:
        minimum: The size of a crowd.
        distribution_minimum: The fewest answers that make a distribution.
        response_rate_minimum: The fewest delivered invitations that make a response rate.
        window_months: Length of a window.
        excerpt_respondents: The fewest respondents of a cell that shows excerpts.
        excerpt_hidden: How many of them at least are hidden.
    """

    minimum: int = MINIMUM_FLOOR
    distribution_minimum: int = DISTRIBUTION_FLOOR
    response_rate_minimum: int = RESPONSE_RATE_FLOOR
    window_months: int = WINDOW_MONTHS
    excerpt_respondents: int = RESPONDENTS
    excerpt_hidden: int = HIDDEN_FLOOR

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
        if self.window_months not in WINDOW_LENGTHS:
            message = f"a window has {WINDOW_LENGTHS} months"
            raise ValueError(message)
        # Which has floors of its own.
        self.excerpts  # noqa: B018 - making them is the check.

    @property
    def excerpts(self) -> ExcerptRules:
        """The rule of excerpts with these numbers."""
        return ExcerptRules(self.excerpt_respondents, self.excerpt_hidden)

    def to_json(self) -> dict[str, int]:
        """Return the rules as an edition keeps them."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, int]) -> Self:
        """Return the rules that an edition keeps; an older one names fewer."""
        return cls(**document)
