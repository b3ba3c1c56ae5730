"""Pages that say in plain words how figures are made and candidates protected."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.links import candidate_viewer
from api.pages.notices import notify
from api.pages.rendering import respond
from tenants.benchmarks.methodology import describe_methodology
from tenants.db import run
from tenants.errors import NotFound
from tenants.insights.settings import SettingsInForce, get_insight_settings
from tenants.protection import LANGUAGES, describe_protection


def routes() -> list[BaseRoute]:
    """Return the routes of both pages."""
    return [
        Route("/docs/methodology", show_methodology, methods=["GET"]),
        Route("/docs/protection", show_protection, methods=["GET"]),
    ]


async def show_methodology(_request: Request) -> Response:
    """Show every rule with the numbers that decide, to anybody."""
    found = describe_methodology()
    parts = (
        ("insights", "Inside an organisation", found.insights),
        ("benchmark", "Across organisations", found.benchmark),
    )
    return respond("methodology.html", "en", title=found.title, parts=parts)


async def show_protection(request: Request) -> Response:
    """Show how candidates are protected everywhere, and what is not promised, to anybody."""
    return _protection(request, None)


async def show_own_protection(request: Request) -> Response:
    """Show the same with the settings in force of the organisation that a candidate's link is of.

    The seal says whose scope the link opens; the page is there after the answers were sent, too.
    """
    viewer = candidate_viewer(request.path_params["token"])
    if viewer is None:
        return notify(request, "unknown", HTTPStatus.NOT_FOUND)
    organisation_id = next(iter(viewer.roles))
    try:
        found = await run(get_insight_settings, viewer, organisation_id=organisation_id)
    except NotFound:
        return notify(request, "unknown", HTTPStatus.NOT_FOUND)
    return _protection(request, found)


def _protection(request: Request, settings: SettingsInForce | None) -> Response:
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    protection = describe_protection(language, settings=settings)
    return respond("protection.html", language, protection=protection, here=request.url.path)
