"""All SQL of what a candidate saves and sends: texts, so that they go out together.

Every candidate sends, and an object of each row that is touched costs more than the rows.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import text

from tenants.access import Permission, Viewer, require
from tenants.errors import LinkUnusable
from tenants.interviews.models import Confidentiality, InterviewMode, Submission
from tenants.interviews.writing_queries import WRITE, values_of
from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.visibility import depends_on_offer
from tenants.work import Session

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Asked:
    """A published version, which never changes.

    Attributes:
        id: Its id.
        definition: What it says.
        question_ids: The id of each question, as a text, by its code.
        is_shuffled: Whether some options are shown in an order of their own.
        looks_at_offer: Whether what is asked depends on the offer.
    """

    id: UUID
    definition: Definition
    question_ids: Mapping[str, str]
    is_shuffled: bool
    looks_at_offer: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """What is known of a case when its candidate saves or sends.

    Attributes:
        organisation_id: Whose.
        invitation_id: Which invitation; its row is locked.
        interview_id: Of the case.
        expires_at: When its links are dead.
        revoked: Whether they are dead already.
        submission: Whether answers were sent.
        retry_key: What an anonymous submission left behind until the flush.
        mode: How the candidate is asked.
        language: In which.
        department: Of the requisition; None likewise if none is known.
        location: Likewise.
        title: Likewise.
        draft: What was saved, sealed.
        receipt_taken: Whether a response has the receipt code.
        receipt_interview_id: Of which interview; None for an anonymous one.
        asked: The version.
    """

    organisation_id: UUID
    invitation_id: UUID
    interview_id: UUID
    expires_at: datetime
    revoked: bool
    submission: Submission | None
    retry_key: bytes | None
    mode: InterviewMode
    language: str
    department: str | None
    location: str | None
    title: str | None
    draft: bytes | None
    receipt_taken: bool
    receipt_interview_id: UUID | None
    asked: Asked


_LOCK: Final = text(
    """
    SELECT mails, expires_at, revoked, submission, retry_key FROM invitations
    WHERE organisation_id = :organisation AND id = :invitation FOR UPDATE
    """
)

# After the lock, and so behind everything that another transaction did while it was held. Each key
# is looked up by itself: decision 11.
_CASE: Final = text(
    """
    WITH interview AS MATERIALIZED (
        SELECT id, offer_id, questionnaire_version_id, mode, language FROM interviews
        WHERE organisation_id = :organisation AND id = (
            SELECT interview_id FROM invitations
            WHERE organisation_id = :organisation AND id = :invitation)
    ), requisition AS MATERIALIZED (
        SELECT department, location, title FROM requisitions
        WHERE organisation_id = :organisation AND id = (
            SELECT requisition_id FROM applications
            WHERE organisation_id = :organisation AND id = (
                SELECT application_id FROM offers
                WHERE organisation_id = :organisation AND id = (SELECT offer_id FROM interview)))
    ), receipt AS MATERIALIZED (
        SELECT interview_id FROM responses
        WHERE organisation_id = :organisation AND receipt_key = :receipt_key
    )
    SELECT i.id, i.questionnaire_version_id, i.mode, i.language, r.department, r.location, r.title,
           (SELECT sealed FROM drafts
            WHERE organisation_id = :organisation AND invitation_id = :invitation) AS draft,
           EXISTS (SELECT FROM receipt) AS receipt_taken,
           (SELECT interview_id FROM receipt) AS receipt_interview_id
    FROM interview i LEFT JOIN requisition r ON true
    """
)

_VERSION: Final = text(
    """
    SELECT definition, state FROM questionnaire_versions
    WHERE organisation_id = :organisation AND id = :version
    """
)
_QUESTIONS: Final = text(
    """
    SELECT code, id FROM questions
    WHERE organisation_id = :organisation AND questionnaire_version_id = :version
    """
)

_INVITED: Final = text(
    """
    SELECT count(*) AS invited FROM (
        SELECT FROM interviews WHERE organisation_id = :organisation AND invited_on >= :since
        LIMIT :enough) recent
    """
)

_SAVE: Final = text(
    """
    INSERT INTO drafts (organisation_id, invitation_id, sealed)
    VALUES (:organisation, :invitation, :sealed)
    ON CONFLICT (organisation_id, invitation_id) DO UPDATE SET sealed = excluded.sealed
    """
)

_HOLD: Final = text(
    """
    WITH draft AS (
        DELETE FROM drafts WHERE organisation_id = :organisation AND invitation_id = :invitation
    )
    UPDATE invitations
    SET submission = 'HELD', held_version_id = :version, retry_key = :retry_key
    WHERE organisation_id = :organisation AND id = :invitation
    """
)

_SEND: Final = text(
    f"""
    WITH draft AS (
        DELETE FROM drafts WHERE organisation_id = :organisation AND invitation_id = :invitation
    ), fit AS (
        SELECT CAST(:interview AS uuid) AS id, CAST(NULL AS text) AS language
    ), requisition AS (
        SELECT CAST(:department AS text) AS department, CAST(:location AS text) AS location
    ), {WRITE}
    """  # noqa: S608 - of texts given here.
)

MOST_KEPT: Final = 256
_versions: OrderedDict[tuple[UUID, UUID], Asked] = OrderedDict()
_last_asked: OrderedDict[UUID, Asked] = OrderedDict()


async def lock_case(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    receipt_key: bytes = b"",
) -> Sending:
    """Return the case behind a candidate's link, whose invitation is locked until the end.

    Raises:
        LinkUnusable: There is no such invitation, or the mail with the link was followed by none.
    """
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    given = {"organisation": organisation_id, "invitation": invitation_id}
    locked, found = await session.ask(
        (_LOCK, given), (_CASE, {**given, "receipt_key": receipt_key})
    )
    if not (locked and found) or viewer.id != invitation_id or viewer.mail_number > locked[0].mails:
        message = "This link is not valid."
        raise LinkUnusable(message)
    (invitation,), (case,) = locked, found
    return Sending(
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        interview_id=case.id,
        expires_at=invitation.expires_at,
        revoked=invitation.revoked,
        submission=None if invitation.submission is None else Submission(invitation.submission),
        retry_key=invitation.retry_key,
        mode=InterviewMode(case.mode),
        language=case.language,
        department=case.department,
        location=case.location,
        title=case.title,
        draft=case.draft,
        receipt_taken=case.receipt_taken,
        receipt_interview_id=case.receipt_interview_id,
        asked=await _asked(session, viewer, organisation_id, case.questionnaire_version_id),
    )


async def _asked(
    session: Session, viewer: Viewer, organisation_id: UUID, version_id: UUID
) -> Asked:
    """Return the version that an interview is pinned to; read once for this process."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    asked = _versions.get((organisation_id, version_id))
    if asked is None:
        given = {"organisation": organisation_id, "version": version_id}
        ((version,), questions) = await session.ask((_VERSION, given), (_QUESTIONS, given))
        definition = parse_definition(version.definition)
        asked = Asked(
            version_id,
            definition,
            {question.code: str(question.id) for question in questions},
            any(question.shuffle for question in definition.questions()),
            bool(depends_on_offer(definition)),
        )
        if version.state == "DRAFT":
            return asked
        _keep(_versions, (organisation_id, version_id), asked)
    if _last_asked.get(organisation_id) is not asked:
        _keep(_last_asked, organisation_id, asked)
    return asked


