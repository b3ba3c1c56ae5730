"""Limits how often somebody may fail to prove who they are, across all processes.

Counted in PostgreSQL, which every installation has. What was typed is kept as a keyed hash, and no
longer than it counts, or than until the logs of the account's owner tell that it failed.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Viewer, require_operator
from tenants.audit import AuditAction
from tenants.errors import DomainError
from tenants.keys import Purpose, mac
from tenants.organisations import attempt_queries as queries
from tenants.work import Session

MOST_FAILURES: Final = 10
WINDOW: Final = timedelta(minutes=15)
_SHORTEST_PREFIX: Final = 64


class AttemptKind(StrEnum):
    """What somebody attempts; each is counted by itself."""

    SIGN_IN = "SIGN_IN"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - the name of an attempt.


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that was let through; it counts as a failure until it is forgiven.

    Attributes:
        keys: What it counts against, the account first.
        at: When it began.
        is_last: Whether the account is closed for a while if this one fails.
    """

    keys: tuple[bytes, ...]
    at: datetime
    is_last: bool


class TooManyAttempts(DomainError):
    """There were too many failures for one account or from one address.

    Attributes:
        seconds: After which another attempt is let through.
    """

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, seconds: int) -> None:
        """Keep how long to wait."""
        super().__init__("There were too many attempts. Wait a while, then try again.")
        self.seconds = seconds


async def begin_attempt(
    session: Session, viewer: Viewer, *, kind: AttemptKind, account: str, address: str | None
) -> Attempt:
    """Return an attempt that counts as a failure from now on.

    It counts before its outcome is known, so that many at once get no further than one by one: an
    account's attempts wait for each other here, and for nothing slow.

    Args:
        session: The transaction, of this alone.
        viewer: The operator.
        kind: What is attempted.
        account: What was typed as the account, whether it exists or not.
        address: Where it came from, if that is known.

    Raises:
        TooManyAttempts: The account or the address has failed too often; nothing is counted.
    """
    require_operator(viewer)
    now = datetime.now(UTC)
    await queries.forget_attempts(session, viewer, before=now - WINDOW)
    typed = account.strip().lower().encode(errors="replace")
    keys = (
        mac(Purpose.ATTEMPT, kind.encode(), b"account", typed),
        mac(Purpose.ATTEMPT, kind.encode(), b"address", _network(address).encode(errors="replace")),
    )
    waits, counts = [], []
    # Always in this order, so that no two wait for each other.
    for key in keys:
        row = await queries.hold_attempts(session, viewer, key_hash=key, now=now)
        recent = [at for at in row.tried_at if at > now - WINDOW]
        if len(recent) >= MOST_FAILURES:
            waits.append(int((recent[-MOST_FAILURES] + WINDOW - now).total_seconds()) + 1)
        row.tried_at = [*recent, now]
        counts.append(len(row.tried_at))
        row.last_tried_at = now
    if waits:
        raise TooManyAttempts(max(waits))
    return Attempt(keys, now, is_last=counts[0] >= MOST_FAILURES)


async def forgive_attempt(session: Session, viewer: Viewer, *, attempt: Attempt) -> None:
    """Stop counting an attempt, because it succeeded; earlier failures still count."""
    require_operator(viewer)
    for key in attempt.keys:
        await queries.drop_attempt(session, viewer, key_hash=key, at=attempt.at)


async def note_failure(session: Session, viewer: Viewer, *, attempt: Attempt, account: str) -> None:
    """Keep that an attempt failed until the logs of the account's owner tell it (`tell_failure`).

    It takes one statement, the same whether anybody has the account or not.
    """
    require_operator(viewer)
    await queries.mark_failure(
        session,
        viewer,
        key_hash=attempt.keys[0],
        account=account,
        failed_at=attempt.at,
        limited_at=attempt.at if attempt.is_last else None,
    )


async def list_failures(session: Session, viewer: Viewer) -> Sequence[tuple[bytes, UUID]]:
    """Return the keys of failures that no log tells yet, and whose accounts they were."""
    require_operator(viewer)
    return await queries.list_failures(session, viewer)


async def tell_failure(
    session: Session, viewer: Viewer, *, key_hash: bytes
) -> Mapping[AuditAction, datetime]:
    """Write what failed for an account into the logs of its owner's organisations and firms.

    However often it failed since the last time, a log gets one event for the first failure and one
    for the first that closed the account, so that nobody can flood it. Nobody is named as who did
    it: it need not have been the owner.

    Args:
        session: The transaction.
        viewer: The operator, with a part in each organisation and firm that is to be told.
        key_hash: Of the account, as `list_failures` gave it.

    Returns:
        What was told, and when it happened.
    """
    require_operator(viewer)
    row = await queries.get_failure(session, viewer, key_hash=key_hash)
    if row is None or row.person_id is None:
        return {}
    happened = (
        (AuditAction.SIGN_IN_FAILED, row.failed_at),
        (AuditAction.SIGN_IN_LIMITED, row.limited_at),
    )
    told = {action: at for action, at in happened if at is not None}
    for action, at in told.items():
        for organisation_id in viewer.roles:
            await audit.record(session, Viewer(), action, organisation_id, row.person_id, at=at)
        for firm_id in viewer.firms:
            await audit.record_in_firm(session, Viewer(), action, firm_id, row.person_id, at=at)
    row.person_id = row.failed_at = row.limited_at = None
    return told


def _network(address: str | None) -> str:
    """Return what stands for an address; all of an IPv6 network of one household are one."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return (address or "")[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.IPv6Network((known.packed, _SHORTEST_PREFIX), strict=False))
    return str(known)
