"""What `afterword operator` does: who operates the installation, and what they did."""

from collections.abc import Mapping
from typing import Any, Final

from deploy.errors import DeployError
from tenants import db
from tenants.access import Viewer
from tenants.errors import DomainError, NotFound
from tenants.operators import queries, service

_LATEST: Final = 100


async def run_connected(what: str, *, email: str | None, name: str | None) -> dict[str, Any]:
    """Connect, and do what `add`, `remove`, `list` or `log` says.

    Returns:
        `operator` and `added` or `removed`; or `operators`, each with address and since when; or
        `events`, the latest first, each with when, what, whose address did it (null for a
        command) and the id of the person or job that it is about.

    Raises:
        DeployError: Nobody has the address, or it is refused.
    """
    viewer = Viewer.operator()
    async with db.connected(pool_size=1):
        try:
            if what == "list":
                rows = await db.run(queries.list_operators, viewer)
                return {"operators": [{"email": one, "since": at.isoformat()} for one, at in rows]}
            if what == "log":
                events = await db.run(queries.list_events, viewer, limit=_LATEST)
                return {"events": [_event(one) for one in events]}
            if what == "remove":
                await db.run(service.remove_operator, viewer, email=email or "")
                return {"operator": email, "removed": True}
            added = await db.run(service.add_operator, viewer, email=email or "", name=name)
        except NotFound as error:
            message = f"{email} operates nothing"
            if what == "add":
                message = f"nobody signs in with {email}; with --name an account is made"
            raise DeployError(message) from error
        except DomainError as error:
            raise DeployError(str(error)) from error
    return {"operator": email, "added": added}


def _event(row: Any) -> dict[str, Any]:
    return {
        "at": row.done_at.isoformat(timespec="seconds"),
        "action": row.action.value,
        "actor": row.actor,
        "subject": str(row.subject_id),
    }


def in_words(found: Mapping[str, Any]) -> str:
    """Return what `run_connected` returned for somebody to read."""
    if "operators" in found:
        lines = [f"{one['email']}, since {one['since'][:10]}" for one in found["operators"]]
        return "\n".join(lines) or "Nobody operates the installation through the API."
    if "events" in found:
        lines = [
            f"{one['at']}  {one['actor'] or 'a command'}: {one['action']} {one['subject']}"
            for one in found["events"]
        ]
        return "\n".join(lines) or "Nothing was done yet."
    if "removed" in found:
        return f"{found['operator']} operates the installation no more"
    return f"{found['operator']} operates the installation" + ("" if found["added"] else " already")
