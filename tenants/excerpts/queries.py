"""All SQL of the moderation desk, and of who reads which excerpt."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    delete,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from tenants.access import Permission, Reach, Role, Viewer, part_of, require
from tenants.excerpts.desk_models import DeskText
from tenants.excerpts.models import (
    Excerpt,
    ExcerptCoding,
    ExcerptRedaction,
    ExcerptState,
    RedactedText,
)
from tenants.excerpts.redaction import RedactionKind
from tenants.insights.models import CellKind
from tenants.insights.part_queries import own_parts
from tenants.interviews.models import Answer, Confidentiality, Response
from tenants.organisations.models import Engagement
from tenants.work import Session


def visible_on_desk(
    viewer: Viewer, role: Role | None, organisation_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """Return what of an organisation a role has on the moderation desk: all of it or nothing.

    An independent administrator has it only while no firm serves the organisation.
    """
    if not viewer.grants(role, Permission.EXCERPT_MODERATE):
        return false()
    if role is not Role.INDEPENDENT_ADMINISTRATOR:
        return true()
    today = func.date(func.timezone("UTC", func.now()), type_=Date())
    served = exists().where(
        Engagement.organisation_id == organisation_id,
        Engagement.starts_on <= today,
        or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
    )
    return not_(served)


def visible_desk_texts(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which texts a role has on the moderation desk."""
    return visible_on_desk(viewer, role, DeskText.organisation_id)


def visible_desk_excerpts(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which excerpts a role works on."""
    return visible_on_desk(viewer, role, Excerpt.organisation_id)


def visible_excerpts(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which released excerpts a role reads.

    The third party all of them. Others those for their audience that were published in a cell; who
    hires only paraphrases, of own parts; and who may read ATTRIBUTED responses as rows also
    what such an author wrote and allowed to be shared, without waiting for a cell.
    """
    if not viewer.grants(role, Permission.EXCERPT_READ):
        return false()
    part = part_of(role)
    released = Excerpt.state == ExcerptState.RELEASED
    if part.responses is Reach.IDENTIFIED:
        return released
    in_a_cell: ColumnElement[bool] = Excerpt.edition_id.is_not(None)
    if part.segments is Reach.OWN:
        own = own_parts(
            viewer,
            role,
            organisation_id=Excerpt.organisation_id,
            edition_id=Excerpt.edition_id,
        )
        in_a_cell = and_(
            in_a_cell,
            Excerpt.paraphrase.is_not(None),
            Excerpt.cell_kind == CellKind.SEGMENT,
            Excerpt.segment.in_(own),
        )
    elif viewer.grants(role, Permission.RESPONSE_READ):
        in_a_cell = or_(in_a_cell, _shared_by_name())
    return and_(released, Excerpt.audience.in_(sorted(part.excerpts)), in_a_cell)


def _shared_by_name() -> ColumnElement[bool]:
    """Return whether an excerpt's author is still ATTRIBUTED, and allowed to be quoted."""
    return (
        select(Response.id)
        .join(
            Answer,
            and_(
                Answer.organisation_id == Response.organisation_id,
                Answer.response_id == Response.id,
            ),
        )
        .where(
            Response.organisation_id == Excerpt.organisation_id,
            Response.id == Excerpt.response_id,
            Response.confidentiality == Confidentiality.ATTRIBUTED,
            Answer.question_id == Excerpt.question_id,
            not_(Answer.do_not_quote),
        )
        .exists()
    )


async def find_text(
    session: Session, viewer: Viewer, *, organisation_id: UUID, text_id: UUID
) -> DeskText | None:
    """Return a text that lies on the desk, or None."""
    role = viewer.role_in(organisation_id)
    return await session.scalar(
        select(DeskText).where(
            DeskText.organisation_id == organisation_id,
            DeskText.id == text_id,
            visible_desk_texts(viewer, role),
        )
    )


async def list_texts(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    among: Collection[str],
    most: int,
) -> list[tuple[UUID, str]]:
    """Return texts of the desk that may be quoted and say one of some things, in their own order.

    Args:
        session: The transaction.
        viewer: A moderator.
        organisation_id: Whose.
        among: What they say, as a whole.
        most: At most this many.
    """
    role = viewer.role_in(organisation_id)
    rows = await session.execute(
        select(DeskText.id, DeskText.text)
        .where(
            DeskText.organisation_id == organisation_id,
            DeskText.text.in_(among),
            not_(DeskText.do_not_quote),
            visible_desk_texts(viewer, role),
        )
        .order_by(DeskText.id)
        .limit(most)
    )
    return [(text_id, words) for text_id, words in rows]


async def find_excerpt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> tuple[Excerpt, DeskText] | None:
    """Return an excerpt, locked, with the text that it is of; or None."""
    role = viewer.role_in(organisation_id)
    excerpt = await session.scalar(
        select(Excerpt)
        .where(
            Excerpt.organisation_id == organisation_id,
            Excerpt.id == excerpt_id,
            visible_desk_excerpts(viewer, role),
        )
        .with_for_update()
    )
    if excerpt is None:
        return None
    text = (
        await session.scalars(
            select(DeskText).where(
                DeskText.organisation_id == organisation_id,
                DeskText.response_id == excerpt.response_id,
                DeskText.question_id == excerpt.question_id,
            )
        )
    ).one()
    return excerpt, text


async def list_redactions(
    session: Session, viewer: Viewer, *, organisation_id: UUID, excerpt_id: UUID
) -> Sequence[ExcerptRedaction]:
    """Return what may have to be taken out of an excerpt, in the order of the text."""
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    rows = await session.scalars(
        select(ExcerptRedaction)
        .where(
            ExcerptRedaction.organisation_id == organisation_id,
            ExcerptRedaction.excerpt_id == excerpt_id,
        )
        .order_by(ExcerptRedaction.of_text, ExcerptRedaction.begins, ExcerptRedaction.id)
    )
    return rows.all()


async def delete_redactions(
    session: Session, viewer: Viewer, *, organisation_id: UUID, ids: Collection[UUID]
) -> None:
    """Remove what was put there by a step that is undone."""
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    await session.execute(
        delete(ExcerptRedaction).where(
            ExcerptRedaction.organisation_id == organisation_id, ExcerptRedaction.id.in_(ids)
        )
    )


async def decide_redactions(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    decided: Mapping[UUID, bool | None],
) -> None:
    """Write what was decided about some proposals; None makes one undecided again."""
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    for value in (True, False, None):
        ids = [one for one, accepted in decided.items() if accepted is value]
        if ids:
            await session.execute(
                update(ExcerptRedaction)
                .where(
                    ExcerptRedaction.organisation_id == organisation_id,
                    ExcerptRedaction.id.in_(ids),
                )
                .values(is_accepted=value)
            )


async def save_coding(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    excerpt_id: UUID,
    themes: Sequence[str],
) -> None:
    """Keep which themes the viewer gave an excerpt, in place of those before."""
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    statement = insert(ExcerptCoding).values(
        organisation_id=organisation_id,
        excerpt_id=excerpt_id,
        person_id=viewer.id,
        themes=list(themes),
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "excerpt_id", "person_id"],
            set_={"themes": statement.excluded.themes},
        )
    )


