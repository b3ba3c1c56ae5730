"""What the log may say of an unexpected error: where and of what kind, never anybody's words."""

import traceback

from sqlalchemy.exc import DBAPIError


def describe_incident(error: BaseException) -> str:
    """Return the place and the kind of an error for the log.

    A database repeats the values of a row in the details of its errors, and an answer would get
    into the log that way; of its errors only the code and the constraint are told.

    Args:
        error: What was raised; its causes are not followed, because they repeat it.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    if not isinstance(error, DBAPIError):
        return f"{frames}{type(error).__qualname__}: {error}"
    diagnosis = getattr(error.orig, "diag", None)
    state = getattr(error.orig, "sqlstate", None) or getattr(diagnosis, "sqlstate", None)
    constraint = getattr(diagnosis, "constraint_name", None)
    kind = type(error.orig).__qualname__
    return f"{frames}{kind} ({state}{', ' + constraint if constraint else ''})"
