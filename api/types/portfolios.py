"""A consulting firm's own clients, each beside its peers."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import strawberry

from api.derive import Info, as_type, selected_names
from api.errors import require_somebody
from api.relay import After, Before, Connection, First, Last, as_connection, key_of
from api.types.benchmarks import BenchmarkComparison, MetricKey, as_comparison
from tenants import read_graph
from tenants.benchmarks import portfolios
from tenants.benchmarks.portfolio_queries import count_clients
from tenants.benchmarks.portfolios import ComparedClient
from tenants.paging import make_window
from tenants.reading import Key

ClientOrganisation: TypeAlias = Annotated[
    "Organisation", strawberry.lazy("api.types.organisations")  # type: ignore[name-defined]  # noqa: F821 - resolved lazily.
]
PortfolioFirm = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Of this firm alone; of all of the viewer's firms if absent."),
]
PortfolioMetrics = Annotated[
    list[MetricKey] | None,
    strawberry.argument(
        description="Which, at most 20; decline, renege and response rate, decision time, candidate"
        " NPS and controllable share if absent."
    ),
]


@strawberry.type
class PortfolioClient:
    """A client of a firm beside its peers; what the firm knows of others counts as known.

    Attributes:
        benchmarks: One for each metric: the client's own value, its standing and its peers'
            figures. The firm's other clients are not counted among the peers behind them.
    """

    key: strawberry.Private[Key]
    benchmarks: list[BenchmarkComparison]

    @strawberry.field
    async def organisation(self, info: Info) -> ClientOrganisation | None:
        """The client."""
        return as_type(await info.context.find_record(read_graph.ORGANISATION, self.key))


async def find_portfolio(
    info: Info,
    *,
    firm_id: PortfolioFirm = None,
    metrics: PortfolioMetrics = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[PortfolioClient] | None:
    """The clients that a firm serves through the viewer, by name, each beside its peers."""
    require_somebody(info)
    firm = None if firm_id is None else key_of(read_graph.FIRM, firm_id, field="firmId").id
    keys: Sequence[str] | None = metrics
    window = make_window(first=first, after=after, last=last, before=before)
    part = await info.context.run(
        portfolios.list_portfolio, firm_id=firm, metrics=keys, window=window
    )
    total = None
    if "totalCount" in selected_names(info):
        total = await info.context.run(count_clients, firm_id=firm)
    return as_connection(part, _client, total)


def _client(one: ComparedClient) -> PortfolioClient:
    return PortfolioClient(
        key=Key(one.organisation_id, one.organisation_id),
        benchmarks=[as_comparison(each) for each in one.comparisons],
    )
