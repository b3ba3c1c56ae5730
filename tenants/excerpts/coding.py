"""Themes for excerpts: suggested from the text, and two coders compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.errors import NotFound
from tenants.excerpts import queries
from tenants.excerpts.agreement import overall_agreement
from tenants.excerpts.service import require_desk
from tenants.excerpts.steps import piece_of
from tenants.excerpts.suggestions import Suggestion, suggest_themes
from tenants.themes.service import get_codebook
from tenants.work import Session

# More to learn from would make the moderator wait, and teach little.
MOST_LEARNT: Final = 2_000
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Compared:
    """How far two coders agree over all themes.

    Attributes:
        excerpts: How many two people coded.
        kappa: Cohen's kappa, or None where it has no meaning.
        lower: Lower end of its 95 % interval.
        upper: Its upper end.
        observed: Share of decisions in which they agree, or None without any.
        message: The same in words.
    """

    excerpts: int
    kappa: float | None
    lower: float | None
    upper: float | None
    observed: float | None
    message: str


async def suggest_for_excerpt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> Sequence[Suggestion]:
    """Return themes that an excerpt may be about, the likeliest first; nothing is coded by them.

    They are learnt from the codebook's words and from what the organisation's moderators coded.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        Forbidden: The viewer does not moderate here.
    """
    await require_desk(session, viewer, organisation_id)
    found = await queries.find_excerpt(
        session, viewer, organisation_id=organisation_id, excerpt_id=excerpt_id
    )
    if found is None:
        noun = "excerpt"
        raise NotFound(noun, field="excerptId")
    excerpt, text = found
    coded = await queries.list_coded_texts(
        session, viewer, organisation_id=organisation_id, besides=excerpt_id, most=MOST_LEARNT
    )
    book = await get_codebook(session, viewer, organisation_id=organisation_id)
    themes = [one for one in book.values() if not one.is_retired]
    return suggest_themes(piece_of(excerpt, text.text), coded=coded, themes=themes)


async def compare_coders(session: Session, viewer: Viewer, *, organisation_id: UUID) -> Compared:
    """Return how far the coders of excerpts that two people coded agree.

    Of an excerpt that more people coded, the two who come first by their ids are compared.

    Raises:
        Forbidden: The viewer does not moderate here.
    """
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    await require_desk(session, viewer, organisation_id)
    codings = await queries.list_codings(session, viewer, organisation_id=organisation_id)
    pairs = []
    for _, group in groupby(codings, key=lambda one: one.excerpt_id):
        by_coder = list(group)
        if len(by_coder) >= _PAIR:
            pairs.append((by_coder[0].themes, by_coder[1].themes))
    book = await get_codebook(session, viewer, organisation_id=organisation_id)
    found = overall_agreement(pairs, themes=list(book))
    if found is None:
        return Compared(0, None, None, None, None, "No excerpt has been coded by two people yet.")
    if found.kappa is None:
        message = "Both coders gave the same answer throughout, so that kappa says nothing."
        return Compared(len(pairs), None, None, None, found.observed, message)
    value, interval = found.kappa.value, found.kappa.interval
    message = (
        f"Over {len(pairs)} excerpts, kappa is {value:.2f}"
        f" (95 % interval {interval.lower:.2f} to {interval.upper:.2f})."
    )
    return Compared(len(pairs), value, interval.lower, interval.upper, found.observed, message)
