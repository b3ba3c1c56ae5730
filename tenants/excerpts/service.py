"""What a moderator does with an excerpt at the desk, step by step, until it is settled.

Every step is in the log, and all but the first can be undone until the excerpt is released
(`settling`).
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Role, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Forbidden, InvalidInput, NotFound
from tenants.excerpts import name_queries, queries
from tenants.excerpts.desk_models import DeskText
from tenants.excerpts.models import (
    Excerpt,
    ExcerptRedaction,
    ExcerptState,
    ExcerptStep,
    RedactedText,
)
from tenants.excerpts.redaction import RedactionKind, propose_redactions
from tenants.excerpts.steps import (
    ExcerptSettled,
    piece_of,
    snapshot,
)
from tenants.integrations.idempotency import once
from tenants.organisations.engagement_queries import is_served
from tenants.reasons import Audience
from tenants.themes.service import get_codebook
from tenants.work import Session

MOST_THEMES: Final = 8
LONGEST_PARAPHRASE: Final = 4_000
_ACTIONS: Final = {
    ExcerptStep.CODED: AuditAction.EXCERPT_CODED,
    ExcerptStep.REDACTED: AuditAction.EXCERPT_REDACTED,
    ExcerptStep.PARAPHRASED: AuditAction.EXCERPT_PARAPHRASED,
    ExcerptStep.ROUTED: AuditAction.EXCERPT_ROUTED,
    ExcerptStep.WITHHELD: AuditAction.EXCERPT_WITHHELD,
}


async def require_desk(session: Session, viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer moderates for an organisation.

    Raises:
        Forbidden: The role does not include it, or a firm serves the organisation now.
    """
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    role = viewer.role_in(organisation_id)
    if role is Role.INDEPENDENT_ADMINISTRATOR and await is_served(
        session, viewer, organisation_id=organisation_id
    ):
        message = "A firm serves the organisation now, and its consultants moderate."
        raise Forbidden(message)


