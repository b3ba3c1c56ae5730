"""Links of mails turned into viewers."""

from dataclasses import dataclass, replace
from uuid import UUID

from tenants.access import Role, Viewer, ViewerKind
from tenants.keys import Purpose
from tenants.tokens import Token, read_token


def candidate_viewer(token: str) -> Viewer | None:
    """Return the candidate who holds the link, or None if this installation did not make it.

    Whether the invitation still stands is for the domain to say.

    Args:
        token: The part of the link that follows `/i/`.
    """
    read = read_token(Purpose.LINK, token)
    if read is None:
        return None
    return Viewer(
        ViewerKind.CANDIDATE,
        read.subject_id,
        roles={read.organisation_id: Role.CANDIDATE},
        mail_number=read.number,
    )


def receipt_viewer(token: str) -> Viewer | None:
    """Return somebody who may have a receipt code of an organisation, or None.

    The address is the same for everybody, so that only the code tells whose answers are meant.

    Args:
        token: The part of the address that follows `/receipt/`.
    """
    read = read_token(Purpose.RECEIPT, token)
    if read is None:
        return None
    return Viewer(ViewerKind.CANDIDATE, roles={read.organisation_id: Role.CANDIDATE})


def opt_out_viewer(token: str) -> Viewer | None:
    """Return the candidate who holds the link that ends all mails, or None if it is none of ours.

    Args:
        token: The part of the link that follows `/o/`.
    """
    read = read_token(Purpose.OPT_OUT, token)
    if read is None:
        return None
    return Viewer(
        ViewerKind.CANDIDATE,
        read.subject_id,
        roles={read.organisation_id: Role.CANDIDATE},
        mail_number=read.number,
    )


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whoever holds the link of an invitation to become a member.

    Attributes:
        organisation_id: Into which organisation.
        invitation_id: Which invitation.
        mail_number: Which of its mails the link came with.
    """

    organisation_id: UUID
    invitation_id: UUID
    mail_number: int

    def viewer(self, who: Viewer | None = None) -> Viewer:
        """Return somebody who may accept the invitation, and see nothing but that.

        Args:
            who: The person who is signed in, or the operator to make a new one.
        """
        roles = {self.organisation_id: Role.INVITEE}
        return replace(who or Viewer(), roles=roles, mail_number=self.mail_number)


def invitee(token: str) -> Invitee | None:
    """Return who holds the link to join, or None if this installation did not make it.

    Args:
        token: The part of the link that follows `/join/`.
    """
    read = read_token(Purpose.MEMBER, token)
    if read is None:
        return None
    return Invitee(read.organisation_id, read.subject_id, read.number)


def firm_link(token: str) -> Token | None:
    """Return what the link of an invitation into a firm says, or None if it is not ours.

    Its scope is the firm, and its subject the invitation.

    Args:
        token: The part of the link that follows `/join-firm/`.
    """
    return read_token(Purpose.FIRM_MEMBER, token)
