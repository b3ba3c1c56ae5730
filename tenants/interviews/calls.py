"""A candidate who would rather talk than fill in the form: asking for a call, and taking it back.

Nobody but the third party learns of it, and the link goes on working. A wish stays when the
candidate then answers anonymously, because its going would tell that somebody has answered.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput
from tenants.interviews import conversation_queries as queries
from tenants.interviews.conversations import state_of
from tenants.interviews.models import AdministratorKind
from tenants.interviews.queries import Case, find_firm_name, get_case
from tenants.interviews.submission import check_usable
from tenants.work import Session

LONGEST_PHONE: Final = 40
LONGEST_TIMES: Final = 300
_PHONE = re.compile(r"\+?[0-9 ()/.x-]{5,40}")
_FEWEST_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class CallRequest:
    """How a candidate wants to be called.

    Attributes:
        phone: A number, or None to be reached as the third party knows how.
        preferred_times: In the candidate's words, or None.
    """

    phone: str | None
    preferred_times: str | None


async def request_call(
    session: Session, viewer: Viewer, *, phone: str | None, preferred_times: str | None
) -> None:
    """Put the candidate's interview on the third party's list of interviews to hold.

    Asking again replaces what was said before. What was answered so far stays saved.

    Raises:
        InvalidInput: What was given is no phone number, or too long.
        Conflict: There is nobody who could call: no firm and no independent administrator.
        LinkUnusable: The link leads nowhere, was used, or has expired.
    """
    given = CallRequest(_checked_phone(phone), _checked_times(preferred_times))
    organisation_id, case = await _own_case(session, viewer)
    firm = await find_firm_name(session, viewer, organisation_id=organisation_id)
    if firm is None and case.interview.administrator is not AdministratorKind.INTERNAL_INDEPENDENT:
        message = "Nobody calls candidates here; please use the form."
        raise Conflict(message)
    interview_id = case.interview.id
    conversation = await queries.ensure_conversation(
        session, viewer, organisation_id=organisation_id, interview_id=interview_id
    )
    conversation.phone, conversation.preferred_times = given.phone, given.preferred_times
    conversation.requested_at = datetime.now(UTC)
    conversation.no_interview_reason = None
    conversation.state = state_of(conversation)
    await audit.record(
        session, viewer, AuditAction.CONVERSATION_REQUESTED, organisation_id, interview_id
    )


async def cancel_call(session: Session, viewer: Viewer) -> None:
    """Take the wish for a call back, and erase how the candidate wanted to be called.

    Raises:
        LinkUnusable: The link leads nowhere, was used, or has expired.
    """
    organisation_id, case = await _own_case(session, viewer)
    conversation = await queries.find_conversation(
        session, viewer, organisation_id=organisation_id, interview_id=case.interview.id
    )
    if conversation is None or conversation.requested_at is None:
        return
    conversation.phone = conversation.preferred_times = conversation.requested_at = None
    conversation.state = state_of(conversation)


async def find_call_request(session: Session, viewer: Viewer) -> CallRequest | None:
    """Return how the candidate asked to be called, or None.

    Raises:
        LinkUnusable: The link leads nowhere, was used, or has expired.
    """
    organisation_id, case = await _own_case(session, viewer)
    conversation = await queries.find_conversation(
        session, viewer, organisation_id=organisation_id, interview_id=case.interview.id
    )
    if conversation is None or conversation.requested_at is None:
        return None
    return CallRequest(conversation.phone, conversation.preferred_times)


async def _own_case(session: Session, viewer: Viewer) -> tuple[UUID, Case]:
    """Return the organisation and the case of a candidate's link, the invitation locked."""
    organisation_id = next(iter(viewer.roles), UUID(int=0))
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    case = await get_case(
        session,
        viewer,
        organisation_id=organisation_id,
        invitation_id=viewer.id or UUID(int=0),
        lock=True,
    )
    check_usable(case.invitation)
    return organisation_id, case


def _checked_phone(phone: str | None) -> str | None:
    plain = " ".join((phone or "").split())
    if not plain:
        return None
    if not _PHONE.fullmatch(plain) or sum(map(str.isdigit, plain)) < _FEWEST_DIGITS:
        message = "Give a phone number of 5 to 40 digits, spaces, brackets and dashes."
        raise InvalidInput(message, field="phone")
    return plain


def _checked_times(times: str | None) -> str | None:
    plain = "\n".join(line.strip() for line in (times or "").strip().splitlines())
    if len(plain) > LONGEST_TIMES or "\x00" in plain:
        message = f"Say in at most {LONGEST_TIMES} characters when a call suits you."
        raise InvalidInput(message, field="preferredTimes")
    return plain or None
