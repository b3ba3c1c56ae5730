"""How an organisation's editions are made: what is in force, what was decided, and deciding it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.actions import Shown
from api.pages.console_words import day
from api.pages.operations import ask
from api.pages.own_forms import read_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from tenants.access import Permission, Viewer
from tenants.disclosure.rules import WINDOW_LENGTHS, Dimension
from tenants.errors import NotFound

_STALE: Final = "This was not sent from this page, so nothing was saved. Please try again."
_NOT_YOURS: Final = "Your role does not decide this, so nothing was saved."
_NO_NUMBER: Final = "Give a whole number."
_LENGTH: Final = "windowMonths"
# Each number that can be raised, as the API names it and as a person would.
_NUMBERS: Final[Mapping[str, str]] = {
    "minimum": "Fewest people behind a figure, and fewest of them who are not named",
    "distributionMinimum": "Fewest answers that are shown as a distribution",
    "responseRateMinimum": "Fewest delivered invitations that make a response rate",
    "excerptRespondents": "Fewest people in a part that shows what candidates said",
    "excerptHidden": "Fewest of those who answered confidentially or anonymously",
}
_MOST_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Place:
    """The page in the navigation."""

    name: str = "editions"
    title: str = "Editions"
    permission: Permission = Permission.INSIGHTS_READ


EDITIONS: Final = Place()


async def show_editions(
    request: Request,
    viewer: Viewer,
    said: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Shown:
    """Show how editions are made, and to whoever decides it the form that changes it.

    Args:
        request: What the page answers.
        viewer: Who looks at it.
        said: What was posted and not saved.
        problems: What is wrong with it, by field; under the empty name what is wrong with no field.
    """
    organisation, settings = await _find(request, viewer)
    wanted, rules, floors = settings["wanted"], settings["rules"], settings["floors"]
    rows = [
        {"name": name, "label": label, "now": rules[name], "wanted": wanted[name]}
        for name, label in ({_LENGTH: "Months of a period"} | dict(_NUMBERS)).items()
    ]
    chosen = {
        "dimension": settings["dimension"],
        **{name: str(wanted[name]) for name in (_LENGTH, *_NUMBERS)},
        **(said or {}),
        # Who is told that somebody else was faster sees by now what they decided.
        "revision": str(settings["revision"]),
    }
    ends_on = dt.date.fromisoformat(settings["windowEndsOn"])
    starts_on = settings["startsOn"]
    return Shown(
        "editions",
        organisation,
        here=EDITIONS.name,
        context={
            "settings": settings,
            "last_day": (ends_on - dt.timedelta(days=1)).isoformat(),
            "decided_from": day(starts_on) if starts_on is not None else None,
            "rows": rows,
            "fields": [
                {"name": name, "label": label, "floor": floors[name]}
                for name, label in _NUMBERS.items()
            ],
            "lengths": WINDOW_LENGTHS,
            "dimensions": [one.value for one in Dimension],
            "chosen": chosen,
            "problems": problems or {},
        },
    )


async def post_editions(request: Request, viewer: Viewer) -> Shown | Response:
    """Let editions be made otherwise, and lead back to what holds now."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        page = await show_editions(request, viewer, problems={"": _STALE})
        return _with_status(page, refusal.status)
    organisation, _ = await _find(request, viewer)
    problems = {
        name: _NO_NUMBER
        for name in ("revision", _LENGTH, *_NUMBERS)
        if _number(fields.get(name, "")) is None
    }
    if fields.get("dimension") not in Dimension.__members__:
        problems["dimension"] = "Choose one of them."
    if not problems:
        given = {
            "organisationId": organisation["id"],
            "dimension": fields["dimension"],
            **{name: _number(fields[name]) for name in ("revision", _LENGTH, *_NUMBERS)},
        }
        problems = await _save(viewer, given)
    if not problems:
        return lead_to(request.url.path)
    page = await show_editions(request, viewer, fields, problems)
    return _with_status(page, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _save(viewer: Viewer, given: Mapping[str, Any]) -> dict[str, str]:
    """Send the change; return what is wrong with it by field."""
    answer: dict[str, Any] | None = await ask(viewer, "update_insight_settings", input=dict(given))
    if answer is None:
        return {"": _NOT_YOURS}
    found: dict[str, str] = {}
    for error in answer["updateInsightSettings"]["userErrors"]:
        name = error["field"][0] if error["field"] else ""
        found[name if name in given and name != "revision" else ""] = error["message"]
    return found


async def _find(request: Request, viewer: Viewer) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the organisation and its settings, as the API gives them.

    Raises:
        NotFound: There is no such organisation for the viewer.
    """
    data = await ask(viewer, "editions", slug=request.path_params["slug"])
    organisation = data["organisation"]
    if organisation is None or organisation["insightSettings"] is None:
        raise NotFound
    return organisation, organisation["insightSettings"]


def _with_status(page: Shown, status: HTTPStatus) -> Shown:
    return replace(page, context={**page.context, "status": status})


def _number(text: str) -> int | None:
    """Return a number of the form; None for what is none."""
    word = text.strip()
    return int(word) if word.isdecimal() and len(word) <= _MOST_DIGITS else None
