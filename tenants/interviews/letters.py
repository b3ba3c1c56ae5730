"""The mails that candidates get, written when they are sent and kept nowhere."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.interviews import queries
from tenants.interviews.models import InterviewStatus
from tenants.keys import Purpose
from tenants.letters import Letter, message_id
from tenants.questionnaires.texts import Placeholder, TextKey, fill
from tenants.questionnaires.versions import definition_of
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session

# Who asks where no firm is engaged: the texts must not say that the organisation asks itself.
WITHOUT_FIRM = "Afterword"
_MONTHS = {
    "de": (
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    )
}


async def write_invitation(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    mail_number: int,
) -> Letter | None:
    """Return one mail of an invitation, or None if it is no longer wanted.

    Nobody is written to who has answered, was erased or must not be mailed, or whose interview is
    closed.

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
        invitation.submission is not None
        or invitation.revoked
        or invitation.expires_at <= datetime.now(UTC)
        or interview.status is InterviewStatus.CLOSED
        or candidate is None
        or candidate.email is None
        or not candidate.may_be_emailed
    ):
        return None
    firm = await queries.find_firm_name(session, viewer, organisation_id=organisation_id)
    language = interview.language
    token = make_token(Purpose.LINK, Token(organisation_id, invitation_id, mail_number))
    filled = {
        Placeholder.FIRST_NAME: candidate.first_name or "",
        Placeholder.ORGANISATION: case.organisation.name,
        Placeholder.FIRM: firm or WITHOUT_FIRM,
        Placeholder.JOB_TITLE: case.requisition.title if case.requisition else "",
        Placeholder.LINK: link(token),
        # The link dies at midnight, so that its last day is the one before.
        Placeholder.CLOSES_ON: in_words(last_day(invitation.expires_at.date()), language),
    }
    texts = definition_of(case.version).texts
    return Letter(
        to=candidate.email,
        subject=fill(texts[TextKey.INVITATION_SUBJECT][language], filled),
        body=fill(texts[TextKey.INVITATION_BODY][language], filled),
        message_id=message_id(Purpose.LINK, invitation_id.bytes, bytes([mail_number])),
        language=language,
    )


def last_day(closes_on: date) -> date:
    """Return the last day on which a link works that is dead from a day on."""
    return closes_on - timedelta(days=1)


def link(token: str) -> str:
    """Return the address that a candidate opens."""
    return f"{get_settings().public_url}/i/{token}"


def in_words(day: date, language: str) -> str:
    """Return a day as people write it in a language, in English where we do not know how."""
    if language in _MONTHS:
        return f"{day.day}. {_MONTHS[language][day.month - 1]} {day.year}"
    return f"{day.day} {day:%B} {day.year}"
