"""The page "Clients beside their peers": a firm's own clients, metric by metric.

What is shown of one client's peers is what the API tells somebody who knows all that the firm
knows. Clients are not ranked: they stand in the order of their names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages import benchmark
from api.pages.benchmark import Compared
from api.pages.console_frame import show_page
from api.pages.operations import ask
from tenants.access import Viewer

ADDRESS: Final = "/console/portfolio"


@dataclass(frozen=True, slots=True)
class Row:
    """One client beside its peers in one metric."""

    slug: str
    name: str
    compared: Compared


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """The page.

    Attributes:
        release: The newest release that compares any of the clients, in words; empty before it.
        metrics: Title and formula of each, with a row for each client.
        next: What `after` takes to go on; empty on the last page.
    """

    release: str
    metrics: tuple[tuple[str, str, tuple[Row, ...]], ...]
    next: str


async def show_portfolio(request: Request, viewer: Viewer) -> Response:
    """Show the clients of the person's firms, as far as engagements name the person."""
    data = await ask(viewer, "portfolio", after=request.query_params.get("after"))
    view = make_view(data["portfolio"])
    return show_page("portfolio", viewer, here="portfolio", view=view)


def make_view(found: Mapping[str, Any]) -> PortfolioView:
    """Return the page of what the API says of some clients, metric by metric."""
    nodes = [one for one in found["nodes"] if one["organisation"] is not None]
    views = [benchmark.make_view(one["benchmarks"]) for one in nodes]
    metrics = []
    for at, metric in enumerate(views[0].metrics if views else ()):
        rows = tuple(
            Row(one["organisation"]["slug"], one["organisation"]["name"], view.metrics[at])
            for one, view in zip(nodes, views, strict=True)
        )
        metrics.append((metric.title, metric.formula, rows))
    release = next((view.release for view in views if view.release), "")
    page = found["pageInfo"]
    return PortfolioView(release, tuple(metrics), page["endCursor"] if page["hasNextPage"] else "")