def find_last_asked(viewer: Viewer, *, organisation_id: UUID) -> Asked | None:
    """Return the version that this process last read a case of an organisation with, if any.

    An interview may be pinned to another one: whoever writes by this one makes sure first.
    """
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return _last_asked.get(organisation_id)


def _keep(kept: OrderedDict[K, Asked], key: K, asked: Asked) -> None:
    """Keep a version, and of them all no more than `MOST_KEPT`."""
    kept[key] = asked
    if len(kept) > MOST_KEPT:
        kept.popitem(last=False)


async def has_invited(
    session: Session, viewer: Viewer, *, organisation_id: UUID, since: date, enough: int
) -> bool:
    """Return whether so many interviews had their first mail on or after a day."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    given = {"organisation": organisation_id, "since": since, "enough": enough}
    (((counted,),),) = await session.ask((_INVITED, given))
    return bool(counted >= enough)


async def keep_draft(session: Session, viewer: Viewer, case: Sending, *, sealed: bytes) -> None:
    """Keep what a candidate has answered so far, in place of what was kept before."""
    require(viewer, Permission.RESPONSE_SUBMIT, case.organisation_id)
    await session.end_with(_SAVE, {**_key_of(case), "sealed": sealed})


async def note_held(session: Session, viewer: Viewer, case: Sending, *, retry_key: bytes) -> None:
    """Make the links dead, and forget what was saved: a submission is in the holding place."""
    require(viewer, Permission.RESPONSE_SUBMIT, case.organisation_id)
    given = {"version": case.asked.id, "retry_key": retry_key}
    await session.end_with(_HOLD, {**_key_of(case), **given})


async def add_response(
    session: Session,
    viewer: Viewer,
    case: Sending,
    *,
    answers: str,
    confidentiality: Confidentiality,
    receipt_key: bytes,
    language: str,
    order_seed: int | None,
) -> None:
    """Add an ATTRIBUTED or CONFIDENTIAL response with its answers; the links are dead then.

    Args:
        session: The transaction.
        viewer: The candidate, whom the log does not name.
        case: Whose.
        answers: A JSON array of rows of `answers`.
        confidentiality: What was chosen.
        receipt_key: With which the candidate finds the response again.
        language: The language last used.
        order_seed: By which shuffled options were ordered.
    """
    require(viewer, Permission.RESPONSE_SUBMIT, case.organisation_id)
    given = values_of(
        viewer,
        case.asked.id,
        organisation_id=case.organisation_id,
        invitation_id=case.invitation_id,
        answers=answers,
        confidentiality=confidentiality,
        receipt_key=receipt_key,
        language=language,
        order_seed=order_seed,
    )
    of_case = {
        "interview": case.interview_id,
        "department": case.department,
        "location": case.location,
    }
    await session.end_with(_SEND, given | of_case)


def _key_of(case: Sending) -> dict[str, Any]:
    return {"organisation": case.organisation_id, "invitation": case.invitation_id}
