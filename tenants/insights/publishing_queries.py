"""All SQL of publishing editions and of thinning them out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, insert, or_, select

from tenants.access import Permission, Viewer, require
from tenants.insights.counting_queries import counted_by_edition, counted_segment
from tenants.insights.items import AskedQuestion
from tenants.insights.models import Edition, EditionCell
from tenants.interviews.models import (
    Answer,
    Confidentiality,
    HeldSubmission,
    Interview,
    Invitation,
    Response,
    Submission,
)
from tenants.organisations.models import Organisation
from tenants.questionnaires.models import Question, QuestionnaireVersion
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import COLUMNS, Value, from_columns
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A response as the rules see it: what its author chose, and its segment."""

    id: UUID
    confidentiality: Confidentiality
    segment: str | None


async def lock_first_day(session: Session, viewer: Viewer, *, organisation_id: UUID) -> date | None:
    """Return the organisation's first day, and let nobody else publish for it meanwhile."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    created_at = await session.scalar(
        select(Organisation.created_at)
        .where(Organisation.id == organisation_id)
        .with_for_update(key_share=True)
    )
    return None if created_at is None else created_at.astimezone(UTC).date()


async def find_published_until(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> date | None:
    """Return the end of the newest edition's window, or None before the first."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    return await session.scalar(
        select(func.max(Edition.ends_on)).where(Edition.organisation_id == organisation_id)
    )


async def find_oldest_uncounted(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> date | None:
    """Return the month of the oldest response that no edition counts, or None."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    return await session.scalar(
        select(func.min(Response.submitted_month)).where(
            Response.organisation_id == organisation_id, Response.edition_id.is_(None)
        )
    )


async def list_counted(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> Sequence[ResponseRow]:
    """Return the responses that an edition counts and that are still there."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(
        select(Response.id, Response.confidentiality, counted_segment())
        .join(Edition, counted_by_edition())
        .where(Response.organisation_id == organisation_id, Response.edition_id == edition_id)
        .order_by(Response.id)
    )
    return [ResponseRow(*row) for row in rows]


async def lock_edition(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> tuple[Edition, Sequence[EditionCell]]:
    """Return an edition and its cells, and let nobody else thin it out meanwhile."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    edition = (
        await session.scalars(
            select(Edition)
            .where(Edition.organisation_id == organisation_id, Edition.id == edition_id)
            .with_for_update()
        )
    ).one()
    cells = await session.scalars(
        select(EditionCell).where(
            EditionCell.organisation_id == organisation_id, EditionCell.edition_id == edition_id
        )
    )
    return edition, cells.all()


async def list_answers(
    session: Session, viewer: Viewer, *, organisation_id: UUID, response_ids: Collection[UUID]
) -> Sequence[tuple[UUID, UUID, Value | None]]:
    """Return what some responses answered: response, question and value."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    columns = [getattr(Answer, name) for name in COLUMNS]
    rows = await session.execute(
        select(Answer.response_id, Answer.question_id, *columns).where(
            Answer.organisation_id == organisation_id,
            Answer.response_id == func.any(list(response_ids)),
            Answer.state == AnswerState.ANSWERED,
        )
    )
    return [(row.response_id, row.question_id, from_columns(row._asdict())) for row in rows]


async def list_asked(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[AskedQuestion]:
    """Return the questions of all published versions of the organisation."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(
        select(Question, QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.published_at)
        .join(
            QuestionnaireVersion,
            and_(
                QuestionnaireVersion.organisation_id == Question.organisation_id,
                QuestionnaireVersion.id == Question.questionnaire_version_id,
            ),
        )
        .where(
            Question.organisation_id == organisation_id,
            QuestionnaireVersion.published_at.is_not(None),
        )
    )
    return [
        AskedQuestion(
            id=question.id,
            questionnaire_id=questionnaire_id,
            asked_from=published_at or datetime.max.replace(tzinfo=UTC),
            code=question.code,
            position=question.position,
            type=question.type,
            concept=question.concept,
            audience=question.audience,
            wording=question.wording,
            options=tuple(question.options),
            settings=question.settings,
        )
        for question, questionnaire_id, published_at in rows
    ]


async def count_invitations(
    session: Session, viewer: Viewer, *, organisation_id: UUID, starts_on: date, ends_on: date
) -> tuple[int, int]:
    """Return how many online invitations of a half-open period were answered, and delivered.

    One whose first mail came back was not delivered.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    invited = select(Interview.id).where(
        Interview.organisation_id == organisation_id,
        Interview.invited_on >= starts_on,
        Interview.invited_on < ends_on,
    )
    # Counted by a list and not by a join, which might compare every row with every row: of an
    # organisation that the statistics do not know yet the planner expects one.
    of_period = and_(
        Invitation.interview_id.in_(invited),
        # Whoever was interviewed by phone or video was no longer asked online.
        Invitation.submission.is_distinct_from(Submission.KEYED_IN),
    )
    row = (
        await session.execute(
            select(
                func.count(Invitation.submission).filter(of_period),
                func.count().filter(of_period),
            ).where(
                Invitation.organisation_id == organisation_id,
                or_(Invitation.submission.is_not(None), Invitation.is_undeliverable.is_(False)),
            )
        )
    ).one()
    return row[0], row[1]


async def add_edition(
    session: Session, viewer: Viewer, *, edition: Edition, cells: Sequence[Mapping[str, Any]]
) -> None:
    """Write an edition and its cells."""
    require(viewer, Permission.INSIGHTS_PUBLISH, edition.organisation_id)
    session.add(edition)
    await session.flush()
    if cells:
        await session.execute(insert(EditionCell), list(cells))


async def count_responses(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> tuple[int, int, int]:
    """Return how many responses are counted, wait for an edition, and are in the holding place.

    One statement, so that a flush at the same time moves none of them out of sight.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    held = (
        select(func.count())
        .select_from(HeldSubmission)
        .where(HeldSubmission.organisation_id == organisation_id)
        .scalar_subquery()
    )
    row = (
        await session.execute(
            select(
                func.count(Response.edition_id),
                func.count() - func.count(Response.edition_id),
                held,
            )
            .select_from(Response)
            .where(Response.organisation_id == organisation_id)
        )
    ).one()
    return row[0], row[1], row[2]
