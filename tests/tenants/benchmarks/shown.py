"""Reading comparisons as somebody, and what is left when nothing may be shown."""

from tenants.access import Viewer
from tenants.benchmarks import comparisons
from tenants.benchmarks.comparisons import Comparison
from tenants.db import run
from tenants.disclosure.figures import Figure, Suppressed
from tenants.metrics import DECLINE_RATE
from tests.tenants.benchmarks.town import Member

HIDDEN = {
    "p10": Suppressed("At least 17 other organisations are needed.", 17),
    "lower_quartile": Suppressed("At least 7 other organisations are needed.", 7),
    "median": Suppressed("At least 5 other organisations are needed.", 5),
    "upper_quartile": Suppressed("At least 7 other organisations are needed.", 7),
    "p90": Suppressed("At least 17 other organisations are needed.", 17),
}


async def read(
    viewer: Viewer, member: Member, metric: str = DECLINE_RATE, peer_group: str | None = None
) -> Comparison:
    """Return how a member compares."""
    return await run(
        comparisons.get_benchmark,
        viewer,
        organisation_id=member.organisation_id,
        metric=metric,
        peer_group=peer_group,
    )


def values(comparison: Comparison) -> dict[str, float]:
    """Return the quantiles that are shown."""
    return {
        name: one.value for name, one in comparison.quantiles.items() if isinstance(one, Figure)
    }
