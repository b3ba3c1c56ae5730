"""The page "Why candidates decline": a cell of an edition as charts and words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from api.pages.charts import Scale, share_scale
from api.pages.console_words import amount, day
from api.pages.first_steps import FIRST_STEPS
from api.pages.operations import ask
from api.pages.why_rows import Question, Row, Statistic, make_questions, make_row
from api.pages.why_series import Series, make_series
from tenants.access import Permission, Viewer
from tenants.errors import NotFound
from tenants.metrics import (
    CANDIDATE_NPS,
    CONTROLLABLE_SHARE,
    DECLINE_RATE,
    RESPONSE_RATE,
    reason_key,
)
from tenants.reasons import DeclineReason

# More bars than these are a table; one is behind the chart anyway.
MOST_BARS: Final = 12
MOST_FIRST: Final = 5
MOST_OTHERS: Final = 3
_HEADLINES: Final = (
    ("declineRate", DECLINE_RATE, "Decline rate", "of offers declined or left unanswered"),
    ("responseRate", RESPONSE_RATE, "Response rate", "of invitations answered"),
    ("candidateNps", CANDIDATE_NPS, "Candidate NPS", "promoters less detractors"),
    (
        "controllableShare",
        CONTROLLABLE_SHARE,
        "Controllable share",
        "gave a main reason that is in your hands",
    ),
)
# Nobody publishes it for a department.
_OF_THE_WHOLE: Final = frozenset({"responseRate"})
_COUNTED: Final = {DECLINE_RATE: "offers", RESPONSE_RATE: "invitations"}
_SCALES: Final = {"SHARE": Scale(0, 1), "POINTS": Scale(-100, 100)}
BENCHMARKED: Final = (
    *(metric for _, metric, _, _ in _HEADLINES),
    *(reason_key(reason) for reason in DeclineReason),
)


@dataclass(frozen=True, slots=True)
class Place:
    """The page in the navigation."""

    name: str = "why"
    title: str = "Why candidates decline"
    permission: Permission = Permission.INSIGHTS_READ


WHY: Final = Place()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in the form of the page."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the edition before, in words.

    Attributes:
        since: The window of that edition.
        message: All of it in a sentence.
        certain: What changed for certain, the surest first.
        others: The largest of the differences that chance may explain.
    """

    since: str
    message: str
    certain: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyView:
    """The page.

    Attributes:
        period: The window, in words.
        segment: The department that is shown; None for the whole organisation.
        coverage: As the API gives it.
        has_edition: Whether any was published.
        withheld: What is said of figures that too few stand behind; empty when none is withheld.
        editions: To choose from, the newest first.
        segments: To choose from, the whole organisation first.
        headlines: The four figures that matter most.
        series: The decline rate over time.
        reasons: Those that were named often enough to be told apart, the largest share first.
        ticks: Words and places on the axis of the reasons.
        all_reasons: Every reason.
        first: What can be changed first.
        is_settled: Whether the first of these is surely named more often than the second.
        standouts: What stands out in the parts that are shown, in words.
        openness: Whether hidden answers differ from identified ones; empty where nothing is known.
        changes: What changed since the edition before; None where there is none.
        questions: The others that were asked.
        peers: Whose median stands beside the figures; empty where there is none.
    """

    period: str
    segment: str | None
    coverage: str | None
    has_edition: bool
    withheld: str
    editions: tuple[Choice, ...]
    segments: tuple[Choice, ...]
    headlines: tuple[Row, ...]
    series: Series
    reasons: tuple[Row, ...]
    ticks: tuple[tuple[str, float], ...]
    all_reasons: tuple[Row, ...]
    first: tuple[Row, ...]
    is_settled: bool
    standouts: tuple[str, ...]
    openness: str
    changes: Changes | None
    questions: tuple[Question, ...]
    peers: str


async def ask_why(
    viewer: Viewer, slug: str, query: Mapping[str, str]
) -> tuple[dict[str, Any], WhyView]:
    """Return what the API says of a cell, and the page of it.

    Args:
        viewer: Who looks.
        slug: Of the organisation.
        query: `edition` is the day on which a window ended, `segment` a value of the dimension;
            the newest edition and the whole organisation if they are absent or empty.

    Raises:
        NotFound: There is no such organisation, edition or value, or it is not the viewer's.
    """
    ends_on, segment = query.get("edition") or None, query.get("segment") or None
    if ends_on is not None and not _is_day(ends_on):
        raise NotFound
    data = await ask(
        viewer, "why", slug=slug, endsOn=ends_on, segment=segment, metrics=list(BENCHMARKED)
    )
    organisation = data["organisation"]
    if organisation is None or organisation["insights"] is None:
        raise NotFound
    return data, make_view(organisation)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def make_view(organisation: Mapping[str, Any]) -> WhyView:
    """Return the page of what the API says of an organisation."""
    found = organisation["insights"]
    peers = {
        one["metric"]["key"]: one
        for one in organisation.get("benchmarks") or ()
        if one["median"]["__typename"] == "Figure"
    }
    medians = {key: one["median"] for key, one in peers.items()}
    everything, shown = _reasons(found["reasons"], medians)
    scale = _reason_scale(shown, medians)
    first = [one for one in shown if one["controllability"] == "CONTROLLABLE"][:MOST_FIRST]
    return WhyView(
        period=f"{day(found['from'])} to {day(found['to'])}",
        segment=found["segment"],
        coverage=found["coverage"],
        has_edition=found["edition"] is not None,
        withheld=_withheld(found),
        editions=_editions(organisation["editions"]["nodes"], found["edition"]),
        segments=_segments(found["segments"], found["segment"]),
        headlines=tuple(
            _headline(found[name], metric, title, about, medians)
            for name, metric, title, about in _HEADLINES
            if name not in _OF_THE_WHOLE or found["segment"] is None
        ),
        series=make_series(found, medians.get(DECLINE_RATE)),
        reasons=tuple(_reason(one, scale, medians) for one in shown),
        ticks=tuple((amount(value, "SHARE"), at) for value, at in scale.ticks()),
        all_reasons=everything,
        first=tuple(replace(_reason(one, scale, medians), code=one["reason"]) for one in first),
        is_settled=_is_settled(first),
        standouts=tuple(
            one["message"]
            for one in organisation["standouts"]
            if found["segment"] in (None, one["segment"])
        ),
        openness=_openness(found["openness"]),
        changes=_changes(organisation["editionChanges"]),
        questions=tuple(make_questions(found["questions"])),
        peers=_peers(peers),
    )


