"""Insights of an organisation: an edition's cell as published, with the live figures of offers."""

from collections.abc import Hashable
from datetime import date, datetime, timedelta
from typing import Annotated, cast
from uuid import UUID

import strawberry

from api.derive import Info, as_type, of_noun, selected_names
from api.relay import Node
from api.types.insight_settings import EditionRulesType, show_rules
from api.types.question_insights import (
    Language,
    Openness,
    QuestionInsight,
    in_language,
    show_openness,
    show_question,
)
from api.types.scalars import YearMonth
from api.types.statistics import FigureType, StatisticType, SuppressedType, as_statistic
from tenants import read_graph
from tenants.disclosure.cells import Coverage
from tenants.disclosure.figures import Figure, Statistic
from tenants.disclosure.rules import Dimension
from tenants.errors import NotFound
from tenants.insights import queries as insights
from tenants.insights.trends import Signal, TrendVerdict
from tenants.metrics import (
    ACCEPTANCE_RATE,
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    DECISION_TIME,
    DECLINE_RATE,
    INTERVIEW_COVERAGE,
    LAPSE_RATE,
    RENEGE_RATE,
    RESPONSE_RATE,
    reason_group_key,
    reason_key,
)
from tenants.paging import Window
from tenants.reading import Key, Listing, Record
from tenants.reasons import REASONS, Controllability, DeclineReason, ReasonGroup

for _enum in (ReasonGroup, Signal, TrendVerdict):
    strawberry.enum(_enum, description=(_enum.__doc__ or "").strip())

_CELLS = Listing(read_graph.EDITION.to_many["cells"], Window(size=500))

EndsOn = Annotated[
    date | None,
    strawberry.argument(description="An edition's `endsOn`; the newest edition if absent."),
]
Segment = Annotated[
    str | None,
    strawberry.argument(description="One of `segments`; the whole organisation if absent."),
]
Concepts = Annotated[
    list[str] | None,
    strawberry.argument(description="Only questions of these concepts; all of them if absent."),
]


def _last_month(ends_on: date) -> YearMonth:
    """Return the last month inside a window, whose end is the first day after it."""
    return YearMonth((ends_on - timedelta(days=1)).replace(day=1))


def _starts_in(root: strawberry.Parent[Record]) -> YearMonth:
    return YearMonth(root.values["starts_on"])


def _ends_in(root: strawberry.Parent[Record]) -> YearMonth:
    return _last_month(root.values["ends_on"])


def _rules(root: strawberry.Parent[Record]) -> EditionRulesType:
    return show_rules(root.values["rules"])


@of_noun(read_graph.EDITION, behind={"starts_on", "cells"})
class Edition(Node):
    """One organisation's insights over one window, published once and never computed again.

    Attributes:
        starts_in: The first month of the window.
        ends_in: The last month inside the window.
        ends_on: The first day after the window; what `insights(endsOn:)` takes.
        published_at: When it was published.
        dimension: What divides its respondents.
        rules: What it was published by.
    """

    ends_on: date
    published_at: datetime
    dimension: Dimension
    starts_in: YearMonth = strawberry.field(name="from", resolver=_starts_in)
    ends_in: YearMonth = strawberry.field(name="to", resolver=_ends_in)
    rules: EditionRulesType = strawberry.field(resolver=_rules)

    @strawberry.field
    async def segments(self, root: strawberry.Parent[Record], info: Info) -> list[str]:
        """Values of the dimension with a cell of their own that the viewer may ask for."""
        page = await info.context.find_page(_CELLS, root.key)
        return [record.values["segment"] for record in page.records]


def show_edition(edition: insights.EditionInfo, organisation_id: UUID) -> Edition:
    """Return an edition that was found with its figures."""
    values = {name: getattr(edition, name) for name in read_graph.EDITION.columns}
    record = Record(read_graph.EDITION, Key(organisation_id, edition.id), values, {})
    return cast("Edition", as_type(record))


