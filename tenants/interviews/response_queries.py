"""All SQL of drafts, held submissions and responses."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import and_, delete, literal, select, union_all, update

from tenants.access import Permission, Viewer, require
from tenants.interviews.models import (
    Answer,
    Draft,
    HeldSubmission,
    Interview,
    Invitation,
    Response,
    Submission,
)
from tenants.offers.models import Application, Offer
from tenants.questionnaires import logic
from tenants.questionnaires.models import Question, QuestionnaireVersion
from tenants.questionnaires.values import COLUMNS, from_columns
from tenants.work import Session


async def find_draft(session: Session, viewer: Viewer, *, organisation_id: UUID) -> Draft | None:
    """Return what the candidate has saved so far, still sealed, or None."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return await session.scalar(
        select(Draft).where(
            Draft.organisation_id == organisation_id, Draft.invitation_id == viewer.id
        )
    )


async def find_receipt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, receipt_key: bytes
) -> Response | None:
    """Return the response that was sent with a receipt code, locked, or None."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return await session.scalar(
        select(Response)
        .where(Response.organisation_id == organisation_id, Response.receipt_key == receipt_key)
        .with_for_update()
    )


async def list_taken_receipts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, among: Collection[bytes]
) -> set[bytes]:
    """Return those receipt keys that a response has already."""
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    return set(
        await session.scalars(
            select(Response.receipt_key).where(
                Response.organisation_id == organisation_id, Response.receipt_key.in_(among)
            )
        )
    )


async def get_version_of_receipt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> QuestionnaireVersion:
    """Return the version that a response answers, to the candidate who sent it."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return (
        await session.scalars(
            select(QuestionnaireVersion).where(
                QuestionnaireVersion.organisation_id == organisation_id,
                QuestionnaireVersion.id == version_id,
            )
        )
    ).one()


async def list_answers_of_receipt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, response_id: UUID
) -> dict[str, logic.Answer]:
    """Return what a response answers, by the question's code, to the candidate who sent it."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    rows = await session.execute(
        select(Question.code, Answer)
        .join(
            Question,
            and_(
                Question.organisation_id == Answer.organisation_id,
                Question.id == Answer.question_id,
            ),
        )
        .where(Answer.organisation_id == organisation_id, Answer.response_id == response_id)
        .order_by(Question.position)
    )
    return {
        code: logic.Answer(
            answer.state,
            from_columns({name: getattr(answer, name) for name in COLUMNS}),
            answer.do_not_quote,
        )
        for code, answer in rows
    }


async def find_candidate_of_receipt(
    session: Session, viewer: Viewer, *, organisation_id: UUID, response_id: UUID
) -> UUID | None:
    """Return whose an identified response is, so that the log can forget them; None if unknown."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return await session.scalar(
        select(Application.candidate_id)
        .join(
            Offer,
            and_(
                Offer.organisation_id == Application.organisation_id,
                Offer.application_id == Application.id,
            ),
        )
        .join(
            Interview,
            and_(
                Interview.organisation_id == Offer.organisation_id, Interview.offer_id == Offer.id
            ),
        )
        .join(
            Response,
            and_(
                Response.organisation_id == Interview.organisation_id,
                Response.interview_id == Interview.id,
            ),
        )
        .where(Response.organisation_id == organisation_id, Response.id == response_id)
    )


async def list_held_for_receipt(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[HeldSubmission]:
    """Return the sealed submissions among which a receipt code's may be, locked."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return (
        await session.scalars(
            select(HeldSubmission)
            .where(HeldSubmission.organisation_id == organisation_id)
            .order_by(HeldSubmission.id)
            .with_for_update()
        )
    ).all()


async def list_waiting(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> tuple[set[UUID], set[UUID]]:
    """Return the ids of all held submissions, and of all invitations that they have used up.

    One statement: of two, the second could see a submission that the first one did not.
    """
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    rows = (
        await session.execute(
            union_all(
                select(literal("held").label("what"), HeldSubmission.id).where(
                    HeldSubmission.organisation_id == organisation_id
                ),
                select(literal("invitation"), Invitation.id).where(
                    Invitation.organisation_id == organisation_id,
                    Invitation.submission == Submission.HELD,
                ),
            )
        )
    ).all()
    held = {one for what, one in rows if what == "held"}
    return held, {one for what, one in rows if what != "held"}


async def list_held(
    session: Session, viewer: Viewer, *, organisation_id: UUID, among: Collection[UUID]
) -> Sequence[HeldSubmission]:
    """Return those submissions that are still in the holding place, locked, still sealed."""
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    return (
        await session.scalars(
            select(HeldSubmission)
            .where(HeldSubmission.organisation_id == organisation_id, HeldSubmission.id.in_(among))
            .order_by(HeldSubmission.id)
            .with_for_update()
        )
    ).all()


async def delete_held_before(
    session: Session, viewer: Viewer, *, organisation_id: UUID, month: date
) -> None:
    """Remove unread the submissions that have waited since before a month."""
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    await session.execute(
        delete(HeldSubmission).where(
            HeldSubmission.organisation_id == organisation_id, HeldSubmission.held_month < month
        )
    )


async def list_held_invitations(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    among: Collection[UUID],
) -> list[UUID]:
    """Return those invitations whose links an anonymous submission of a version used up, locked."""
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    rows = await session.scalars(
        select(Invitation.id)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.submission == Submission.HELD,
            Invitation.held_version_id == version_id,
            Invitation.id.in_(among),
        )
        .order_by(Invitation.id)
        .with_for_update()
    )
    return list(rows)


async def rewrite_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> None:
    """Write an invitation anew, without what it knew of an anonymous submission."""
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    await session.execute(
        update(Invitation)
        .where(Invitation.organisation_id == organisation_id, Invitation.id == invitation_id)
        .values(submission=Submission.SUBMITTED, held_version_id=None, retry_key=None)
    )
