"""Tables of the benchmark: who takes part, what each contributes, and what was released.

`Contribution` is the only thing of an organisation's that crosses to others. The benchmark role
reads it, the peer catalogue with its observers, and consent; it writes releases and comparisons,
and can do nothing else in the database.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Double, ForeignKey, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, TenantKey
from tenants.organisations.models import Industry, Region, SizeBand


class BenchmarkMember(TenantKey, Model):
    """An organisation's place in the peer catalogue.

    Organisations of one corporate family count as one; `began_on` is the organisation's first
    day, which its age is counted from.
    """

    __tablename__ = "benchmark_members"

    family: Mapped[str]
    industry: Mapped[Industry] = mapped_column(Coded(Industry))
    size_band: Mapped[SizeBand] = mapped_column(Coded(SizeBand))
    region: Mapped[Region] = mapped_column(Coded(Region))
    began_on: Mapped[date] = mapped_column(Date)


class BenchmarkConsent(Tenant, Model):
    """That an organisation opted in, to which words, and when it took that back."""

    __tablename__ = "benchmark_consents"

    text: Mapped[str]
    given_on: Mapped[date] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)


class BenchmarkObserver(TenantKey, Model):
    """A firm or person who could see the organisation, as a keyed hash, from one day to another.

    The period is half-open; without an end it lasts.
    """

    __tablename__ = "benchmark_observers"

    observer_key: Mapped[bytes] = mapped_column(primary_key=True)
    seen_from_on: Mapped[date] = mapped_column(Date, primary_key=True)
    seen_until_on: Mapped[date | None] = mapped_column(Date)


class Contribution(TenantKey, Model):
    """One organisation's own aggregate for a metric and a window.

    The window is half-open, in whole months.
    """

    __tablename__ = "contributions"

    starts_on: Mapped[date] = mapped_column(Date, primary_key=True)
    ends_on: Mapped[date] = mapped_column(Date, primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(Double)
    n: Mapped[int] = mapped_column(Integer)
    wording_hash: Mapped[str | None]
    contributed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BenchmarkRelease(Model):
    """A frozen, numbered snapshot of peer statistics over one half-open window."""

    __tablename__ = "benchmark_releases"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    as_of_on: Mapped[date] = mapped_column(Date)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inputs_hash: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BenchmarkComparison(TenantKey, Model):
    """What one contributor may be shown of one metric in one release.

    `audience` is empty for the organisation's own people, and an observer's key for those who
    could see other families, too. `peer_groups` lists the groups that the organisation belongs to,
    nearest first, each with its statistics or with nothing where too few stand behind it. The last
    one, of all organisations, also keeps hashes of the families that the audience may know:
    whoever can see another contributor by now must not read the row.
    """

    __tablename__ = "benchmark_comparisons"

    release_number: Mapped[int] = mapped_column(
        ForeignKey("benchmark_releases.number"), primary_key=True
    )
    audience: Mapped[bytes] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    peer_groups: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