@strawberry.type
class TimePoint:
    """A figure of one month.

    Attributes:
        month: Which month.
        statistic: The figure of that month alone; withheld where there is nothing to count.
        signal: Whether chance explains that it differs from the usual one.
        lower_limit: The least that chance explains, at 99.73 %; null for those who may not count
            the offers, and where nothing can be said.
        upper_limit: The most, likewise.
    """

    month: YearMonth
    statistic: StatisticType
    signal: Signal
    lower_limit: float | None
    upper_limit: float | None


@strawberry.type
class Trend:
    """What became of a series, by a control chart with exact binomial limits at 99.73 %.

    Attributes:
        verdict: Whether anything but chance moved it.
        usual: The figure of all months together, which each is held against.
        message: The verdict in a sentence, in English.
    """

    verdict: TrendVerdict
    usual: StatisticType
    message: str


@strawberry.type
class ReasonShare:
    """How many respondents name a reason among the most important ones; they may name several.

    Attributes:
        reason: The reason.
        group: What it is about.
        controllability: Whether the organisation can do anything about it, as its codebook said
            when the edition was published.
        share: Of the respondents who name any reason.
    """

    reason: DeclineReason
    group: ReasonGroup
    controllability: Controllability
    share: StatisticType

    @strawberry.field
    def wording(self, language: Language = None) -> str:
        """What the candidate reads."""
        return in_language(REASONS[self.reason].wording, language)


@strawberry.type
class ReasonGroupShare:
    """How many respondents name any reason of a group; who names several of it counts once.

    Attributes:
        group: The group.
        share: Of the respondents who name any reason.
    """

    group: ReasonGroup
    share: StatisticType


