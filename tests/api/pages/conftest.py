"""The form as a client without a browser sees it: the whole application on a test's database."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2
import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright
from sqlalchemy.ext.asyncio import AsyncConnection

from api.app import create_app
from tests.factories import Client, Invited, make_client, make_invited_candidate

Values = Mapping[str, Sequence[str]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs Chromium and is slow")


@dataclass(frozen=True)
class Site:
    """The application, asked in process, without following where it leads."""

    http: httpx2.AsyncClient

    async def get(self, address: str, **headers: str) -> httpx2.Response:
        return await self.http.get(address, headers=headers)

    async def post(self, address: str, values: Values, **headers: str) -> httpx2.Response:
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        return await self.http.post(address, content=urlencode(values, doseq=True), headers=sent)


@pytest.fixture
async def site(connection: AsyncConnection) -> AsyncIterator[Site]:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    transport = httpx2.ASGITransport(app=create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        yield Site(http)


@pytest.fixture
async def client(connection: AsyncConnection) -> Client:
    del connection
    return await make_client(name="Northwind Robotics")


@pytest.fixture
async def candidate(client: Client) -> Invited:
    return await make_invited_candidate(client)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the test run."""
        yield


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("NOT TESTED IN A BROWSER: there is no chromium on the PATH; please install it")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


@pytest.fixture
async def address(connection: AsyncConnection) -> AsyncIterator[str]:
    """Serve the application on a free port, in the loop and the transaction of the test."""
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    config = uvicorn.Config(
        create_app(), lifespan="off", ws="none", log_config=None, access_log=False
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it.
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


def field_value(html: str, name: str) -> str:
    """Return the value of the only input of that name."""
    (found,) = re.findall(rf'<input [^>]*name="{re.escape(name)}" value="([^"]*)"', html)
    return str(found)
