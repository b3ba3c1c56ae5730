"""What an import leaves in the database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Forbidden
from tenants.imports import service
from tenants.imports.coding import CodedResponse, Coding
from tenants.imports.mapping import ResponseMapping
from tenants.imports.occurrences import counting
from tenants.imports.service import Destination
from tenants.imports.tables import Row
from tenants.imports.wording import make_definition
from tenants.model import new_id
from tests.factories import Client, make_client
from tests.tenants.imports.surveys import HEADER, cells, empty, make_mapping


def _responses(mapping: ResponseMapping, *rows: list[str]) -> list[CodedResponse]:
    with counting() as occurrences:
        coding = Coding(mapping, make_definition(mapping), HEADER, occurrences)
        coded = [coding.code(Row(line, row)) for line, row in enumerate(rows, start=2)]
    return [one for one in coded if isinstance(one, CodedResponse)]


async def _prepare(
    mapping: ResponseMapping, organisation_id: UUID, *, create: bool = False
) -> Destination:
    return await run(
        service.prepare_organisation,
        Viewer.job(organisation_id),
        organisation_id=organisation_id,
        create=mapping.organisations["Birch"] if create else None,
        code="old_survey",
        definition=make_definition(mapping),
    )


async def _import(
    destination: Destination, responses: list[CodedResponse], source: str = "old-survey"
) -> int:
    return await run(
        service.import_responses,
        Viewer.job(destination.organisation_id),
        destination=destination,
        source=source,
        language="en",
        responses=responses,
    )


async def _rows(connection: AsyncConnection, statement: str, organisation_id: UUID) -> list[Any]:
    await connection.execute(text(f"SET LOCAL app.organisations = '{{{organisation_id}}}'"))
    return [tuple(row) for row in await connection.execute(text(statement))]


@pytest.fixture
async def client(connection: AsyncConnection) -> Client:
    del connection
    return await make_client()


async def test_a_new_organisation_begins_when_the_mapping_says(
    connection: AsyncConnection,
) -> None:
    mapping = make_mapping(new_id().hex)
    organisation_id = new_id()
    destination = await _prepare(mapping, organisation_id, create=True)
    assert await _rows(
        connection,
        "SELECT slug, name, industry, size_band, region, language, created_at FROM organisations",
        organisation_id,
    ) == [
        (
            mapping.organisations["Birch"].slug,
            "Birch",
            "FINANCE",
            "UNDER_250",
            "AMERICAS",
            "de",
            datetime(2016, 1, 1, tzinfo=UTC),
        )
    ]
    assert await _rows(connection, "SELECT action, subject FROM audit_events", organisation_id) == [
        ("import.started", None)
    ]
    assert set(destination.question_ids) == {one.code for one in mapping.questions}


async def test_a_response_is_kept_with_every_answer_and_nothing_that_leads_back(
    connection: AsyncConnection, client: Client
) -> None:
    mapping = make_mapping()
    destination = await _prepare(mapping, client.organisation_id)
    assert await _import(destination, _responses(mapping, cells())) == 1
    ((response_id, *response),) = await _rows(
        connection,
        """
        SELECT id, questionnaire_version_id, interview_id, confidentiality, submitted_month,
               submitted_on, language, segment, edition_id, source FROM responses
        """,
        client.organisation_id,
    )
    assert response == [
        destination.version_id,
        None,
        "CONFIDENTIAL",
        date(2018, 12, 1),
        None,
        "en",
        "Sales",
        None,
        "old-survey",
    ]
    # A random one, where uuid7 would tell the order of the rows.
    assert response_id.version == 4
    answers = await _rows(
        connection,
        """
        SELECT q.code, a.state, a.do_not_quote, concat_ws(' ', a.choice, a.choices::text,
               a.other_text, a.scale::text, a.number::text, a.text, a.matrix::text,
               a.boolean::text, a.date::text)
        FROM answers a JOIN questions q ON q.organisation_id = a.organisation_id
             AND q.id = a.question_id ORDER BY q.position
        """,
        client.organisation_id,
    )
    assert answers == [
        ("factors", "ANSWERED", False, "{PAY_BASE}"),
        ("any_money", "ANSWERED", False, "{MONEY}"),
        ("main", "ANSWERED", False, "PAY_BASE"),
        ("views", "ANSWERED", False, '{"PACE": 2}'),
        ("nps", "ANSWERED", False, "9"),
        ("again", "ANSWERED", False, "true"),
        ("note", "ANSWERED", True, "All fine"),
        ("choice", "ANSWERED", True, "{JOB,OTHER} a sabbatical"),
        ("days", "ANSWERED", False, "12.5"),
        ("left", "ANSWERED", False, "2018-05-31"),
    ]


async def test_what_was_not_answered_is_kept_as_skipped(
    connection: AsyncConnection, client: Client
) -> None:
    mapping = make_mapping()
    destination = await _prepare(mapping, client.organisation_id)
    assert await _import(destination, _responses(mapping, empty())) == 1
    counted = "SELECT state, count(*) FROM answers GROUP BY state"
    assert await _rows(connection, counted, client.organisation_id) == [("SKIPPED", 10)]


async def test_a_record_is_imported_once(connection: AsyncConnection, client: Client) -> None:
    mapping = make_mapping(column='column = "id"\nrepeated = "number"')
    destination = await _prepare(mapping, client.organisation_id)
    first = _responses(mapping, cells(), cells(), cells(id="r2"))
    assert await _import(destination, first) == 3
    more = _responses(mapping, cells(), cells(), cells(id="r2"), cells(), cells(id="r3"))
    assert await _import(destination, more) == 2
    # The same ids of another source are other records.
    assert await _import(destination, first, source="newer-survey") == 3
    counted = "SELECT source, count(*), count(DISTINCT receipt_key) FROM responses GROUP BY 1"
    rows = await _rows(connection, f"{counted} ORDER BY 1", client.organisation_id)
    assert rows == [("newer-survey", 3, 3), ("old-survey", 5, 5)]
    answers = "SELECT count(*) FROM answers"
    assert await _rows(connection, answers, client.organisation_id) == [(80,)]


async def test_the_same_questionnaire_stays_one_version_and_a_changed_one_is_the_next(
    connection: AsyncConnection, client: Client
) -> None:
    first = await _prepare(make_mapping(), client.organisation_id)
    assert await _prepare(make_mapping(), client.organisation_id) == first
    changed = await _prepare(make_mapping(wording='wording = "Other"'), client.organisation_id)
    assert changed.version_id != first.version_id
    assert await _prepare(make_mapping(), client.organisation_id) == first
    versions = await _rows(
        connection,
        """
        SELECT q.code, v.number, v.state FROM questionnaire_versions v
        JOIN questionnaires q ON q.id = v.questionnaire_id ORDER BY 1, 2
        """,
        client.organisation_id,
    )
    assert versions == [
        ("declined_offer", 1, "PUBLISHED"),
        ("old_survey", 1, "PUBLISHED"),
        ("old_survey", 2, "PUBLISHED"),
    ]


async def test_only_a_job_of_the_organisation_imports(client: Client) -> None:
    mapping = make_mapping()
    destination = await _prepare(mapping, client.organisation_id)
    other = Viewer.job(new_id())
    for viewer in (*client.people.values(), other):
        with pytest.raises(Forbidden, match="response:import"):
            await run(
                service.import_responses,
                viewer,
                destination=destination,
                source="s",
                language="en",
                responses=_responses(mapping, cells()),
            )
        with pytest.raises(Forbidden, match="response:import"):
            await run(
                service.prepare_organisation,
                viewer,
                organisation_id=client.organisation_id,
                create=None,
                code="old_survey",
                definition=make_definition(mapping),
            )


@pytest.mark.usefixtures("database")
def test_a_key_follows_from_everything_that_makes_a_record_one() -> None:
    one, other = new_id(), new_id()
    keys = {
        service.receipt_key(one, "s", "1", 1),
        service.receipt_key(other, "s", "1", 1),
        service.receipt_key(one, "t", "1", 1),
        service.receipt_key(one, "s", "11", 1),
        service.receipt_key(one, "s", "1", 11),
    }
    assert len(keys) == 5
    assert service.receipt_key(one, "s", "1", 1) in keys
