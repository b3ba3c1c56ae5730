"""Settling an excerpt: releasing it, keeping it on the desk, and taking steps back before that."""

from uuid import UUID

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.excerpts import queries
from tenants.excerpts.models import ExcerptState, ExcerptStep
from tenants.excerpts.service import get_excerpt
from tenants.excerpts.steps import (
    ExcerptNotReady,
    ExcerptSettled,
    NothingToUndo,
    check_release,
    redaction_rows,
    restore,
    shown_text,
    snapshot,
)
from tenants.work import Session


async def release_excerpt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> None:
    """Release an excerpt, for good: what it says never changes again, and no step can be undone.

    It is shown once it is published in a cell with enough respondents (`publishing`); until then it
    waits. What an ATTRIBUTED author allowed to be shared is shown to HR at once.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        ExcerptSettled: It was released or withheld.
        ExcerptNotReady, ParaphraseNeeded, UnresolvedRedactions: Something has to be done first.
    """
    excerpt, text, redactions = await get_excerpt(session, viewer, organisation_id, excerpt_id)
    if excerpt.state is not ExcerptState.DRAFT:
        message = "It was settled: undo the last step first, where that is possible."
        raise ExcerptSettled(message, field="excerptId")
    check_release(excerpt, text.text, redactions, do_not_quote=text.do_not_quote)
    shown = shown_text(excerpt, text.text, redactions, text.language)
    if not shown.strip():
        message = "Nothing would be left to read."
        raise ExcerptNotReady(message, field="excerptId")
    excerpt.state, excerpt.shown_text, excerpt.steps = ExcerptState.RELEASED, shown, []
    await audit.record(session, viewer, AuditAction.EXCERPT_RELEASED, organisation_id, excerpt_id)


async def withhold_excerpt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> None:
    """Keep an excerpt on the desk. One that was released is taken back at once, and for good.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        ExcerptSettled: It is withheld already.
    """
    excerpt, _, redactions = await get_excerpt(session, viewer, organisation_id, excerpt_id)
    if excerpt.state is ExcerptState.WITHHELD:
        message = "It is withheld already."
        raise ExcerptSettled(message, field="excerptId")
    if excerpt.state is ExcerptState.DRAFT:
        step = snapshot(excerpt, redactions, ExcerptStep.WITHHELD)
        excerpt.steps = [*excerpt.steps, step]
    excerpt.state = ExcerptState.WITHHELD
    await audit.record(session, viewer, AuditAction.EXCERPT_WITHHELD, organisation_id, excerpt_id)


async def undo_step(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> None:
    """Take the last step back, whatever it was; repeated, the one before.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
        NothingToUndo: It was released, or no step is left.
    """
    excerpt, _, redactions = await get_excerpt(session, viewer, organisation_id, excerpt_id)
    if not excerpt.steps:
        message = "There is nothing to undo: no step was taken, or it was released."
        raise NothingToUndo(message, field="excerptId")
    *others, before = excerpt.steps
    restore(excerpt, before)
    excerpt.steps = others
    ids = [one.id for one in redactions]
    for one in redactions:
        session.expunge(one)
    await queries.delete_redactions(session, viewer, organisation_id=organisation_id, ids=ids)
    session.add_all(redaction_rows(excerpt, before))
    await session.flush()
    await audit.record(session, viewer, AuditAction.EXCERPT_UNDONE, organisation_id, excerpt_id)


async def preview_excerpt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> str:
    """Return what readers would get, everything undecided taken out.

    Raises:
        NotFound: There is no such excerpt on the viewer's desk.
    """
    excerpt, text, redactions = await get_excerpt(session, viewer, organisation_id, excerpt_id)
    return shown_text(excerpt, text.text, redactions, text.language)