async def make_excerpt(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    text_id: UUID,
    begins: int | None = None,
    ends: int | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Make an excerpt of a text or of a piece of it, with proposals of what to take out.

    Args:
        session: The transaction.
        viewer: A moderator.
        organisation_id: Whose text.
        text_id: Which text of the desk.
        begins: Position of the piece's first character; None from the beginning.
        ends: Position after its last one; None to the end.
        idempotency_key: A repetition with the same key finds the same excerpt.

    Returns:
        The excerpt's id, which is random.

    Raises:
        NotFound: There is no such text on the viewer's desk.
        Forbidden: The viewer does not moderate here.
        InvalidInput: There is nothing between the positions.
    """

    async def make() -> UUID:
        text = await queries.find_text(
            session, viewer, organisation_id=organisation_id, text_id=text_id
        )
        if text is None:
            noun = "text"
            raise NotFound(noun, field="textId")
        return await _make(session, viewer, text, begins=begins or 0, ends=ends)

    if viewer.role_in(organisation_id) is None:
        noun = "text"
        raise NotFound(noun, field="textId")
    await require_desk(session, viewer, organisation_id)
    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="makeExcerpt",
        key=idempotency_key,
        make=make,
    )


async def _make(
    session: Session, viewer: Viewer, text: DeskText, *, begins: int, ends: int | None
) -> UUID:
    """Write an excerpt and what the redactor proposes."""
    end = len(text.text) if ends is None else ends
    if not 0 <= begins < end <= len(text.text) or not text.text[begins:end].strip():
        message = f"The piece must lie within the text's {len(text.text)} characters."
        raise InvalidInput(message, field="begins")
    excerpt = Excerpt(
        organisation_id=text.organisation_id,
        response_id=text.response_id,
        question_id=text.question_id,
        begins=begins,
        ends=end,
        state=ExcerptState.DRAFT,
        themes=[],
        is_suppressed=False,
        steps=[],
    )
    session.add(excerpt)
    await session.flush()
    await _propose(session, viewer, excerpt, text, RedactedText.SOURCE)
    await audit.record(
        session, viewer, AuditAction.EXCERPT_MADE, excerpt.organisation_id, excerpt.id
    )
    return excerpt.id


async def _propose(
    session: Session, viewer: Viewer, excerpt: Excerpt, text: DeskText, of_text: RedactedText
) -> None:
    """Write what the redactor proposes to take out of an excerpt, or of its paraphrase."""
    people = await name_queries.list_named(
        session,
        viewer,
        organisation_id=excerpt.organisation_id,
        interview_id=text.interview_id,
    )
    source = of_text is RedactedText.SOURCE
    piece = piece_of(excerpt, text.text) if source else excerpt.paraphrase or ""
    for one in propose_redactions(piece, people=people, language=text.language if source else None):
        session.add(
            queries.new_redaction(
                excerpt,
                of_text,
                span=(one.start, one.end),
                kind=one.kind,
                score=one.score,
            )
        )
    await session.flush()


async def get_excerpt(
    session: Session, viewer: Viewer, organisation_id: UUID, excerpt_id: UUID
) -> tuple[Excerpt, DeskText, Sequence[ExcerptRedaction]]:
    """Return an excerpt of the viewer's desk, locked, with its text and redactions.

    Raises:
        NotFound: There is none.
        Forbidden: The viewer does not moderate here.
    """
    noun = "excerpt"
    if viewer.role_in(organisation_id) is None:
        raise NotFound(noun, field="excerptId")
    await require_desk(session, viewer, organisation_id)
    found = await queries.find_excerpt(
        session, viewer, organisation_id=organisation_id, excerpt_id=excerpt_id
    )
    if found is None:
        raise NotFound(noun, field="excerptId")
    redactions = await queries.list_redactions(
        session, viewer, organisation_id=organisation_id, excerpt_id=excerpt_id
    )
    return *found, redactions


async def _begin(
    session: Session, viewer: Viewer, organisation_id: UUID, excerpt_id: UUID, step: ExcerptStep
) -> tuple[Excerpt, DeskText, Sequence[ExcerptRedaction]]:
    """Return a draft as `get_excerpt` does, with how it stands kept for undoing a step, and log it.

    Raises:
        ExcerptSettled: It was released or withheld.
    """
    excerpt, text, redactions = await get_excerpt(session, viewer, organisation_id, excerpt_id)
    if excerpt.state is not ExcerptState.DRAFT:
        message = "It was settled: undo the last step first, where that is possible."
        raise ExcerptSettled(message, field="excerptId")
    excerpt.steps = [*excerpt.steps, snapshot(excerpt, redactions, step)]
    await audit.record(session, viewer, _ACTIONS[step], organisation_id, excerpt_id)
    return excerpt, text, redactions


async def code_excerpt(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    excerpt_id: UUID,
    themes: Sequence[str],
    as_second_coder: bool = False,
) -> None:
    """Give an excerpt its themes, in place of those before.

    The first theme's audience becomes the excerpt's unless it has one. A second coder's themes are
    kept to compare coders and change nothing else.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        InvalidInput: A theme is unknown or retired, or there are too many.
        ExcerptSettled: It was released or withheld.
    """
    await get_excerpt(session, viewer, organisation_id, excerpt_id)
    book = await get_codebook(session, viewer, organisation_id=organisation_id)
    if len(themes) > MOST_THEMES:
        message = f"Give it at most {MOST_THEMES} themes."
        raise InvalidInput(message, field="themes")
    known = list(dict.fromkeys(themes))
    for code in known:
        if code not in book or book[code].is_retired:
            message = f"{code[:60]} is no theme of the codebook, or is used no more."
            raise InvalidInput(message, field="themes")
    if not as_second_coder:
        excerpt, _, _ = await _begin(
            session, viewer, organisation_id, excerpt_id, ExcerptStep.CODED
        )
        excerpt.themes = known
        if excerpt.audience is None and known:
            excerpt.audience = book[known[0]].audience
    await queries.save_coding(
        session, viewer, organisation_id=organisation_id, excerpt_id=excerpt_id, themes=known
    )


async def resolve_redactions(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    excerpt_id: UUID,
    accept: bool,
    ids: Sequence[UUID] | None = None,
) -> None:
    """Take proposals up or turn them down: some, or all that nobody has decided about yet.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk, or it has no such proposal.
        ExcerptSettled: It was released or withheld.
    """
    _, _, redactions = await _begin(
        session, viewer, organisation_id, excerpt_id, ExcerptStep.REDACTED
    )
    known = {one.id for one in redactions}
    if ids is None:
        ids = [one.id for one in redactions if one.is_accepted is None]
    elif not known.issuperset(ids):
        noun = "proposal"
        raise NotFound(noun, field="redactionIds")
    await queries.decide_redactions(
        session, viewer, organisation_id=organisation_id, decided=dict.fromkeys(ids, accept)
    )


async def add_redaction(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    excerpt_id: UUID,
    begins: int,
    ends: int,
) -> None:
    """Take a piece out that nothing proposed; positions count in what would be shown.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        InvalidInput: There is nothing between the positions.
        ExcerptSettled: It was released or withheld.
    """
    excerpt, text, _ = await _begin(
        session, viewer, organisation_id, excerpt_id, ExcerptStep.REDACTED
    )
    of_text, piece = RedactedText.SOURCE, piece_of(excerpt, text.text)
    if excerpt.paraphrase is not None:
        of_text, piece = RedactedText.PARAPHRASE, excerpt.paraphrase
    if not 0 <= begins < ends <= len(piece):
        message = f"The piece must lie within the excerpt's {len(piece)} characters."
        raise InvalidInput(message, field="begins")
    session.add(
        queries.new_redaction(
            excerpt,
            of_text,
            span=(begins, ends),
            kind=RedactionKind.NAME,
            score=None,
            is_accepted=True,
        )
    )
    await session.flush()


async def paraphrase_excerpt(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    excerpt_id: UUID,
    paraphrase: str | None,
) -> None:
    """Say an excerpt in one's own words, which readers then get instead; None takes them back.

    The words are looked through for names like the text itself.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        InvalidInput: They are too long.
        ExcerptSettled: It was released or withheld.
    """
    words = (paraphrase or "").strip() or None
    if words is not None and len(words) > LONGEST_PARAPHRASE:
        message = f"A paraphrase has at most {LONGEST_PARAPHRASE} characters."
        raise InvalidInput(message, field="paraphrase")
    excerpt, text, redactions = await _begin(
        session, viewer, organisation_id, excerpt_id, ExcerptStep.PARAPHRASED
    )
    gone = [one.id for one in redactions if one.of_text is RedactedText.PARAPHRASE]
    await queries.delete_redactions(session, viewer, organisation_id=organisation_id, ids=gone)
    excerpt.paraphrase = words
    if words is not None:
        await _propose(session, viewer, excerpt, text, RedactedText.PARAPHRASE)


async def route_excerpt(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    excerpt_id: UUID,
    audience: Audience,
) -> None:
    """Say whom an excerpt is for.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        ExcerptSettled: It was released or withheld.
    """
    excerpt, _, _ = await _begin(session, viewer, organisation_id, excerpt_id, ExcerptStep.ROUTED)
    excerpt.audience = audience
