"""A small survey of two organisations, as a mapping and as rows."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from tenants.imports.mapping import ResponseMapping, parse_mapping

HEADER = (
    "id",
    "client",
    "when",
    "team",
    "pay",
    "place",
    "none",
    "main",
    "pace",
    "respect",
    "nps",
    "again",
    "note",
    "choice",
    "other",
    "days",
    "left",
)
MAPPING = """
source = "old-survey"
consent_text = "Our figures may count."

[record]
column = "id"

[organisation]
column = "client"

[organisations."Acme Ltd"]
slug = "acme-{tag}"
name = "Acme"
spellings = ["ACME"]
family = "acme-family-{tag}"
consent = true
since = "2015-03"
industry = "TECHNOLOGY"
size_band = "FROM_250"
region = "EUROPE"

[organisations.Birch]
slug = "birch-{tag}"
name = "Birch"
since = "2016-01"
industry = "FINANCE"
size_band = "UNDER_250"
region = "AMERICAS"
language = "de"

[submitted]
column = "when"
form = "year"
year_means = 12
missing = ["unknown"]
missing_means = "2019-06"

[segment]
column = "team"
missing = ["-"]

[questionnaire]
code = "old_survey"
title = "Old survey"

[questionnaire.pages]
why = "Why"
rest = "The rest"

[[questions]]
code = "factors"
type = "MULTIPLE_CHOICE"
concept = "decision_factors"
wording = "Factors"
options = [
    "PAY_BASE",
    "LOCATION_COMMUTE",
    {{ code = "NONE", wording = "None", exclusive = true }},
]
chosen = ["x"]
not_chosen = ["-"]
columns = {{ pay = "PAY_BASE", place = "LOCATION_COMMUTE", none = "NONE" }}

[[questions]]
code = "any_money"
type = "MULTIPLE_CHOICE"
concept = "old.money"
wording = "Money or place"
options = [{{ code = "MONEY", wording = "Money" }}, {{ code = "PLACE", wording = "Place" }}]
chosen = ["x"]
not_chosen = ["-"]
columns = {{ pay = "MONEY", place = "PLACE" }}

[[questions]]
code = "main"
page = "rest"
type = "SINGLE_CHOICE"
wording = "Main one"
options = ["PAY_BASE", "LOCATION_COMMUTE"]
column = "main"
values = {{ Money = "PAY_BASE", Way = "LOCATION_COMMUTE" }}
prefer_not_to_say = ["secret"]

[[questions]]
code = "views"
page = "rest"
type = "MATRIX"
audience = "HR"
wording = "Views"
settings = {{ points = 3, labels = {{ 1 = "bad", 3 = "good" }} }}
options = [{{ code = "PACE", wording = "Pace" }}, {{ code = "RESPECT", wording = "Respect" }}]
columns = {{ pace = "PACE", respect = "RESPECT" }}
values = {{ bad = 1, so = 2, good = 3 }}
not_answered = ["n/a"]

[[questions]]
code = "nps"
page = "rest"
type = "RECOMMENDATION"
wording = "Recommend?"
settings = {{ labels = {{ 0 = "no", 10 = "yes" }} }}
column = "nps"

[[questions]]
code = "again"
page = "rest"
type = "BOOLEAN"
wording = "Again?"
column = "again"
values = {{ Yes = true, No = false }}

[[questions]]
code = "note"
page = "rest"
type = "LONG_TEXT"
wording = "Anything else"
column = "note"

[[questions]]
code = "choice"
page = "rest"
type = "MULTIPLE_CHOICE"
wording = "What instead"
options = [{{ code = "JOB", wording = "Job" }}, {{ code = "OTHER", wording = "Other" }}]
settings = {{ other_option = "OTHER" }}
column = "choice"
separator = ";"
other_column = "other"

[[questions]]
code = "days"
page = "rest"
type = "NUMBER"
wording = "Days"
settings = {{ minimum = 0, maximum = 400, decimals = 1, unit = "days" }}
column = "days"

[[questions]]
code = "left"
page = "rest"
type = "DATE"
wording = "Left on"
column = "left"
format = "%d.%m.%Y"
"""
_FULL = {
    "id": "r1",
    "client": "Acme Ltd",
    "when": "2018",
    "team": "Sales",
    "pay": "x",
    "place": "-",
    "none": "-",
    "main": "Money",
    "pace": "so",
    "respect": "n/a",
    "nps": "9",
    "again": "Yes",
    "note": "All fine",
    "choice": "OTHER; JOB",
    "other": "a sabbatical",
    "days": "12,5",
    "left": "31.05.2018",
}


def mapping_text(tag: str = "t", **sections: str) -> str:
    """Return the mapping for organisations of one tag, with some of its lines replaced.

    Args:
        tag: Part of every slug.
        **sections: What to put instead of the line that begins with the name and an equals sign;
            the first such line.
    """
    text = MAPPING.format(tag=tag)
    for name, line in sections.items():
        old = next(one for one in text.splitlines() if one.startswith(f"{name} ="))
        text = text.replace(old, line, 1)
    return text


def make_mapping(tag: str = "t", **sections: str) -> ResponseMapping:
    """Return the mapping, read."""
    return parse_mapping(mapping_text(tag, **sections).encode())


def cells(**changes: str) -> list[str]:
    """Return a full row with some cells changed."""
    return [({**_FULL, **changes})[name] for name in HEADER]


def empty(**changes: str) -> list[str]:
    """Return a row that answers nothing, with some cells changed."""
    blank = dict.fromkeys(HEADER, "") | {"id": "e1", "client": "Birch"}
    return [({**blank, **changes})[name] for name in HEADER]


def write_csv(path: Path, rows: Iterable[Sequence[str]], *, header: Sequence[str] = HEADER) -> Path:
    """Write a CSV file and return where."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path
