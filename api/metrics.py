"""What monitoring asks for at /metrics, in Prometheus' text format: numbers without any name.

Candidates are left out of all of it. What monitoring keeps has times, and an answer must have none.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from api import plan
from tenants.access import Viewer, ViewerKind
from tenants.settings import get_settings

REGISTRY: Final = CollectorRegistry()
"""What this process has counted since it started."""

_SECONDS: Final = Histogram(
    "afterword_graphql_answer_seconds",
    "How long an answer took, once it was known who asks for what.",
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
_ANSWERS: Final = Counter(
    "afterword_graphql_answers", "Answers by HTTP status.", ["status"], registry=REGISTRY
)
_by_status: Final[dict[int, Counter]] = {}


class _Operations(Collector):
    """Operations by what became of their plan, as `api.plan` counts them."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield one sample for `planned` and for each reason why an operation was not."""
        family = CounterMetricFamily(
            "afterword_graphql_operations",
            "Operations: planned, or the reason why the ordinary executor answered.",
            labels=["outcome"],
        )
        for outcome, count in _known(plan.monitored).items():
            family.add_metric([outcome], count)
        yield family


def _known(counted: Mapping[str, int]) -> dict[str, int]:
    """Return the counts of every outcome there is: one that appears later hides its first rise."""
    return {one: counted.get(one, 0) for one in (plan.PLANNED, *plan.Reason)}


ProcessCollector(registry=REGISTRY)
REGISTRY.register(_Operations())


def observe(viewer: Viewer, status: int, seconds: float) -> None:
    """Count an answer, unless it is a candidate's.

    Args:
        viewer: Who asked.
        status: Of the response.
        seconds: How long it took.
    """
    if viewer.kind is ViewerKind.CANDIDATE:
        return
    counter = _by_status.get(status)
    if counter is None:
        counter = _by_status[status] = _ANSWERS.labels(str(status))
    counter.inc()
    _SECONDS.observe(seconds)


async def metrics(request: Request) -> Response:
    """Answer GET /metrics for whoever has the token of the installation's monitoring."""
    wanted = get_settings().metrics_token
    if wanted is None:
        return Response(status_code=404)
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {wanted.get_secret_value()}".encode()):
        return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
    headers = {"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE_LATEST}
    return Response(generate_latest(REGISTRY), headers=headers)
