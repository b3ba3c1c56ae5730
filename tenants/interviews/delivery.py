"""What comes back of mails: opting out by a link, and mails that could not be delivered."""

from datetime import UTC, datetime
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.interviews import mail_queries, queries
from tenants.interviews.addresses import address_key
from tenants.interviews.queries import Case
from tenants.work import Session

LONGEST_STATUS = 20


async def opt_out(session: Session, viewer: Viewer) -> tuple[str, str]:
    """Write to nobody again who holds the link of a mail, on behalf of its organisation.

    It holds for every address that the invitation's mails went to, and outlives the candidate's
    erasure. There is no event of it: its moment could tell that a reminder had been sent, and so
    that somebody had not answered. The link of the form goes on working.

    Args:
        session: The transaction.
        viewer: The candidate.

    Returns:
        The organisation's name, and the language in which the candidate was written to.

    Raises:
        LinkUnusable: The link leads nowhere.
    """
    organisation_id = next(iter(viewer.roles), UUID(int=0))
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    case = await queries.get_case(
        session, viewer, organisation_id=organisation_id, invitation_id=viewer.id or UUID(int=0)
    )
    keys = await find_address_keys(session, viewer, case)
    await mail_queries.opt_out(session, viewer, organisation_id=organisation_id, address_keys=keys)
    return case.organisation.name, case.interview.language


async def find_address_keys(session: Session, viewer: Viewer, case: Case) -> set[bytes]:
    """Return the hashes of the addresses of a case: the candidate's, and all that were mailed."""
    organisation_id = case.organisation.id
    mails = await mail_queries.list_mails(
        session, viewer, organisation_id=organisation_id, interview_id=case.interview.id
    )
    keys = {one.address_key for one in mails}
    if case.candidate is not None and case.candidate.email is not None:
        keys.add(address_key(organisation_id, case.candidate.email))
    return keys


async def get_opt_out(session: Session, viewer: Viewer) -> tuple[str, str]:
    """Return what the page of an opt-out names, as `opt_out` does, and change nothing.

    Raises:
        LinkUnusable: The link leads nowhere.
    """
    organisation_id = next(iter(viewer.roles), UUID(int=0))
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    case = await queries.get_case(
        session, viewer, organisation_id=organisation_id, invitation_id=viewer.id or UUID(int=0)
    )
    return case.organisation.name, case.interview.language


async def record_bounce(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    mail_number: int,
    status: str,
) -> bool:
    """Note that a mail could not be delivered and never will be; return whether it is known.

    No more mails go to the address. The interview is shown as undeliverable only if this was the
    first mail to the address: whoever got an earlier one may have answered since, and that a later
    one went out at all would tell that they had not.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        invitation_id: Which invitation.
        mail_number: Which of its mails.
        status: The enhanced status code that came back, such as 5.1.1 (RFC 3463).
    """
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    found = await mail_queries.lock_invitation(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    if found is None:
        return False
    invitation, interview = found
    mails = await mail_queries.list_mails(
        session, viewer, organisation_id=organisation_id, interview_id=interview.id
    )
    mail = next((one for one in mails if one.number == mail_number), None)
    if mail is None:
        return False
    if mail.bounced_on is None:
        mail.bounced_on = datetime.now(UTC).date()
        mail.bounce_status = status[:LONGEST_STATUS]
    same = [one.number for one in mails if one.address_key == mail.address_key]
    went_elsewhere = any(
        one.number > mail.number and one.address_key != mail.address_key for one in mails
    )
    if min(same) == mail.number and not went_elsewhere:
        invitation.is_undeliverable = True
    return True
