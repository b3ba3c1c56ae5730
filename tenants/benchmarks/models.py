"""Tables of the benchmark: who takes part, what each contributes, and what was released.

`Contribution` is the only thing of an organisation's that crosses to others. The benchmark role
reads it, the peer catalogue with its observers, and consent; it writes releases with what they are
made of and what each audience is told, and can do nothing else in the database.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    REAL,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
)
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
    verified_on: Mapped[date | None] = mapped_column(Date)
    erased_on: Mapped[date | None] = mapped_column(Date)


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
    """A numbered snapshot of peer statistics over one half-open window.

    It is seen by nobody before `finished_at`, and never changes afterwards. The hashes are of
    everything that went in and of everything that came out.
    """

    __tablename__ = "benchmark_releases"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    as_of_on: Mapped[date] = mapped_column(Date)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    inputs_hash: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome_hash: Mapped[str | None]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BenchmarkPlace(TenantKey, Model):
    """An organisation of the catalogue as one release found it: frozen when it begins."""

    __tablename__ = "benchmark_places"

    release_number: Mapped[int] = mapped_column(
        ForeignKey("benchmark_releases.number"), primary_key=True
    )
    family: Mapped[str]
    industry: Mapped[Industry] = mapped_column(Coded(Industry))
    size_band: Mapped[SizeBand] = mapped_column(Coded(SizeBand))
    region: Mapped[Region] = mapped_column(Coded(Region))
    takes_part: Mapped[bool]
    is_gone: Mapped[bool]
    observers: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))


class BenchmarkPartition(Model):
    """One metric of a release: its contributions, frozen when it begins, and whether it is made.

    Whoever makes it holds the row's lock, so that nobody else does; a worker that dies lets go of
    it. The arrays are parallel.
    """

    __tablename__ = "benchmark_partitions"

    release_number: Mapped[int] = mapped_column(
        ForeignKey("benchmark_releases.number"), primary_key=True
    )
    metric: Mapped[str] = mapped_column(primary_key=True)
    organisation_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    contributed_values: Mapped[list[float]] = mapped_column(ARRAY(Double))
    numbers: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    wording_hashes: Mapped[list[str | None]] = mapped_column(ARRAY(Text))
    inputs_hash: Mapped[bytes | None]
    outcome_hash: Mapped[bytes | None]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BenchmarkGroup(Model):
    """Who stood in a small peer group of a release that published or withheld it.

    By family the value, the number behind it, and for how many releases it was carried; null where
    they were too many for anybody to be told from the rest. The next release compares with it.
    """

    __tablename__ = "benchmark_groups"

    metric: Mapped[str] = mapped_column(primary_key=True)
    peer_group: Mapped[str] = mapped_column(primary_key=True)
    release_number: Mapped[int] = mapped_column(
        ForeignKey("benchmark_releases.number"), primary_key=True
    )
    votes: Mapped[dict[str, list[float]] | None] = mapped_column(JSONB(none_as_null=True))


class Told:
    """Keys of what a release writes of an organisation.

    They refer to nothing row by row: a release writes millions of these, of organisations whose
    frozen places do refer to them.
    """

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)
    release_number: Mapped[int] = mapped_column(Integer, primary_key=True, sort_order=-1)
    audience: Mapped[bytes] = mapped_column(primary_key=True, sort_order=-1)


class BenchmarkAudience(Told, Model):
    """Somebody who is told something of an organisation in a release, and what that one may know.

    `audience` is empty for the organisation's own people, and an observer's key for those who
    could see other families, too. `families` are hashes of all that it may know: whoever can see
    another contributor by now must not read its rows.
    """

    __tablename__ = "benchmark_audiences"

    industry: Mapped[Industry] = mapped_column(Coded(Industry))
    size_band: Mapped[SizeBand] = mapped_column(Coded(SizeBand))
    region: Mapped[Region] = mapped_column(Coded(Region))
    families: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))


class BenchmarkComparison(Told, Model):
    """What one audience of a contributor is told of one metric in one release.

    Numbers only, of the organisation's seven groups, nearest first: five quantiles of each, how
    many stand behind them as a position in the bands, and the standing. `tenants.benchmarks.told`
    gives them their words. `peer_groups` is what releases wrote before, and is not read any more.
    """

    __tablename__ = "benchmark_comparisons"

    metric: Mapped[str] = mapped_column(primary_key=True)
    peer_groups: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    quantiles: Mapped[list[float | None] | None] = mapped_column(ARRAY(REAL))
    bands: Mapped[list[int | None] | None] = mapped_column(ARRAY(SmallInteger))
    standings: Mapped[list[int | None] | None] = mapped_column(ARRAY(SmallInteger))
