"""Our own typed client, its examples as programs, and gql, against a served application."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from gql import Client as Gql
from gql import gql
from gql.transport.websockets import WebsocketsTransport

from afterword_client import Client as Typed
from afterword_client import Refused
from afterword_client.generate import generate
from afterword_client.operations import (
    open_interviews,
    record_offer_outcome,
    watch_organisation,
)
from api.pages.operations import document
from api.schema import sdl
from tests.api.asking import token_of
from tests.api.subscriptions.serving import EVENTS, latest
from tests.api.world import organisation_id_of
from tests.factories import Client, make_client, make_invited_candidate, make_offer

PYTHON = Path(__file__).parents[2] / "clients" / "python"
OPERATIONS = ("events", "insights", "interviews", "organisations", "record_offer_outcome")


def run_example(name: str, address: str, token: str, *arguments: str) -> list[str]:
    """Return what an example prints."""
    done = subprocess.run(
        [sys.executable, str(PYTHON / "examples" / f"{name}.py"), *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(PYTHON),
            "AFTERWORD_URL": f"http://{address}/graphql",
            "AFTERWORD_TOKEN": token,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def test_the_operations_are_made_from_the_schema() -> None:
    given = {f"{name}.graphql": document(f"examples/{name}") for name in OPERATIONS}
    made = generate(sdl(), given)
    kept = PYTHON / "afterword_client" / "operations.py"
    assert kept.read_text() == made, "to do: as README.md says under How to, Renew the client"


@pytest.mark.parametrize(
    "text",
    [
        "query A { nothing }",
        "{ viewer { name } }",
        "query A { viewer { id } } query B { viewer { id } }",
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_file(text: str) -> None:
    with pytest.raises(ValueError, match=r"^mine\.graphql: "):
        generate(sdl(), {"mine.graphql": text})


async def test_examples_run_as_they_stand(address: str) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    for _ in range(2):
        await make_invited_candidate(client)
    interviews = await asyncio.to_thread(run_example, "interviews", address, token, client.slug)
    assert [line.split()[:2] for line in interviews] == [["INVITED", "Engineer"]] * 2 + [
        ["2", "in"]
    ]
    figures = await asyncio.to_thread(run_example, "figures", address, token, client.slug)
    assert figures[1:] == [
        "decline rate 1.0 SHARE",
        "candidate NPS withheld: At least 5 answers are needed.",
    ]
    unknown = await asyncio.to_thread(run_example, "interviews", address, token, "unknown")
    assert unknown == ["unknown is unknown, or its interviews are not yours to see."]


async def test_a_typed_client_changes_watches_and_is_refused(address: str) -> None:
    client = await make_client()
    token, start = await token_of(client.hr), await latest(client)
    organisation = organisation_id_of(client)

    def use() -> tuple[Any, Any, str]:
        with Typed(f"http://{address}/graphql", token) as typed:
            recorded = record_offer_outcome(
                typed,
                input={
                    "organisationId": organisation,
                    "applicationId": "4711",
                    "status": "DECLINED",
                    "resolvedOn": f"{datetime.now(UTC):%Y-%m-%d}",
                    "candidate": {"email": "robin@candidates.example"},
                    "requisition": {"title": "Engineer"},
                },
            )
            told = next(watch_organisation(typed, organisation_id=organisation, after=start))
            with pytest.raises(Refused) as refused:
                next(watch_organisation(typed, organisation_id="unknown"))
        with (
            Typed(f"http://{address}/graphql", "unknown") as nobody,
            pytest.raises(Refused) as gone,
        ):
            open_interviews(nobody, slug=client.slug)
        assert gone.value.code == "UNAUTHENTICATED"
        return recorded, told, refused.value.code

    recorded, told, code = await asyncio.to_thread(use)
    offer = recorded["recordOfferOutcome"]["offer"]
    assert offer["status"] == "DECLINED"
    assert told["organisationEvents"]["offer"]["id"] == offer["id"]
    assert code == "NOT_FOUND"


async def test_gql_asks_and_watches(address: str) -> None:
    client: Client = await make_client()
    start = await latest(client)
    await make_offer(client)
    transport = WebsocketsTransport(
        url=f"ws://{address}/graphql",
        init_payload={"Authorization": f"Bearer {await token_of(client.hr)}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    async with Gql(transport=transport) as session:
        assert await session.execute(gql("{ viewer { kind } }")) == {"viewer": {"kind": "PERSON"}}
        watching = gql(EVENTS)
        watching.variable_values = {"organisation": organisation_id_of(client), "after": start}
        async for told in session.subscribe(watching):
            assert told["organisationEvents"]["__typename"] == "OfferChanged"
            break
