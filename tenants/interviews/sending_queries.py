"""All SQL of what a candidate saves and sends: texts, so that they go out together.

Every candidate sends, and an object of each row that is touched costs more than the rows.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import text

from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import LinkUnusable
from tenants.interviews.models import Confidentiality, InterviewMode, Submission
from tenants.model import new_id
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
    """
    WITH draft AS (
        DELETE FROM drafts WHERE organisation_id = :organisation AND invitation_id = :invitation
    ), dimension AS (
        SELECT coalesce((SELECT s.dimension FROM insight_settings s
                         WHERE s.organisation_id = :organisation AND s.starts_on <= :today
                         ORDER BY s.number DESC LIMIT 1), 'DEPARTMENT') AS dimension
    ), invitation AS (
        UPDATE invitations SET submission = 'SUBMITTED'
        WHERE organisation_id = :organisation AND id = :invitation
    ), response AS (
        INSERT INTO responses (organisation_id, id, questionnaire_version_id, interview_id,
            confidentiality, submitted_month, submitted_on, language, segment, dimension,
            receipt_key, order_seed)
        SELECT :organisation, :response, :version, :interview, :confidentiality,
            date_trunc('month', CAST(:today AS date))::date, :today, :language,
            CASE d.dimension WHEN 'LOCATION' THEN :location ELSE :department END, d.dimension,
            :receipt_key, :order_seed
        FROM dimension d
    ), answer AS (
        INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote,
            choice, choices, other_text, scale, number, text, ranking, matrix, boolean, date)
        SELECT :organisation, :response, a.question_id, a.state, a.do_not_quote,
            a.choice, a.choices, a.other_text, a.scale, a.number, a.text, a.ranking, a.matrix,
            a.boolean, a.date
        FROM jsonb_to_recordset(CAST(:answers AS jsonb)) AS a(
            question_id uuid, state text, do_not_quote boolean,
            choice text, choices text[], other_text text, scale smallint, number numeric,
            text text, ranking text[], matrix jsonb, boolean boolean, date date)
    ), conversation AS (
        -- Nobody will call any more.
        UPDATE conversations SET phone = NULL, preferred_times = NULL
        WHERE organisation_id = :organisation AND interview_id = :interview
    ), subject AS (
        INSERT INTO audit_subjects (organisation_id, subject_id, token)
        VALUES (:organisation, :response, :token)
    )
    INSERT INTO audit_events (organisation_id, id, at, action, actor_kind, actor_role, subject)
    VALUES (:organisation, :event, :now, :action, :actor_kind, :actor_role, :token)
    """
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
    now, role = datetime.now(UTC), viewer.role_in(case.organisation_id)
    await session.end_with(
        _SEND,
        {
            **_key_of(case),
            "response": uuid4(),
            "version": case.asked.id,
            "interview": case.interview_id,
            "confidentiality": confidentiality.value,
            "today": now.date(),
            "language": language,
            "department": case.department,
            "location": case.location,
            "receipt_key": receipt_key,
            "order_seed": order_seed,
            "answers": answers,
            "token": uuid4(),
            "event": new_id(),
            "now": now,
            "action": AuditAction.RESPONSE_SUBMITTED.value,
            "actor_kind": viewer.kind.value,
            "actor_role": None if role is None else role.value,
        },
    )


def _key_of(case: Sending) -> dict[str, Any]:
    return {"organisation": case.organisation_id, "invitation": case.invitation_id}
