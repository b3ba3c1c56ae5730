"""The table of how organisations' editions are made."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from tenants.disclosure.rules import Dimension
from tenants.model import Coded, Model, TenantKey


class InsightSettings(TenantKey, Model):
    """One version of how an organisation's editions are made. The application adds, never changes.

    It decides length and dimension of the windows that begin on or after `starts_on`. The database
    refuses numbers below the floors of the rules.
    """

    __tablename__ = "insight_settings"
    __table_args__ = (
        CheckConstraint("window_months IN (3, 6, 12)", name="window_months"),
        CheckConstraint("dimension IN ('DEPARTMENT', 'LOCATION')", name="dimension"),
        CheckConstraint("minimum >= 5", name="minimum"),
        CheckConstraint("distribution_minimum >= 10", name="distribution_minimum"),
        CheckConstraint("response_rate_minimum >= 20", name="response_rate_minimum"),
        CheckConstraint("excerpt_respondents >= 8", name="excerpt_respondents"),
        CheckConstraint("excerpt_hidden >= 5", name="excerpt_hidden"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(Date)
    window_months: Mapped[int] = mapped_column(SmallInteger)
    dimension: Mapped[Dimension] = mapped_column(Coded(Dimension))
    minimum: Mapped[int]
    distribution_minimum: Mapped[int]
    response_rate_minimum: Mapped[int]
    excerpt_respondents: Mapped[int]
    excerpt_hidden: Mapped[int]
    decided_on: Mapped[date] = mapped_column(Date)