async def list_codings(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[ExcerptCoding]:
    """Return every coder's themes of every excerpt, in the same order always."""
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    rows = await session.scalars(
        select(ExcerptCoding)
        .where(ExcerptCoding.organisation_id == organisation_id)
        .order_by(ExcerptCoding.excerpt_id, ExcerptCoding.person_id)
    )
    return rows.all()


async def list_coded_texts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, besides: UUID, most: int
) -> list[tuple[str, frozenset[str]]]:
    """Return the texts of coded excerpts, with their themes, for suggestions to learn from.

    Args:
        session: The transaction.
        viewer: A moderator.
        organisation_id: Whose.
        besides: The excerpt that suggestions are wanted for, left out.
        most: At most this many.
    """
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    piece = func.substr(DeskText.text, Excerpt.begins + 1, Excerpt.ends - Excerpt.begins)
    rows: Any = await session.execute(
        select(piece, Excerpt.themes)
        .join(
            DeskText,
            and_(
                DeskText.organisation_id == Excerpt.organisation_id,
                DeskText.response_id == Excerpt.response_id,
                DeskText.question_id == Excerpt.question_id,
            ),
        )
        .where(
            Excerpt.organisation_id == organisation_id,
            Excerpt.id != besides,
            func.cardinality(Excerpt.themes) > 0,
        )
        .order_by(Excerpt.id)
        .limit(most)
    )
    return [(text, frozenset(themes)) for text, themes in rows]


def new_redaction(
    excerpt: Excerpt,
    of_text: RedactedText,
    *,
    span: tuple[int, int],
    kind: RedactionKind,
    score: float | None,
    is_accepted: bool | None = None,
) -> ExcerptRedaction:
    """Return a row for something that may have to be taken out of an excerpt."""
    begins, ends = span
    return ExcerptRedaction(
        organisation_id=excerpt.organisation_id,
        excerpt_id=excerpt.id,
        of_text=of_text,
        begins=begins,
        ends=ends,
        kind=kind,
        score=score,
        is_accepted=is_accepted,
    )