def _peers(peers: Mapping[str, Any]) -> str:
    """Return which peers the medians are of; those of all metrics together, if they differ."""
    titles = sorted({one["peerGroup"]["title"] for one in peers.values() if one["peerGroup"]})
    return ", ".join(titles)


def _withheld(found: Mapping[str, Any]) -> str:
    """Return what is said where figures from answers are withheld, or nothing."""
    share = found["controllableShare"]
    hidden = found["coverage"] is None or share["__typename"] == "Suppressed"
    return str(share.get("message", "")) if hidden else ""


def _editions(
    editions: Sequence[Mapping[str, Any]], chosen: Mapping[str, Any] | None
) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            one["endsOn"],
            f"{day(one['from'])} to {day(one['to'])}",
            is_chosen=chosen is not None and one["endsOn"] == chosen["endsOn"],
        )
        for one in editions
    )


def _segments(segments: Sequence[str], chosen: str | None) -> tuple[Choice, ...]:
    if not segments:
        return ()
    whole = Choice("", "Whole organisation", is_chosen=chosen is None)
    return (whole, *(Choice(one, one, is_chosen=one == chosen) for one in segments))


def _openness(found: Mapping[str, Any] | None) -> str:
    if found is None or found["verdict"] == "NOT_COMPARABLE":
        return ""
    return str(found["message"])


def _changes(found: Mapping[str, Any] | None) -> Changes | None:
    """Return what is certain, and of the rest what comes nearest to it."""
    if found is None:
        return None
    said = {
        certainty: [one["message"] for one in found["changes"] if one["certainty"] == certainty]
        for certainty in ("CERTAIN", "NOT_CERTAIN")
    }
    return Changes(
        since=f"{day(found['before']['from'])} to {day(found['before']['to'])}",
        message=found["message"],
        certain=tuple(said["CERTAIN"]),
        others=tuple(said["NOT_CERTAIN"][:MOST_OTHERS]),
    )


def _headline(
    statistic: Statistic, metric: str, title: str, about: str, medians: Mapping[str, Statistic]
) -> Row:
    return make_row(
        title,
        statistic,
        _SCALES.get(statistic.get("unit", "")),
        median=medians.get(metric),
        counted=_COUNTED.get(metric, "answers"),
        about=about,
    )


def _reasons(
    reasons: Sequence[Mapping[str, Any]], medians: Mapping[str, Statistic]
) -> tuple[tuple[Row, ...], list[Mapping[str, Any]]]:
    """Return every reason in words, and the leading ones of those that more than one named."""
    everything = tuple(_reason(one, Scale(0, 1), medians) for one in reasons)
    shown = [
        one
        for one in reasons
        if one["share"]["__typename"] == "Figure"
        and one["share"]["relation"] != "AT_MOST"
        and one["share"]["value"] > 0
    ]
    return everything, shown[:MOST_BARS]


def _reason_scale(shown: Sequence[Mapping[str, Any]], medians: Mapping[str, Statistic]) -> Scale:
    """Return the axis that holds the shown shares, their intervals and the peers' medians."""
    values = [one["share"]["upper"] or one["share"]["value"] for one in shown]
    peers = [medians.get(f"REASON_{one['reason']}") for one in shown]
    return share_scale([*values, *(one["value"] for one in peers if one is not None)])


def _reason(one: Mapping[str, Any], scale: Scale, medians: Mapping[str, Statistic]) -> Row:
    median = medians.get(reason_key(DeclineReason(one["reason"])))
    about = FIRST_STEPS.get(one["reason"], "")
    return make_row(one["wording"], one["share"], scale, median=median, about=about)


def _is_settled(first: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the first reason's interval lies above the second's."""
    if len(first) < 2:  # noqa: PLR2004 - it takes two to compare.
        return True
    one, other = (reason["share"] for reason in first[:2])
    return bool((one["lower"] or 0.0) > (other["upper"] or 1.0))
