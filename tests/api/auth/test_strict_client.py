"""A client from npm that checks each answer against the RFCs, over real connections."""

import asyncio
import json
from pathlib import Path

import pytest

from tenants.settings import get_settings
from tests.api.auth.oauth_world import (
    AUTHORIZE,
    CALLBACK,
    decide,
    make_front_end,
    make_machine,
)
from tests.api.pages.browsing import session_of
from tests.api.test_audits import serving
from tests.factories import make_client
from tests.npm import installed

SCRIPT = Path(__file__).with_name("strict_client.mjs")


@pytest.mark.usefixtures("connection")
async def test_a_strict_client_finds_nothing_to_object_to(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = await asyncio.to_thread(installed, "oauth4webapi@3.8.8")
    client = await make_client()
    async with serving() as address:
        issuer = address.removesuffix("/graphql")
        monkeypatch.setenv("PUBLIC_URL", issuer)
        get_settings.cache_clear()
        board = await make_front_end(client)
        machine = await make_machine(client)
        given = {
            "issuer": issuer,
            "callback": CALLBACK,
            "frontEnd": {"id": board.client_id},
            "machine": {"id": machine.client_id, "secret": machine.secret},
        }
        node = await asyncio.create_subprocess_exec(
            *("node", "--input-type=module", "-e", SCRIPT.read_text("utf-8"), json.dumps(given)),
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert node.stdin is not None
        assert node.stdout is not None
        asked = (await node.stdout.readline()).decode().strip()
        if asked:
            assert asked.startswith(f"{issuer}{AUTHORIZE}?")
            page = await decide(await session_of(client.hr), asked.removeprefix(issuer))
            node.stdin.write(f"{page.location}\n".encode())
        out, err = await node.communicate()
    monkeypatch.undo()
    get_settings.cache_clear()
    assert node.returncode == 0, err.decode()[-2000:]
    assert json.loads(out) == {
        "machine": {"kind": "INTEGRATION", "name": "Reporting"},
        "machineScope": "offers:read",
        "active": True,
        "person": {"kind": "PERSON", "name": f"Hr of {client.slug}"},
        "personScope": "offers:read insights:read",
        "rotated": True,
        "refused": "invalid_grant",
    }
