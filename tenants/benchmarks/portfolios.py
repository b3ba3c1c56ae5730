"""Reading: a firm's own clients, each beside its peers, as far as the firm may be shown them.

What is told of one client is told to somebody who knows all that the firm knows: its other clients
are no strangers in a crowd, and no group is shown of which too few are left that it does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tenants.access import Viewer
from tenants.benchmarks import portfolio_queries as queries
from tenants.benchmarks.comparison_queries import find_several
from tenants.benchmarks.comparisons import Comparison, compare, require_metric
from tenants.errors import InvalidInput
from tenants.metrics import (
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    DECISION_TIME,
    DECLINE_RATE,
    RENEGE_RATE,
    RESPONSE_RATE,
)
from tenants.paging import Part, Window, cut_part, make_cursor
from tenants.work import Session

# What a glance over clients begins with.
USUAL: Final = (
    DECLINE_RATE,
    RENEGE_RATE,
    DECISION_TIME,
    RESPONSE_RATE,
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
)
MOST_METRICS: Final = 20


@dataclass(frozen=True, slots=True)
class ComparedClient:
    """A client of a firm beside its peers.

    Attributes:
        organisation_id: Which.
        name: Its name.
        comparisons: One for each metric that was asked for, in that order.
    """

    organisation_id: UUID
    name: str
    comparisons: Sequence[Comparison]


async def list_portfolio(
    session: Session,
    viewer: Viewer,
    *,
    window: Window,
    firm_id: UUID | None = None,
    metrics: Sequence[str] | None = None,
) -> Part[ComparedClient]:
    """Return the clients by name, in two statements.

    Whoever belongs to no such firm, or is named by no engagement of it, has an empty one.

    Args:
        session: The transaction.
        viewer: Somebody of the firm.
        window: Which part of the clients.
        firm_id: Of this firm alone; of all that the viewer belongs to if absent.
        metrics: Keys, at most 20; the usual ones if absent.

    Raises:
        BadCursor: A cursor of the window is of another list.
        InvalidInput: There is no such metric, or they are too many.
    """
    keys = USUAL if metrics is None else metrics
    if len(keys) > MOST_METRICS:
        message = f"Ask for at most {MOST_METRICS} metrics at once."
        raise InvalidInput(message, field="metrics")
    wanted = [require_metric(one) for one in keys]
    clients = await queries.list_clients(session, viewer, firm_id=firm_id, window=window)
    ids = [organisation_id for organisation_id, _ in clients[: window.size]]
    found = await find_several(session, viewer, organisation_ids=ids, metrics=keys)
    part = cut_part(
        window, clients, lambda client: make_cursor(queries.BY_NAME, client[1], client[0])
    )
    compared = [
        ComparedClient(key, name, [compare(viewer, key, found[key], one, None) for one in wanted])
        for key, name in part.items
    ]
    return Part(compared, part.cursors, part.has_previous, part.has_next)
