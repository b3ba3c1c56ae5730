"""All audits of the npm package graphql-http, over a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from api.app import create_app
from tenants.settings import get_settings
from tests.npm import installed

AUDITS = 61
SCRIPT = """
const { serverAudits } = require("graphql-http");
const audits = serverAudits({ url: process.argv[1] });
Promise.all(audits.map((audit) => audit.fn())).then((results) => {
  const told = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
  console.log(JSON.stringify(told));
});
"""


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Serve the application on a free port; yields the address of GraphQL."""
    config = uvicorn.Config(create_app(), port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way.
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/graphql"
    server.should_exit = True
    await running


@pytest.mark.usefixtures("connection")
async def test_every_audit_is_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    """Audits ask for the schema as nobody, which a demo answers."""
    folder = await asyncio.to_thread(installed, "graphql-http@1.23.1", "graphql@16.15.0")
    monkeypatch.setenv("OUTBOX_DIR", "outbox")
    get_settings.cache_clear()
    async with serving() as address:
        node = await asyncio.create_subprocess_exec(
            "node", "-e", SCRIPT, address, cwd=folder, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await node.communicate()
    monkeypatch.undo()
    get_settings.cache_clear()
    results = json.loads(out)
    assert [one for one in results if one["status"] != "ok"] == []
    assert len({one["id"] for one in results}) == AUDITS
