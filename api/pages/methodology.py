"""The page that says in plain words how figures are made: generated from the rules in force."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.rendering import respond
from tenants.benchmarks.methodology import describe_methodology


def routes() -> list[BaseRoute]:
    """Return the route of the page."""
    return [Route("/docs/methodology", show_methodology, methods=["GET"])]


async def show_methodology(_request: Request) -> Response:
    """Show every rule with the numbers that decide, to anybody."""
    found = describe_methodology()
    parts = (
        ("insights", "Inside an organisation", found.insights),
        ("benchmark", "Across organisations", found.benchmark),
    )
    return respond("methodology.html", "en", title=found.title, parts=parts)
