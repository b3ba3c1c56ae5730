"""A candidate's link turned into a viewer."""

from tenants.access import Role, Viewer, ViewerKind
from tenants.keys import Purpose
from tenants.tokens import read_token


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
