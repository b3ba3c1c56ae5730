"""The viewer's own sessions: in which browsers they are signed in, and ending them."""

from datetime import datetime

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from tenants.organisations import sessions
from tenants.organisations.sessions import OpenSession


@strawberry.type(name="Session")
class SessionType:
    """A browser in which the viewer is signed in.

    Attributes:
        id: Names the session, and opens nothing.
        started_at: When the viewer signed in there.
        used_at: When it was last used, to the minute.
        ends_at: When it ends at the latest; unused, it ends earlier.
        user_agent: What the browser called itself.
        is_current: Whether it is the one that asks.
    """

    id: strawberry.ID
    started_at: datetime
    used_at: datetime
    ends_at: datetime
    user_agent: str | None
    is_current: bool


@strawberry.input
class RevokeSessionInput:
    """Which session to end.

    Attributes:
        session_id: One of `viewer.sessions`.
    """

    session_id: strawberry.ID


@strawberry.type
class RevokeSessionPayload:
    """The session that ended.

    Attributes:
        session: Null when there was none.
        user_errors: Why, in words that help.
    """

    session: SessionType | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RevokeSessionsInput:
    """Where to sign out.

    Attributes:
        keep_current: Whether the session that asks lives on, so that it is everywhere else.
    """

    keep_current: bool = True


@strawberry.type
class RevokeSessionsPayload:
    """How many sessions ended.

    Attributes:
        revoked_count: Null when it was refused.
        user_errors: Why, in words that help.
    """

    revoked_count: int | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


def session_type(found: OpenSession) -> SessionType:
    """Return a session as the API shows it."""
    return SessionType(
        id=strawberry.ID(found.id),
        started_at=found.started_at,
        used_at=found.used_at,
        ends_at=found.ends_at,
        user_agent=found.user_agent,
        is_current=found.is_current,
    )


@mutation
async def revoke_session(
    info: Info,
    input: RevokeSessionInput,  # noqa: A002 - the argument's name in the API.
) -> RevokeSessionPayload:
    """Sign out in one of the viewer's browsers."""
    ended = await info.context.run(sessions.revoke_session, session_id=input.session_id)
    return RevokeSessionPayload(session=session_type(ended))


@mutation
async def revoke_sessions(
    info: Info,
    input: RevokeSessionsInput,  # noqa: A002 - the argument's name in the API.
) -> RevokeSessionsPayload:
    """Sign out everywhere, or everywhere else."""
    count = await info.context.run(sessions.revoke_sessions, keep_current=input.keep_current)
    return RevokeSessionsPayload(revoked_count=count)
