"""Figures of the page "Why candidates decline" as rows: in words, and as bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from api.pages.charts import Bar, Scale, make_bar, share_scale
from api.pages.console_words import base, figure, interval
from tenants.metrics import DECISION_FACTORS, MAIN_REASON

Statistic = Mapping[str, Any]

# Shown as reasons, from the same answers.
_REASON_CONCEPTS: Final = frozenset({DECISION_FACTORS, MAIN_REASON})


@dataclass(frozen=True, slots=True)
class Row:
    """A figure in words and as a bar.

    Attributes:
        label: What it is of.
        words: The figure, or why it is withheld.
        interval: Where the true value may lie; empty where that is not known.
        base: How many stand behind it; empty likewise.
        note: Whose answers they are, or what else must be known; empty when nothing.
        benchmark: The median of the peers; empty where there is none.
        bar: None where the figure is withheld.
        about: A word more: what the figure counts, or what usually helps.
        code: Of what it is, where something can be done about it from the page.
    """

    label: str
    words: str
    interval: str
    base: str
    note: str
    benchmark: str
    bar: Bar | None
    about: str = ""
    code: str = ""


def make_row(
    label: str,
    statistic: Statistic,
    scale: Scale | None,
    *,
    median: Statistic | None = None,
    counted: str = "answers",
    about: str = "",
) -> Row:
    """Return a figure in words, and as a bar if it has a value and a scale."""
    shown = statistic["__typename"] == "Figure"
    return Row(
        label=label,
        words=figure(statistic),
        interval=interval(statistic),
        base=base(statistic, counted),
        note=statistic.get("note") or "",
        benchmark="" if median is None else figure(median),
        bar=make_bar(
            scale,
            statistic["value"],
            lower=statistic["lower"],
            upper=statistic["upper"],
            benchmark=None if median is None else median["value"],
        )
        if shown and scale is not None
        else None,
        about=about,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, with a row for each thing that was rated or could be chosen.

    Attributes:
        wording: Of the question.
        ends: The lowest and the highest point of its scale; None where options were chosen.
        rows: In the order of the form.
    """

    wording: str
    ends: tuple[int, int] | None
    rows: tuple[Row, ...]


def make_questions(questions: Sequence[Mapping[str, Any]]) -> list[Question]:
    """Return the questions that have figures; the rows of a matrix stand together."""
    asked = [one for one in questions if one["concept"] not in _REASON_CONCEPTS]
    found = []
    for _, group in groupby(asked, key=lambda one: one["code"]):
        rows = list(group)
        first = rows[0]
        if first["mean"] is not None:
            found.append(_rating(rows))
        elif first["distribution"] is not None:
            found.append(_options(first))
    return found


def _rating(rows: Sequence[Mapping[str, Any]]) -> Question:
    lowest, highest = rows[0]["lowestPoint"], rows[0]["highestPoint"]
    scale = Scale(lowest, highest)
    return Question(
        rows[0]["wording"],
        (lowest, highest),
        tuple(
            make_row(
                one["rowWording"] or "All who answered",
                one["mean"],
                scale,
                about=figure(one["favourable"])
                if one["favourable"]["__typename"] == "Figure"
                else "",
            )
            for one in rows
        ),
    )


def _options(one: Mapping[str, Any]) -> Question:
    shares = [(" or ".join(run["wordings"]), run["share"]) for run in one["distribution"]]
    scale = share_scale(share.get("upper") or share.get("value") or 0.0 for _, share in shares)
    rows = tuple(make_row(words, share, scale) for words, share in shares)
    return Question(one["wording"], None, rows)
