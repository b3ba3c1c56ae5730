"""A digest for one role: what works, and what is in the organisation's hands, from one edition.

It is made of nothing but what the role may see of the published edition. It leads with strengths
and with actions (which the reader is shown beside it), then with what can be changed. It names
nobody and ranks nobody: its lines are about steps, tasks and reasons, never about people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from tenants.access import Permission, Reach, Viewer, part_of, require
from tenants.disclosure.figures import Figure, Relation, Statistic, Unit
from tenants.insights.queries import EditionInfo, Insights, QuestionInsight, get_insights
from tenants.metrics import CANDIDATE_NPS, METRICS, RECOMMENDATION, reason_key
from tenants.reasons import REASONS, Controllability
from tenants.themes.codebook import Theme
from tenants.themes.service import get_codebook
from tenants.work import Session

MOST_STRENGTHS: Final = 5
MOST_THEMES: Final = 5
MOST_SEGMENTS: Final = 5
# Favourable to more than every second one who answered.
_STRONG: Final = 0.5


@dataclass(frozen=True, slots=True)
class Strength:
    """Something that candidates who declined still found good.

    Attributes:
        wording: What it is, in English.
        statistic: How many of them found it good, or the score; as published.
        segment: Of which part; None for the whole organisation.
    """

    wording: str
    statistic: Figure
    segment: str | None


@dataclass(frozen=True, slots=True)
class Changeable:
    """A reason that is in the organisation's hands and was named.

    Attributes:
        theme: As the organisation's codebook has it.
        share: Of those who answered, how many named it; as published.
        segment: Of which part; None for the whole organisation.
    """

    theme: Theme
    share: Figure
    segment: str | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a role is told of an edition.

    Attributes:
        edition: Which; None before the first one.
        strengths: The best first, the whole organisation's before those of its parts.
        changeable: Those that were named most often first, likewise.
        withheld: What is said where the organisation's figures are withheld; empty otherwise.
    """

    edition: EditionInfo | None
    strengths: Sequence[Strength]
    changeable: Sequence[Changeable]
    withheld: str


async def get_digest(
    session: Session, viewer: Viewer, *, organisation_id: UUID, ends_on: date | None = None
) -> Digest:
    """Return the digest of an edition for the viewer's role.

    A role that reads its own departments alone gets theirs beside the whole organisation's.

    Args:
        session: The transaction.
        viewer: Sees the cells and questions that the role reads.
        organisation_id: Whose.
        ends_on: End of the edition's window, exclusive; the newest edition if absent.

    Raises:
        Forbidden: The viewer's role reads no insights.
        NotFound: There is no such edition.
    """
    require(viewer, Permission.INSIGHTS_READ, organisation_id)

    async def cell(segment: str | None) -> Insights:
        return await get_insights(
            session,
            viewer,
            organisation_id=organisation_id,
            ends_on=ends_on,
            segment=segment,
            with_offers=False,
        )

    whole = await cell(None)
    if whole.edition is None:
        return Digest(None, (), (), "")
    codebook = await get_codebook(session, viewer, organisation_id=organisation_id)
    own = part_of(viewer.role_in(organisation_id)).segments is Reach.OWN
    parts = whole.segments[:MOST_SEGMENTS] if own else ()
    found = [whole, *[await cell(one) for one in parts]]
    strengths = [one for each in found for one in find_strengths(each)[:MOST_STRENGTHS]]
    changeable = [one for each in found for one in find_changeable(each, codebook)[:MOST_THEMES]]
    withheld = "" if whole.coverage is not None else _message(whole.figures)
    return Digest(whole.edition, strengths, changeable, withheld)


def find_strengths(cell: Insights) -> list[Strength]:
    """Return what more than half of a cell's respondents found good, the best first.

    Args:
        cell: As a role sees it; what is withheld from the role is not in it.
    """
    rated = [
        Strength(_wording(one), one.favourable, cell.segment)
        for one in cell.questions
        if one.concept != RECOMMENDATION
        and isinstance(one.favourable, Figure)
        and one.favourable.relation is not Relation.AT_MOST
        and one.favourable.value > _STRONG
    ]
    score = cell.figures[CANDIDATE_NPS]
    if isinstance(score, Figure) and score.relation is not Relation.AT_MOST and score.value > 0:
        rated.append(Strength(METRICS[CANDIDATE_NPS].title, score, cell.segment))

    def place(one: Strength) -> tuple[bool, float]:
        # Shares first; the score is of another kind and comes last.
        return one.statistic.unit is not Unit.SHARE, -one.statistic.value

    return sorted(rated, key=place)


def find_changeable(cell: Insights, codebook: Mapping[str, Theme]) -> list[Changeable]:
    """Return the reasons in the organisation's hands that were named, the most often named first.

    Args:
        cell: As a role sees it.
        codebook: The organisation's, which may say otherwise of a reason than the taxonomy.
    """
    shares = {reason.value: cell.figures[reason_key(reason)] for reason in REASONS}
    found = [
        Changeable(codebook[code], share, cell.segment)
        for code, share in shares.items()
        if code in codebook
        and codebook[code].controllability is Controllability.CONTROLLABLE
        and isinstance(share, Figure)
        and share.relation is not Relation.AT_MOST
        and share.value > 0
    ]
    return sorted(found, key=lambda one: -one.share.value)


def _wording(question: QuestionInsight) -> str:
    texts = question.row_wording or question.wording
    return texts.get("en") or next(iter(texts.values()), "")


def _message(figures: Mapping[str, Statistic]) -> str:
    found = figures[CANDIDATE_NPS]
    return "" if isinstance(found, Figure) else found.message
