"""What a cell of an edition says of each question."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import strawberry

from api.types.statistics import FigureType, StatisticType, SuppressedType, as_statistic
from tenants.disclosure.cells import Coverage
from tenants.disclosure.figures import Statistic
from tenants.insights import queries as insights
from tenants.insights.findings import Openness as OpennessVerdict
from tenants.insights.findings import OpennessFinding
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.reasons import Audience

strawberry.enum(
    OpennessVerdict, name="OpennessVerdict", description=(OpennessVerdict.__doc__ or "").strip()
)
strawberry.enum(Coverage, name="CellCoverage", description=(Coverage.__doc__ or "").strip())

Language = Annotated[
    str | None,
    strawberry.argument(description="A language of the form; English, or else any, if absent."),
]


def in_language(wording: Mapping[str, str], language: str | None) -> str:
    """Return a wording in a language, or in English, or in whatever there is."""
    known = next(iter(wording.values()), "")
    return wording.get(language or "") or wording.get("en") or known


@strawberry.type
class OptionShare:
    """How many chose an option, or any of some neighbouring options that few chose.

    Attributes:
        options: Codes of the options; the points of a scale as text.
        share: Of those who answered; who chose several of these options counts once.
    """

    options: list[str]
    share: StatisticType
    option_wordings: strawberry.Private[Mapping[str, Mapping[str, str]]]

    @strawberry.field
    def wordings(self, language: Language = None) -> list[str]:
        """What the candidate reads for each of the options; the point itself on a scale."""
        return [
            in_language(self.option_wordings.get(code, {}), language) or code
            for code in self.options
        ]


@strawberry.type
class OptionPoints:
    """How high an option was put in an order: mean Borda points, from 0 to 100.

    The first of m options gets 100 points, each further one 100 / (m − 1) fewer, down to none for
    the last; options that somebody left out share the points that remain evenly.

    Attributes:
        option: Code of the option.
        points: The mean over those who answered.
    """

    option: str
    points: StatisticType
    wordings: strawberry.Private[Mapping[str, str]]

    @strawberry.field
    def wording(self, language: Language = None) -> str:
        """What the candidate reads."""
        return in_language(self.wordings, language) or self.option


@strawberry.type
class Openness:
    """Whether hidden answers name controllable main reasons more often than identified ones.

    Candidates chose how to answer, so this is an association and no more.

    Attributes:
        identified: Of ATTRIBUTED answers with a main reason, those whose reason is CONTROLLABLE.
        hidden: The same of CONFIDENTIAL and ANONYMOUS answers together.
        difference: Hidden less identified, −1 to 1; null when they cannot be compared.
        lower: Lower end of Newcombe's 95 % interval of the difference.
        upper: Its upper end.
        verdict: What can be said: MORE_OFTEN and LESS_OFTEN when the interval excludes 0.
        message: That in a sentence or two, in English.
    """

    identified: StatisticType
    hidden: StatisticType
    difference: float | None
    lower: float | None
    upper: float | None
    verdict: OpennessVerdict
    message: str


def show_openness(finding: OpennessFinding) -> Openness:
    """Return the finding as the API shows it."""
    difference = finding.difference
    return Openness(
        identified=as_statistic(finding.identified),
        hidden=as_statistic(finding.hidden),
        difference=None if difference is None else round(difference.value, 4),
        lower=None if difference is None else round(difference.interval.lower, 4),
        upper=None if difference is None else round(difference.interval.upper, 4),
        verdict=finding.verdict,
        message=finding.message,
    )


@strawberry.type
class QuestionInsight:
    """What a cell says of one question, or of one row of a matrix.

    Attributes:
        code: Of the question, stable across versions.
        concept: The key across organisations, if the question has one.
        row: Code of the matrix's row; null for other types.
        type: What kind of answer it takes.
        audience: Who may read the answers.
        coverage: Whose answers the figures rest on; null when they are withheld.
        lowest_point: The lowest point of its scale; null for a question without one.
        highest_point: The highest point of its scale; null likewise.
        mean: The average on its scale; null for a question without one.
        favourable: The share of points above the middle of the scale, of a recommendation the share
            of 9 and 10; null for a question without a scale.
        distribution: How often each option was chosen, in the order of the form; null where too few
            answered for it.
        ranking: How high each option was put in an order, in the order of the form; null where too
            few answered for it, and for other types.
        importance: How it goes together with the overall score, by Spearman's rank correlation of
            those who gave a score and answered every aspect; null but for a scale of the whole
            organisation.
    """

    code: str
    concept: str | None
    row: str | None
    type: QuestionTypeKey
    audience: Audience
    coverage: Coverage | None
    lowest_point: int | None
    highest_point: int | None
    mean: StatisticType | None
    favourable: StatisticType | None
    distribution: list[OptionShare] | None
    ranking: list[OptionPoints] | None
    importance: StatisticType | None
    wordings: strawberry.Private[Mapping[str, str]]
    row_wordings: strawberry.Private[Mapping[str, str] | None]

    @strawberry.field
    def wording(self, language: Language = None) -> str:
        """What is asked."""
        return in_language(self.wordings, language)

    @strawberry.field
    def row_wording(self, language: Language = None) -> str | None:
        """What the matrix's row says; null for other types."""
        if self.row_wordings is None:
            return None
        return in_language(self.row_wordings, language)


def show_question(one: insights.QuestionInsight) -> QuestionInsight:
    """Return a question as the API shows it."""
    return QuestionInsight(
        code=one.code,
        concept=one.concept,
        row=one.row,
        type=one.type,
        audience=one.audience,
        coverage=one.coverage,
        lowest_point=None if one.points is None else one.points[0],
        highest_point=None if one.points is None else one.points[1],
        mean=_optional(one.mean),
        favourable=_optional(one.favourable),
        distribution=None if one.distribution is None else _distribution(one),
        ranking=None
        if one.ranking is None
        else [
            OptionPoints(
                option=placed.option,
                points=as_statistic(placed.points),
                wordings=one.option_wordings.get(placed.option, {}),
            )
            for placed in one.ranking
        ],
        importance=_optional(one.importance),
        wordings=one.wording,
        row_wordings=one.row_wording,
    )


def _optional(statistic: Statistic | None) -> FigureType | SuppressedType | None:
    return None if statistic is None else as_statistic(statistic)


def _distribution(one: insights.QuestionInsight) -> list[OptionShare]:
    shares: Sequence[insights.OptionShare] = one.distribution or ()
    return [
        OptionShare(
            options=list(run.options),
            share=as_statistic(run.share),
            option_wordings=one.option_wordings if one.points is None else {},
        )
        for run in shares
    ]