@strawberry.type
class Insights:
    """One cell: of an edition, the figures from responses as published; of offers, live ones.

    Every figure is over the same window. A figure that too few stand behind is Suppressed.

    Attributes:
        starts_in: The first month of the window.
        ends_in: The last month inside the window.
        segment: The value of the dimension; null for the whole organisation.
        coverage: Whose answers the cell covers; null when it is withheld and before the first
            edition.
        segments: Values of the dimension that the viewer may ask for.
    """

    segment: str | None
    coverage: Coverage | None
    segments: list[str]
    found: strawberry.Private[insights.Insights]
    frozen_as: strawberry.Private[Hashable | None]
    organisation_id: strawberry.Private[UUID]
    starts_in: YearMonth = strawberry.field(name="from")
    ends_in: YearMonth = strawberry.field(name="to")

    @strawberry.field
    def edition(self) -> Edition | None:
        """The edition; null before the first one."""
        one = self.found.edition
        return None if one is None else show_edition(one, self.organisation_id)

    @strawberry.field
    def decline_rate(self) -> StatisticType:
        """Declined and lapsed offers among all resolved ones, live."""
        return self._figure(DECLINE_RATE)

    @strawberry.field
    def acceptance_rate(self) -> StatisticType:
        """Accepted offers among all resolved ones, those turned down afterwards included, live."""
        return self._figure(ACCEPTANCE_RATE)

    @strawberry.field
    def lapse_rate(self) -> StatisticType:
        """Offers left without an answer for 30 days among all resolved ones, live."""
        return self._figure(LAPSE_RATE)

    @strawberry.field
    def renege_rate(self) -> StatisticType:
        """Offers turned down after acceptance among accepted ones whose start was due, live."""
        return self._figure(RENEGE_RATE)

    @strawberry.field
    def decision_time(self) -> StatisticType:
        """The median of days from the offer to the candidate's answer, live."""
        return self._figure(DECISION_TIME)

    @strawberry.field
    def interview_coverage(self) -> StatisticType:
        """Offers turned down that have an interview, among all turned down, live."""
        return self._figure(INTERVIEW_COVERAGE)

    @strawberry.field
    def response_rate(self) -> StatisticType:
        """Online invitations that were answered, to ten percent; of the whole organisation only."""
        return self._figure(RESPONSE_RATE)

    @strawberry.field
    def candidate_nps(self) -> StatisticType:
        """The percentage of promoters less that of detractors, −100 to 100."""
        return self._figure(CANDIDATE_NPS)

    @strawberry.field
    def controllable_share(self) -> StatisticType:
        """Respondents whose main reason is CONTROLLABLE, among all with a main reason."""
        return self._figure(CONTROLLABLE_SHARE)

    @strawberry.field
    def openness(self) -> Openness | None:
        """Whether hidden answers name controllable main reasons more often; null in a part."""
        found = self.found.openness
        return None if found is None else show_openness(found)

    @strawberry.field
    def decline_rate_over_time(self) -> list[TimePoint]:
        """The decline rate of each of the last 24 months, the oldest first, live."""
        return [
            TimePoint(
                month=YearMonth(one.month),
                statistic=as_statistic(one.statistic),
                signal=one.signal,
                lower_limit=None if one.limits is None else one.limits.lower,
                upper_limit=None if one.limits is None else one.limits.upper,
            )
            for one in self.found.trend.points
        ]

    @strawberry.field
    def decline_rate_trend(self) -> Trend:
        """Whether the decline rate of the last 24 months has changed by more than chance, live."""
        trend = self.found.trend
        return Trend(verdict=trend.verdict, usual=as_statistic(trend.usual), message=trend.message)

    @strawberry.field
    def reasons(self) -> list[ReasonShare]:
        """Every reason, the largest share first; withheld ones last, in the taxonomy's order."""
        ordered = sorted(
            REASONS.items(), key=lambda one: _size(self.found.figures[reason_key(one[0])])
        )
        return [
            ReasonShare(
                reason=reason,
                group=facts.group,
                controllability=self.found.controllability[reason],
                share=self._figure(reason_key(reason)),
            )
            for reason, facts in ordered
        ]

    @strawberry.field
    def reason_groups(self) -> list[ReasonGroupShare]:
        """Every group of reasons, in the order of the taxonomy."""
        return [
            ReasonGroupShare(group=group, share=self._figure(reason_group_key(group)))
            for group in ReasonGroup
        ]

    @strawberry.field
    def questions(self, concepts: Concepts = None) -> list[QuestionInsight]:
        """Questions whose answers the viewer's role reads, in the order of the form.

        Empty where the cell is withheld, and before the first edition.
        """
        return [
            show_question(one)
            for one in self.found.questions
            if concepts is None or one.concept in concepts
        ]

    def _figure(self, metric: str) -> FigureType | SuppressedType:
        return as_statistic(self.found.figures[metric])


def _size(statistic: Statistic) -> tuple[bool, float]:
    """Return what sorts the largest figure first and withheld ones last."""
    return (False, -statistic.value) if isinstance(statistic, Figure) else (True, 0.0)


# What is read of a cell alone, by name in the API; whatever else is selected may be of offers.
_WITHOUT_OFFERS = frozenset(
    {
        "__typename",
        "candidateNps",
        "controllableShare",
        "coverage",
        "edition",
        "from",
        "openness",
        "questions",
        "reasonGroups",
        "reasons",
        "responseRate",
        "segment",
        "segments",
        "to",
    }
)


async def find_insights(
    info: Info, organisation_id: UUID, *, ends_on: date | None, segment: str | None
) -> Insights | None:
    """Return a cell of an organisation, or None for one that is unknown or not the viewer's.

    Raises:
        Forbidden: The viewer's role reads no insights.
    """
    try:
        found = await info.context.run(
            insights.get_insights,
            organisation_id=organisation_id,
            ends_on=ends_on,
            segment=segment,
            with_offers=not selected_names(info) <= _WITHOUT_OFFERS,
        )
    except NotFound:
        return None
    return Insights(
        segment=found.segment,
        coverage=found.coverage,
        segments=list(found.segments),
        found=found,
        frozen_as=found.frozen_as,
        starts_in=YearMonth(found.starts_on),
        ends_in=_last_month(found.ends_on),
        organisation_id=organisation_id,
    )
