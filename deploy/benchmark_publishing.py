"""What `afterword publish benchmark` does: everybody contributes, then one release is made."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from deploy.errors import DeployError
from deploy.publishing import month
from tenants import db
from tenants.access import Viewer
from tenants.benchmarks import releases, service
from tenants.benchmarks.gathering import contribute_everywhere
from tenants.benchmarks.peer_groups import ALL
from tenants.benchmarks.releases import Released
from tenants.benchmarks.windows import window_of
from tenants.disclosure.peers import LOWER_QUARTILE, MEDIAN, P10, P90, UPPER_QUARTILE
from tenants.insights.windows import Window, month_of, months_after

_NAMES: Final[Mapping[str, str]] = {
    P10: "p10",
    LOWER_QUARTILE: "lowerQuartile",
    MEDIAN: "median",
    UPPER_QUARTILE: "upperQuartile",
    P90: "p90",
}


async def publish_benchmark(window: str | None, as_of: str | None) -> dict[str, Any]:
    """Let every organisation that takes part contribute, and make a release; return what it says.

    Args:
        window: Half-open, as 2025-01/2026-01; the usual twelve months if absent.
        as_of: A month as 2026-01, as if it had just ended; today if absent.

    Returns:
        `release` (its number), `window`, `asOf` (the last month that had ended), how many
        organisations were `contributing`, how many `organisations` of how many `families` were
        compared; and as `groups`, for each metric and `peerGroup` that anybody may be shown,
        `contributors` (families), `exact` quantiles, and those `shown` to an organisation's own
        people, rounded.

    Raises:
        DeployError: A month is written in another way, or the window is empty.
    """
    day = datetime.now(UTC).date() if as_of is None else months_after(month(as_of), 1)
    span = window_of(day) if window is None else read_window(window)
    async with db.connected(pool_size=1):
        contributing = await contribute_everywhere(starts_on=span.starts_on, ends_on=span.ends_on)
        released = await db.run(
            releases.release,
            Viewer.benchmark(),
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            as_of=day,
        )
        await db.run(service.announce_everywhere, Viewer.operator(), number=released.number)
    return _described(released, span, day, contributing)


def in_words(report: Mapping[str, Any]) -> str:
    """Return what `publish_benchmark` returned for somebody to read: each metric over all peers.

    Quartiles and median stand exact and, behind an arrow, as organisations are shown them.
    """
    everybody = [one for one in report["groups"] if one["peerGroup"] == ALL]
    heading = (
        f"release {report['release']} over {report['window']}, as of {report['asOf']}:"
        f" {report['organisations']} organisations of {report['families']} families compared,"
        f" {report['contributing']} contributed"
    )
    ending = f"{len(report['groups'])} groups of peers can be shown to somebody; --json lists them"
    return "\n".join([heading, *(_line(one) for one in everybody), ending])


def _line(group: Mapping[str, Any]) -> str:
    values = [
        f"{group['exact'][name]:.4f} -> {group['shown'].get(name, 'withheld')}"
        for name in ("lowerQuartile", "median", "upperQuartile")
    ]
    return f"  {group['metric']}: {group['contributors']} families, {', '.join(values)}"


def read_window(text: str) -> Window:
    """Return a half-open window that is written as 2025-01/2026-01.

    Raises:
        DeployError: It is written in another way, or ends before it begins.
    """
    first, slash, last = text.partition("/")
    if not slash:
        message = f"{text} is no window; write it as 2025-01/2026-01, the last month excluded"
        raise DeployError(message)
    window = Window(month(first), month(last))
    if window.starts_on >= window.ends_on:
        message = f"the window {text} is empty: the month after the slash is excluded"
        raise DeployError(message)
    return window


def _described(
    released: Released, window: Window, as_of: date, contributing: int
) -> dict[str, Any]:
    return {
        "release": released.number,
        "window": f"{window.starts_on:%Y-%m}/{window.ends_on:%Y-%m}",
        "asOf": f"{months_after(month_of(as_of), -1):%Y-%m}",
        "contributing": contributing,
        "organisations": released.organisations,
        "families": released.families,
        "groups": [
            {
                "metric": one.metric,
                "peerGroup": one.peer_group,
                "contributors": one.contributors,
                "exact": _renamed(one.exact),
                "shown": _renamed(one.shown),
            }
            for one in released.groups
        ],
    }


def _renamed(values: Mapping[str, float]) -> dict[str, float]:
    """Return quantiles under the names that the API has for them."""
    return {_NAMES[name]: values[name] for name in _NAMES if name in values}
