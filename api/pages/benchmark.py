"""The page "Compared with peers": every metric of the newest release beside the own figure.

What is drawn is what is published and nothing else: a band from quartile to quartile, one from
tenth to ninetieth percentile, the median and the own place. No curve, because none is known, and no
member, because none is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.pages.charts import Scale, share_scale
from api.pages.console_words import amount, base, day, figure
from api.pages.operations import ask
from tenants.access import Permission, Viewer
from tenants.errors import NotFound

_Statistic = Mapping[str, Any]

_QUANTILES: Final = (
    ("p10", "Tenth percentile"),
    ("lowerQuartile", "Lower quartile"),
    ("median", "Median"),
    ("upperQuartile", "Upper quartile"),
    ("p90", "Ninetieth percentile"),
)
_ORDINALS: Final = {
    4: ("lowest quarter", "second quarter", "third quarter", "highest quarter"),
}
# Axes of durations end at a multiple of so many days.
_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class Place:
    """The page in the navigation."""

    name: str = "benchmark"
    title: str = "Compared with peers"
    permission: Permission = Permission.BENCHMARK_READ


BENCHMARK: Final = Place()


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the axis, in percent of it."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What stands where on the axis, in percent of it.

    Attributes:
        ticks: Words and place of each.
        tails: From the tenth to the ninetieth percentile; None where they are withheld.
        middle: From quartile to quartile; likewise.
        median: Its place; likewise.
        own: The own place; likewise.
        said: All of it in words.
    """

    ticks: tuple[tuple[str, float], ...]
    tails: Span | None
    middle: Span | None
    median: float | None
    own: float | None
    said: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One metric.

    Attributes:
        title: Of the metric.
        formula: How it is computed.
        own: The own figure, or why it is withheld.
        note: What else must be known of the own figure; empty when nothing.
        peers: Whose figures these are, and how many they are; empty where they are withheld.
        wider: That they are of a wider group than the nearest; empty where they are not.
        withheld: Why nothing of the peers is shown; empty where something is.
        standing: In which part of the peers the own figure lies; empty where that is not told.
        drawing: None where nothing of the peers is shown.
        rows: Name and words of each quantile.
    """

    title: str
    formula: str
    own: str
    note: str
    peers: str
    wider: str
    withheld: str
    standing: str
    drawing: Drawing | None
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BenchmarkView:
    """The page.

    Attributes:
        release: Which release, in words; empty before the first that compares the organisation.
        metrics: Those of offers first, then as the registry has them.
    """

    release: str
    metrics: tuple[Compared, ...]


async def ask_benchmark(viewer: Viewer, slug: str) -> tuple[dict[str, Any], BenchmarkView]:
    """Return what the API says of an organisation beside its peers, and the page of it.

    Raises:
        NotFound: There is no such organisation, or its benchmark is not the viewer's to see.
    """
    data = await ask(viewer, "benchmark", slug=slug)
    organisation = data["organisation"]
    if organisation is None or organisation["benchmarks"] is None:
        raise NotFound
    return data, make_view(organisation["benchmarks"])


def make_view(found: Sequence[Mapping[str, Any]]) -> BenchmarkView:
    """Return the page of what the API says of some metrics."""
    release = next((one["release"] for one in found if one["release"] is not None), None)
    words = ""
    if release is not None:
        words = (
            f"Release {release['number']} of {day(release['releasedOn'])},"
            f" over {day(release['from'])} to {day(release['to'])}"
        )
    return BenchmarkView(words, tuple(_compared(one) for one in found))


def _compared(one: Mapping[str, Any]) -> Compared:
    metric, median = one["metric"], one["median"]
    shown = median["__typename"] == "Figure"
    nearest, used = one["requestedPeerGroup"], one["peerGroup"]
    wider = ""
    if shown and used != nearest and nearest is not None:
        wider = f"Too few stand behind “{nearest['title']}”, so a wider group is used."
    return Compared(
        title=metric["title"],
        formula=metric["formula"],
        own=figure(one["own"]),
        note=one["own"].get("note") or "",
        peers=f"{used['title']}: {base(median, 'others')}" if shown and used else "",
        wider=wider,
        withheld="" if shown else figure(median),
        standing=_standing(one["standing"]),
        drawing=_draw(one) if shown else None,
        rows=tuple((name, figure(one[key])) for key, name in _QUANTILES),
    )


def _standing(standing: Mapping[str, int] | None) -> str:
    if standing is None:
        return ""
    part, parts = standing["part"], standing["parts"]
    if parts in _ORDINALS:
        return f"Among peers: the {_ORDINALS[parts][part - 1]}, counted from the lowest values."
    kind = "tenth" if parts == 10 else "hundredth"  # noqa: PLR2004 - what the API tells it in.
    return f"Among peers: {kind} {part} of {parts}, counted from the lowest values."


def _draw(one: Mapping[str, Any]) -> Drawing:
    """Return what stands where: only what is published, each at its published value."""
    scale = _scale(one)

    def place(key: str) -> float | None:
        statistic: _Statistic = one[key]
        return scale.place(statistic["value"]) if statistic["__typename"] == "Figure" else None

    places = {key: place(key) for key, _ in _QUANTILES}
    unit = one["metric"]["unit"]
    return Drawing(
        ticks=tuple((amount(value, unit), at) for value, at in scale.ticks()),
        tails=_span(places["p10"], places["p90"]),
        middle=_span(places["lowerQuartile"], places["upperQuartile"]),
        median=places["median"],
        own=place("own"),
        said="; ".join(_said(one)),
    )


def _span(lower: float | None, upper: float | None) -> Span | None:
    if lower is None or upper is None:
        return None
    # Two rounded quantiles may be the same: then the band is a line, and still there.
    return Span(lower, max(round(upper - lower, 2), 0.5))


def _said(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"{one['metric']['title']}: yours {figure(one['own'])}"
    for key, name in _QUANTILES:
        if one[key]["__typename"] == "Figure":
            yield f"{name.lower()} of peers {figure(one[key])}"


def _scale(one: Mapping[str, Any]) -> Scale:
    """Return an axis that holds the own figure and every quantile."""
    keys = ("own", *(key for key, _ in _QUANTILES))
    values = [one[key]["value"] for key in keys if one[key]["__typename"] == "Figure"]
    metric = one["metric"]
    match metric["unit"]:
        case "SHARE":
            return share_scale(values)
        case "DAYS":
            top = _DAYS * max(1, -(-max(values) // _DAYS))
            return Scale(0.0, top, 2)
        case _:
            lowest, highest = metric["lowest"], metric["highest"]
            steps = 4 if metric["unit"] == "POINTS" else round(highest - lowest)
            return Scale(lowest, highest, steps)
