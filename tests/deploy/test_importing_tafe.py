"""A real survey of twelve organisations, where its file is at hand: nothing of it gets lost."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy import importing
from tenants.access import Viewer
from tenants.db import run
from tenants.imports.mapping import parse_mapping
from tenants.imports.wording import make_definition
from tenants.organisations import queries as organisations

FILE = Path(__file__).parents[3] / "shared" / "data" / "surveys" / "tafe_survey.csv"
MAPPING = Path(__file__).parents[1] / "data" / "surveys" / "tafe.toml"
FACTORS = "Contributing Factors. "
OF_AN_ORGANISATION = text(
    """
    SELECT count(*), count(*) FILTER (WHERE a.state = 'ANSWERED'),
           count(*) FILTER (WHERE 'CAREER_PRIVATE' = ANY (a.choices))
    FROM answers a JOIN questions q ON q.organisation_id = a.organisation_id
         AND q.id = a.question_id
    WHERE q.concept = 'exit.contributing_factors'
    """
)


def test_the_mapping_stands_by_itself() -> None:
    mapping = parse_mapping(MAPPING.read_bytes())
    definition = make_definition(mapping)
    assert len(mapping.organisations) == 12
    assert len({one.family for one in mapping.organisations.values()}) == 12
    assert [(one.code, len(one.questions)) for one in definition.pages] == [
        ("leaving", 5),
        ("institute", 1),
        ("work_unit", 1),
        ("workplace", 5),
    ]
    rows = [
        len(definition.question(f"{page}_views").options) for page in ("institute", "work_unit")
    ]
    assert rows == [13, 17]


@pytest.mark.skipif(not FILE.exists(), reason="the survey's file is not part of this project")
async def test_the_survey_is_imported_as_it_is(connection: AsyncConnection) -> None:
    summary = await importing.import_responses(FILE, MAPPING)
    assert (summary.rows, summary.imported, summary.rejected) == (702, 702, 0)
    rows, answered, private = Counter[str](), Counter[str](), Counter[str]()
    years = Counter[str]()
    slugs = {
        name: one.slug for name, one in parse_mapping(MAPPING.read_bytes()).organisations.items()
    }
    with FILE.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            slug = slugs[row["Institute"]]
            rows[slug] += 1
            cells = [cell for name, cell in row.items() if name.startswith(FACTORS)]
            answered[slug] += any(cell not in {"", "-"} for cell in cells)
            private[slug] += "Career Move - Private Sector" in cells
            years[row["CESSATION YEAR"] or "2013"] += 1
    assert answered.total() == 702 - 274
    assert sorted(answered.values(), reverse=True)[:10] == [102, 85, 75, 43, 39, 36, 25, 11, 10, 2]
    months = Counter[str]()
    for slug in slugs.values():
        organisation_id = await run(
            organisations.find_organisation_id, Viewer.operator(), slug=slug
        )
        scope = f"SET LOCAL app.organisations = '{{{organisation_id}}}'"
        await connection.execute(text(scope))
        counted = (await connection.execute(OF_AN_ORGANISATION)).one()
        assert tuple(counted) == (rows[slug], answered[slug], private[slug]), slug
        of_months = await connection.execute(
            text("SELECT submitted_month, count(*) FROM responses GROUP BY 1")
        )
        months.update({f"{month:%Y-%m}": count for month, count in of_months})
    assert months == {f"{year}-12": count for year, count in years.items()}


@pytest.mark.skipif(not FILE.exists(), reason="the survey's file is not part of this project")
async def test_the_survey_is_imported_once(connection: AsyncConnection) -> None:
    del connection
    await importing.import_responses(FILE, MAPPING)
    again = await importing.import_responses(FILE, MAPPING)
    assert (again.imported, again.already_there, again.rejected) == (0, 702, 0)
