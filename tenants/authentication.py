"""Who presents a token, in one round trip."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tenants import db
from tenants.access import Viewer, ViewerKind
from tenants.binding import Statement, compile_named
from tenants.organisations import service as organisations
from tenants.organisations.queries import parts_of, select_presented
from tenants.organisations.sessions import is_due
from tenants.pipeline import rows_of


@cache
def _statement() -> Statement:
    return compile_named(select_presented())


async def authenticate(viewer: Viewer) -> Viewer:
    """Return the person behind the token that the viewer presents, with today's roles.

    The same as `organisations.authenticate`, which is asked where there is nobody, or something to
    be written, or more to be looked at than the parts.

    Raises:
        Unauthenticated: The token is unknown or has expired.
    """
    now = datetime.now(UTC)
    given: dict[str, Any] = {"token_hash": viewer.token_hash, "now": now, "today": now.date()}
    statement = _statement()
    result = await db.read(viewer, statement.text, statement.bind(viewer, given))
    rows = rows_of(result)
    presents = [row for row in rows if row[0] == "presents"]
    if not presents:
        return await db.run(organisations.authenticate, viewer)
    ((_, person_id, document),) = presents
    found = json.loads(document)
    if found["is_narrowed"] or is_due(_time(found["ends_at"]), _time(found["used_at"])):
        return await db.run(organisations.authenticate, viewer)
    roles, firms = parts_of(rows)
    return replace(
        viewer,
        kind=ViewerKind.PERSON,
        id=person_id,
        name=found["name"],
        roles=roles,
        firms=firms,
        operates=found["operates"],
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
