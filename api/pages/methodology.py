"""Pages that say in plain words how figures are made and candidates protected."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.rendering import respond
from tenants.benchmarks.methodology import describe_methodology
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
    """Show how candidates are protected, and what is not promised, to anybody."""
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else LANGUAGES[0]
    return respond("protection.html", language, protection=describe_protection(language))
