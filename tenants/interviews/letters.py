"""The mails that candidates get: written when they are sent; only their text is kept."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.interviews import conversation_queries, mail_queries, queries
from tenants.interviews.addresses import address_key
from tenants.interviews.mail_texts import (
    MailText,
    addressed,
    filled_in,
    from_json,
    kind_of,
    text_for,
)
from tenants.interviews.mail_times import last_invited_before
from tenants.interviews.models import HoldReason, InterviewStatus
from tenants.interviews.queries import Case
from tenants.interviews.wording import WITHOUT_FIRM, in_words, last_day
from tenants.keys import Purpose
from tenants.letters import Letter, message_id
from tenants.questionnaires.texts import Placeholder
from tenants.questionnaires.versions import definition_of
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class KeptMail:
    """What is kept of a mail, whether it went out or was left out.

    Attributes:
        interview_id: Of which interview.
        number: Which of its mails.
        texts_number: The version of the organisation's texts; None for the questionnaire's own.
        language: In which it is.
        text: As it was written, but for the name and the links.
        address_key: The hash of the address.
    """

    interview_id: UUID
    number: int
    texts_number: int | None
    language: str
    text: MailText
    address_key: bytes


@dataclass(frozen=True, slots=True)
class Writing:
    """A mail that is due.

    Attributes:
        kept: What is kept of it, alike for everybody.
        letter: What is sent; None if the candidate has answered, refused, wants no mail, or cannot
            be reached. Whoever sees that nothing is sent must not be told.
    """

    kept: KeptMail
    letter: Letter | None


async def write_invitation(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    mail_number: int,
) -> Writing | None:
    """Return one mail of an invitation, or None if there is nothing to write about any more.

    Nothing is due once the candidate was erased or must not be mailed, or the interview is closed.
    Whoever has answered or told somebody no is not written to either, but what is kept looks as if.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        invitation_id: Which.
        mail_number: Which of its mails, from 1; each has a link of its own.
    """
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    case = await queries.get_case(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    invitation, interview, candidate = case.invitation, case.interview, case.candidate
    if (
        invitation.revoked
        or invitation.expires_at <= datetime.now(UTC)
        or interview.status is InterviewStatus.CLOSED
        or candidate is None
        or candidate.email is None
        or not candidate.may_be_emailed
    ):
        return None
    if mail_number == 1 and await mail_queries.is_written_to_elsewhere(
        session,
        viewer,
        organisation_id=organisation_id,
        candidate_id=candidate.id,
        interview_id=interview.id,
        day=last_invited_before(datetime.now(UTC).date()),
    ):
        # Two records were merged since both were invited: nobody is asked twice in six months.
        invitation.mails, interview.invited_on = 0, None
        interview.held = HoldReason.INVITED_RECENTLY
        return None
    kept = await _keep(session, viewer, case, candidate.email, mail_number)
    is_wanted = (
        invitation.submission is None
        and not await conversation_queries.has_refused(
            session, viewer, organisation_id=organisation_id, interview_id=interview.id
        )
        and await _is_reachable(session, viewer, case, kept)
    )
    return Writing(kept, _letter(case, candidate.email, kept) if is_wanted else None)


async def _keep(
    session: Session, viewer: Viewer, case: Case, email: str, mail_number: int
) -> KeptMail:
    organisation_id, language = case.organisation.id, case.interview.language
    newest = await mail_queries.list_texts(
        session, viewer, organisation_id=organisation_id, newest_only=True
    )
    own = from_json(newest[0].texts) if newest else None
    text, is_own = text_for(own, definition_of(case.version), language, kind_of(mail_number))
    firm = await queries.find_firm_name(session, viewer, organisation_id=organisation_id)
    filled = {
        Placeholder.ORGANISATION: case.organisation.name,
        Placeholder.FIRM: firm or WITHOUT_FIRM,
        Placeholder.JOB_TITLE: case.requisition.title if case.requisition else "",
        # The link dies at midnight, so that its last day is the one before.
        Placeholder.CLOSES_ON: in_words(last_day(case.invitation.expires_at.date()), language),
    }
    return KeptMail(
        interview_id=case.interview.id,
        number=mail_number,
        texts_number=newest[0].number if is_own else None,
        language=language,
        text=filled_in(text, language, filled),
        address_key=address_key(organisation_id, email),
    )


async def _is_reachable(session: Session, viewer: Viewer, case: Case, kept: KeptMail) -> bool:
    """Return whether a mail may reach its address: nobody refused mails, and none came back."""
    organisation_id = case.organisation.id
    if await mail_queries.is_unwanted(
        session, viewer, organisation_id=organisation_id, address_key=kept.address_key
    ):
        return False
    earlier = await mail_queries.list_mails(
        session, viewer, organisation_id=organisation_id, interview_id=kept.interview_id
    )
    return not any(
        one.bounced_on is not None and one.address_key == kept.address_key for one in earlier
    )


def _letter(case: Case, email: str, kept: KeptMail) -> Letter:
    token = Token(case.organisation.id, case.invitation.id, kept.number)
    opt_out = f"{get_settings().public_url}/o/{make_token(Purpose.OPT_OUT, token)}"
    first_name = case.candidate.first_name if case.candidate else None
    text = addressed(
        kept.text,
        first_name=first_name or "",
        link=link(make_token(Purpose.LINK, token)),
        opt_out=opt_out,
    )
    plain = Letter(
        to=email,
        subject=text.subject,
        body=text.body,
        message_id=message_id(Purpose.LINK, token.subject_id.bytes, bytes([kept.number])),
        language=kept.language,
    )
    return replace(
        plain, stop=opt_out, stops_with_one_click=True, tracer=make_token(Purpose.MAIL, token)
    )


def link(token: str) -> str:
    """Return the address that a candidate opens."""
    return f"{get_settings().public_url}/i/{token}"
