"""Errors that a caller may see, each with a stable code; everything else is a bug and is masked."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal in words that the caller may read.

    Attributes:
        code: Machine-readable and stable; clients branch on it.
        message: What is wrong and, where there is something, what to do about it.
        field: Path of the input at fault, as the caller spelt it, or empty.
    """

    code: ClassVar[str] = "DOMAIN_ERROR"

    def __init__(self, message: str, *, field: str | tuple[str, ...] | None = None) -> None:
        """Keep the message and the path of the input at fault."""
        super().__init__(message)
        self.message = message
        self.field: tuple[str, ...] = (field,) if isinstance(field, str) else field or ()


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is unknown or has expired."""

    code = "UNAUTHENTICATED"


class Forbidden(DomainError):
    """The viewer may know of the record but not do this to it, or not see this of it."""

    code = "FORBIDDEN"


class NotFound(DomainError):
    """The record does not exist, or the viewer may not know that it does."""

    code = "NOT_FOUND"

    def __init__(self, noun: str = "record", *, field: str | tuple[str, ...] | None = None) -> None:
        """Say which kind of record is meant, in the same words for unknown and foreign."""
        super().__init__(f"There is no such {noun}, or you may not see it.", field=field)


class InvalidInput(DomainError):
    """The input breaks a rule of the domain."""

    code = "INVALID_INPUT"


class NotIndependent(InvalidInput):
    """Somebody is not independent of those who hire, or it cannot be told whether they are."""

    code = "NOT_INDEPENDENT"


class BadCursor(InvalidInput):
    """A cursor was not made by this connection with this ordering."""

    code = "BAD_CURSOR"


class Conflict(DomainError):
    """The record is in a state in which this cannot be done."""

    code = "CONFLICT"


class InvitedRecently(Conflict):
    """The person was invited to another interview of the organisation less than half a year ago."""

    code = "INVITED_RECENTLY"


class OptedOut(Conflict):
    """The person asked not to be written to on behalf of the organisation any more."""

    code = "OPTED_OUT"


class Undeliverable(Conflict):
    """The first mail to the only address that is known of somebody came back."""

    code = "UNDELIVERABLE"


class SecretAlreadyShown(DomainError):
    """A creating mutation was repeated; its secret was in the first answer and is in no other."""

    code = "SECRET_ALREADY_SHOWN"


class TookTooLong(DomainError):
    """The answer would have taken longer than the installation allows."""

    code = "TOOK_TOO_LONG"


class LinkUnusable(DomainError):
    """The candidate's link is forged, expired, replaced or was used; never says which of forged."""

    code = "LINK_UNUSABLE"


class LinkUsed(LinkUnusable):
    """The candidate has already sent the answers."""

    code = "LINK_USED"


class LinkExpired(LinkUnusable):
    """The link was good and its time is over."""

    code = "LINK_EXPIRED"
