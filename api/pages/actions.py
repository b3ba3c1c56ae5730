"""The pages of actions: the list by status, one action with what came of it, and proposing one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.action_pictures import make_picture
from api.pages.console_words import in_words
from api.pages.operations import ask
from api.pages.own_forms import read_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from api.relay import decode_id
from tenants import read_graph
from tenants.access import Permission, Viewer
from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.service import is_overdue
from tenants.actions.statuses import ActionStatus
from tenants.errors import Forbidden, NotFound

_STALE: Final = "This was not sent from this page, so nothing was done. Please try again."
# What is being done comes first, what is over last.
_SECTIONS: Final = (
    (ActionStatus.IN_PROGRESS, "In progress"),
    (ActionStatus.AGREED, "Agreed, not begun"),
    (ActionStatus.PROPOSED, "Proposed"),
    (ActionStatus.DONE, "Done"),
    (ActionStatus.DROPPED, "Dropped"),
)
# What a status becomes, as somebody would ask for it.
_STEPS: Final = {
    "PROPOSED": "Propose it again",
    "AGREED": "Agree on it",
    "IN_PROGRESS": "Begin",
    "DONE": "It is done",
    "DROPPED": "Drop it",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The pages in the navigation."""

    name: str = "actions"
    title: str = "Actions"
    permission: Permission = Permission.ACTION_READ


ACTIONS: Final = Place()


@dataclass(frozen=True, slots=True)
class Shown:
    """A page to be shown.

    Attributes:
        template: Its name in templates/console/.
        organisation: As the API gives it.
        here: Its place in the navigation.
        context: What else the template names, and the status if it is not 200.
    """

    template: str
    organisation: dict[str, Any]
    here: str = ACTIONS.name
    context: dict[str, Any] = field(default_factory=dict)


async def show_actions(request: Request, viewer: Viewer) -> Shown:
    """Show what is being improved, by status."""
    data = await ask(
        viewer,
        "actions",
        slug=request.path_params["slug"],
        after=request.query_params.get("after"),
    )
    organisation = _known(data["organisation"])
    page = organisation["actions"]
    if page is None:
        raise NotFound
    today = dt.datetime.now(dt.UTC).date()
    rows = [one | {"is_overdue": _is_late(one, today)} for one in page["nodes"]]
    sections = [
        (title, [one for one in rows if one["status"] == status.value])
        for status, title in _SECTIONS
    ]
    return Shown(
        "actions",
        organisation,
        context={
            "sections": [(title, found) for title, found in sections if found],
            "overdue": sum(one["is_overdue"] for one in rows),
            "total": page["totalCount"],
            "next": page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None,
        },
    )


async def show_action(request: Request, viewer: Viewer, problem: str | None = None) -> Shown:
    """Show one action: what it is, what came of it, and how it goes."""
    slug, action_id = request.path_params["slug"], request.path_params["id"]
    data = await ask(viewer, "action", slug=slug, id=action_id)
    organisation, action = _known(data["organisation"]), _known(data["node"])
    if not _belong_together(organisation["id"], action.get("id")):
        raise NotFound
    may = set(organisation["viewerPermissions"])
    writes = Permission.ACTION_WRITE.name in may
    own = action["ownerRole"] == organisation["viewerRole"]
    today = dt.datetime.now(dt.UTC).date()
    return Shown(
        "action",
        organisation,
        context={
            "action": action | {"is_overdue": _is_late(action, today)},
            "effect": None if action["effect"] is None else make_picture(action["effect"]),
            "steps": _steps(action) if writes else [],
            "may_note": Permission.ACTION_NOTE.name in may and (writes or own),
            "today": today.isoformat(),
            "problem": problem,
        },
    )


