"""The digest as a page, and stopping its mails by the link in one."""

import datetime as dt
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.actions import Shown
from api.pages.console_words import day
from api.pages.operations import ask
from api.pages.own_forms import read_form, show_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from api.pages.why_rows import Row, make_row
from tenants.access import MEMBER_ROLES, Permission, Viewer
from tenants.actions.digest_mails import stop_digest_mail
from tenants.actions.service import is_overdue
from tenants.actions.statuses import ActionStatus
from tenants.db import run
from tenants.errors import NotFound
from tenants.keys import Purpose
from tenants.tokens import read_token

_STOP: Final = "/digest-mails/{token}"
_MEMBERS: Final = frozenset(one.name for one in MEMBER_ROLES)


@dataclass(frozen=True, slots=True)
class Place:
    """The page in the navigation."""

    name: str = "digest"
    title: str = "Digest"
    permission: Permission = Permission.INSIGHTS_READ


DIGEST: Final = Place()


def routes() -> list[BaseRoute]:
    """Return the routes of the link that stops the mails."""
    return [
        Route(_STOP, show_stopping, methods=["GET"]),
        Route(_STOP, post_stopping, methods=["POST"]),
    ]


async def show_digest(request: Request, viewer: Viewer) -> Shown:
    """Show the digest of an edition, the newest unless the address says which."""
    ends_on = request.query_params.get("edition") or None
    if ends_on is not None and not _is_day(ends_on):
        raise NotFound
    data = await ask(viewer, "digest", slug=request.path_params["slug"], endsOn=ends_on)
    organisation = data["organisation"]
    if organisation is None or organisation["digest"] is None:
        raise NotFound
    found = organisation["digest"]
    today = dt.datetime.now(dt.UTC).date()
    actions = [
        one
        | {
            "is_overdue": is_overdue(
                status=ActionStatus(one["status"]),
                due_on=dt.date.fromisoformat(one["dueOn"]),
                today=today,
            )
        }
        for one in found["actions"] or ()
    ]
    edition = found["edition"]
    return Shown(
        "digest",
        organisation,
        here=DIGEST.name,
        context={
            "period": "" if edition is None else f"{day(edition['from'])} to {day(edition['to'])}",
            "editions": [
                (
                    one["endsOn"],
                    f"{day(one['from'])} to {day(one['to'])}",
                    edition is not None and one["endsOn"] == edition["endsOn"],
                )
                for one in organisation["editions"]["nodes"]
            ],
            "has_edition": edition is not None,
            "withheld": found["withheld"],
            "strengths": _by_part(found["strengths"], "wording", "statistic"),
            "changeable": _by_part(found["changeable"], "theme", "share"),
            "remarks": found["remarks"] or (),
            "open_actions": actions,
            "finished": found["finished"] or (),
            "can_be_mailed": organisation["viewerRole"] in _MEMBERS,
            "is_mailed": bool(organisation["digestMail"]),
        },
    )


def _by_part(
    lines: list[dict[str, Any]], name: str, statistic: str
) -> list[tuple[str, list[tuple[Row, str]]]]:
    """Return figures as rows with the code of their theme, those of one part together."""
    parts: dict[str, list[tuple[Row, str]]] = {}
    for one in lines:
        label = one[name]["label"] if isinstance(one[name], dict) else one[name]
        code = one[name]["code"] if isinstance(one[name], dict) else ""
        row = make_row(label, one[statistic], None)
        parts.setdefault(one["segment"] or "", []).append((row, code))
    return list(parts.items())


async def post_digest(request: Request, viewer: Viewer) -> Shown | Response:
    """Let a member say whether they want the digest by mail."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        page = await show_digest(request, viewer)
        return replace(page, context={**page.context, "status": refusal.status})
    data = await ask(viewer, "digest", slug=request.path_params["slug"])
    if data["organisation"] is None:
        raise NotFound
    given = {"organisationId": data["organisation"]["id"], "isWanted": fields.get("mail") == "yes"}
    await ask(viewer, "set_digest_mail", input=given)
    return lead_to(request.url.path)


async def show_stopping(request: Request) -> Response:
    """Show the button that stops the mails; opening the link alone changes nothing."""
    if read_token(Purpose.DIGEST, request.path_params["token"]) is None:
        return _dead(request)
    return show_form(request, "stop_digest", here=request.url.path)


async def post_stopping(request: Request) -> Response:
    """Stop the mails of the member whom the link was made for."""
    token = read_token(Purpose.DIGEST, request.path_params["token"])
    if token is None:
        return _dead(request)
    try:
        await read_form(request)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return show_form(
            request, "stop_digest", status=refusal.status, problem=problem, here=request.url.path
        )
    await run(
        stop_digest_mail,
        Viewer.job(token.organisation_id),
        organisation_id=token.organisation_id,
        person_id=token.subject_id,
    )
    return show_form(
        request,
        "told",
        title="No more of these mails",
        told="You will get no more mails about digests. You can ask for them again on the page of"
        " the digest.",
        address="/sign-in",
        label="Sign in",
    )


def _dead(request: Request) -> Response:
    return show_form(
        request,
        "told",
        status=HTTPStatus.GONE,
        title="This link is not valid",
        told="Open it from the mail as a whole.",
        address="/sign-in",
        label="Sign in",
    )


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
