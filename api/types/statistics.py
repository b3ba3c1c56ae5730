"""What is shown of a number: a figure, or word that it is withheld."""

from typing import Annotated, TypeAlias

import strawberry

from tenants.disclosure.figures import CountBand, Figure, Relation, Statistic, Suppressed, Unit

for _enum in (CountBand, Relation, Unit):
    strawberry.enum(_enum, description=(_enum.__doc__ or "").strip())


@strawberry.type(name="Figure")
class FigureType:
    """A value that may be shown.

    Attributes:
        value: Rounded as its unit and the number behind it ask; a share lies between 0 and 1.
        relation: EXACT, or the bound that stands for a value near none or all.
        unit: What it is measured in.
        lower: Lower end of the 95 % interval; null where there is none.
        upper: Upper end of the 95 % interval; null where there is none.
        base: How many stand behind it, in bands.
        note: Whose answers are behind it, or what else must be known; null when nothing.
    """

    value: float
    relation: Relation
    unit: Unit
    lower: float | None
    upper: float | None
    base: CountBand
    note: str | None


@strawberry.type(name="Suppressed")
class SuppressedType:
    """A value that is withheld, in the same words for every cause that must not be told apart.

    Attributes:
        message: What is needed, in English.
        minimum: The fewest that must stand behind a figure.
    """

    message: str
    minimum: int


StatisticType: TypeAlias = Annotated[
    FigureType | SuppressedType,
    strawberry.union(
        "Statistic",
        description="A figure, or word that it is withheld; never null and never zero instead.",
    ),
]


def as_statistic(statistic: Statistic) -> FigureType | SuppressedType:
    """Return a statistic as the API shows it."""
    match statistic:
        case Suppressed(message, minimum):
            return SuppressedType(message=message, minimum=minimum)
        case Figure():
            return FigureType(
                value=statistic.value,
                relation=statistic.relation,
                unit=statistic.unit,
                lower=statistic.lower,
                upper=statistic.upper,
                base=statistic.base,
                note=statistic.note,
            )
