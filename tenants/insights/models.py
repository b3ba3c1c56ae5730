"""Tables of editions and their cells: figures as published, frozen."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.disclosure.cells import Coverage
from tenants.disclosure.rules import Dimension
from tenants.model import Coded, Model, Tenant, TenantKey, refers_to


class CellKind(StrEnum):
    """Which cell of an edition it is: of everybody, of one value, or of those without a value."""

    ORGANISATION = "ORGANISATION"
    SEGMENT = "SEGMENT"
    NO_SEGMENT = "NO_SEGMENT"


class Edition(Tenant, Model):
    """One organisation's insights over one window, published once and never computed again.

    The window is half-open, from the first day of a month to the first day of another. `figures`
    are those of no cell: the response rate, which rests on invitations.
    """

    __tablename__ = "editions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "ends_on"),
        *(
            CheckConstraint(f"(rules ->> '{name}')::int >= {floor}", name=name)
            for name, floor in (
                ("minimum", 5),
                ("distribution_minimum", 10),
                ("response_rate_minimum", 20),
            )
        ),
    )

    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    dimension: Mapped[Dimension] = mapped_column(Coded(Dimension))
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EditionCell(TenantKey, Model):
    """What an edition says of one cell; a suppressed cell has no coverage and no figures.

    `segment` is empty but for a cell of kind SEGMENT.
    """

    __tablename__ = "edition_cells"
    __table_args__ = (refers_to("edition_id", "editions"),)

    edition_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[CellKind] = mapped_column(Coded(CellKind), primary_key=True)
    segment: Mapped[str] = mapped_column(primary_key=True)
    coverage: Mapped[Coverage | None] = mapped_column(Coded(Coverage))
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