async def post_action(request: Request, viewer: Viewer) -> Shown | Response:
    """Note how an action goes, or say where it stands now."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return _refused(await show_action(request, viewer, _STALE), refusal)
    which = {"actionId": request.path_params["id"]}
    try:
        if fields.get("status", "") in ActionStatus.__members__:
            revision = fields.get("revision", "")
            given: dict[str, Any] = {
                **which,
                "revision": int(revision) if revision.isdecimal() else 0,
                "status": fields["status"],
                "note": fields.get("note", ""),
            }
            if _is_day(fields.get("on", "")):
                given["on"] = fields["on"]
            problem = await _send(viewer, "change_action_status", "changeActionStatus", given)
        else:
            given = {**which, "text": fields.get("text", "")}
            problem = await _send(viewer, "add_action_note", "addActionNote", given)
    except Forbidden as refusal:
        problem = refusal.message
    if problem:
        return await show_action(request, viewer, problem)
    return lead_to(request.url.path)


def _refused(page: Shown, refusal: Refused) -> Shown:
    """Return a page again, with the status of what was posted to it and not taken."""
    return replace(page, context={**page.context, "status": refusal.status})


async def show_new_action(
    request: Request,
    viewer: Viewer,
    problem: str | None = None,
    said: Mapping[str, str] | None = None,
) -> Shown:
    """Show the form that proposes an action; a theme in the address chooses what answers it."""
    data = await ask(viewer, "new_action", slug=request.path_params["slug"])
    organisation = _known(data["organisation"])
    if Permission.ACTION_WRITE.name not in organisation["viewerPermissions"]:
        raise NotFound
    theme = request.query_params.get("theme", "")
    catalogue = data["actionCatalogue"]
    fitting = next((one for one in catalogue if theme in one["themeCodes"]), None)
    today = dt.datetime.now(dt.UTC).date()
    chosen: dict[str, str] = {
        "kind": fitting["kind"] if fitting else "",
        "theme": theme,
        "segment": request.query_params.get("segment", ""),
        "dueOn": (today + dt.timedelta(days=90)).isoformat(),
        "reviewOn": (today + dt.timedelta(days=365)).isoformat(),
        **(said or {}),
    }
    insights = organisation["insights"] or {"segments": []}
    return Shown(
        "new_action",
        organisation,
        context={
            "catalogue": catalogue,
            "themes": [one for one in organisation["codebook"] or () if not one["isRetired"]],
            "metrics": data["metrics"],
            "segments": insights["segments"],
            "owners": [(one.value, in_words(one.value)) for one in OwnerRole],
            "chosen": chosen,
            "advice": fitting["advice"] if fitting else None,
            "problem": problem,
        },
    )


async def post_new_action(request: Request, viewer: Viewer) -> Shown | Response:
    """Propose an action, and lead to it."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return _refused(await show_new_action(request, viewer, _STALE), refusal)
    data = await ask(viewer, "new_action", slug=request.path_params["slug"])
    organisation = _known(data["organisation"])
    words = {name: fields.get(name, "") for name in ("title", "description")}
    given: dict[str, Any] = {
        "organisationId": organisation["id"],
        **{name: fields.get(name, "") for name in ("kind", "ownerRole", "dueOn", "reviewOn")},
        **words,
    }
    if not (
        given["kind"] in ActionKind.__members__
        and given["ownerRole"] in OwnerRole.__members__
        and _is_day(given["dueOn"])
        and _is_day(given["reviewOn"])
    ):
        problem = "Choose what to do, who sees to it, and both days."
        return await show_new_action(request, viewer, problem, fields)
    for name in ("segment", "metric"):
        if fields.get(name):
            given[name] = fields[name]
    if fields.get("theme"):
        given["themes"] = [fields["theme"]]
    answer = await ask(viewer, "create_action", input=given)
    if answer is None:
        raise NotFound
    payload = answer["createAction"]
    if payload["userErrors"]:
        return await show_new_action(request, viewer, payload["userErrors"][0]["message"], fields)
    return lead_to(f"/console/{request.path_params['slug']}/actions/{payload['action']['id']}")


async def _send(viewer: Viewer, operation: str, name: str, given: Mapping[str, Any]) -> str | None:
    """Send a mutation; return why it was refused, or None if it was not.

    Raises:
        Forbidden: The role does not include it.
    """
    answer: dict[str, Any] | None = await ask(viewer, operation, input=dict(given))
    if answer is None:
        message = "Your role does not include this, so nothing was changed."
        raise Forbidden(message)
    errors = answer[name]["userErrors"]
    return errors[0]["message"] if errors else None


def _steps(action: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an action may become, each as somebody would ask for it."""
    words = _STEPS | ({"IN_PROGRESS": "Take it up again"} if action["status"] == "DONE" else {})
    return [(one, words[one]) for one in action["mayBecome"]]


def _is_late(action: Mapping[str, Any], today: dt.date) -> bool:
    return is_overdue(
        status=ActionStatus(action["status"]),
        due_on=dt.date.fromisoformat(action["dueOn"]),
        today=today,
    )


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _known(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise NotFound
    return found


def _belong_together(organisation_id: str, action_id: str | None) -> bool:
    """Tell whether it is an action, and the organisation's; a consultant sees those of several."""
    one, other = decode_id(organisation_id), decode_id(action_id or "")
    return (
        one is not None
        and other is not None
        and other[0] is read_graph.ACTION
        and one[1].organisation_id == other[1].organisation_id
    )
