"""Calls to addresses that a customer chose never lead into our own network."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx2
import pytest

from api.auth import outgoing
from api.auth.outgoing import LONGEST_ANSWER, PublicTransport, Unreachable, is_public, resolve
from tenants.settings import get_settings


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing binds to it.
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, *, public: bool) -> None:
    assert is_public(address) is public


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, list[str]], None]:
    known: dict[str, list[str]] = {}

    async def look_up(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(None, None, None, "", (one, port)) for one in known[host]]

    def say(host: str, addresses: list[str]) -> None:
        known[host] = addresses
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)

    return say


async def test_one_address_that_is_not_public_closes_the_name(
    names: Callable[[str, list[str]], None],
) -> None:
    names("both.example", ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(Unreachable, match="not a public address"):
        await resolve("both.example", 443)
    names("open.example", ["93.184.215.14"])
    assert await resolve("open.example", 443) == "93.184.215.14"
    names("nowhere.example", [])
    with pytest.raises(Unreachable):
        await resolve("nowhere.example", 443)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "address",
    [
        "http://93.184.215.14/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
    ],
)
async def test_nothing_is_sent_to_where_it_must_not_go(address: str) -> None:
    transport = PublicTransport()
    async with httpx2.AsyncClient(transport=transport) as client:
        with pytest.raises(Unreachable):
            await client.get(address)


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[None]:
    assert database
    monkeypatch.setenv("REACH_PRIVATE_ADDRESSES", "true")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
async def server() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve what the path says: a redirect, too much, nothing for ever, or what was asked."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head)
        path = head.split(b" ")[1]
        if path == b"/elsewhere":
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n")
        elif path == b"/much":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LONGEST_ANSWER + 1))
        elif path == b"/never":
            await asyncio.sleep(60)
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"http://localhost:{port}", asked
    server.close()


@pytest.mark.usefixtures("private")
async def test_redirects_are_not_followed_and_answers_are_bounded(
    server: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = server
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)
    async with httpx2.AsyncClient(transport=PublicTransport()) as client:
        found = await client.get(f"{address}/document")
        assert (found.status_code, found.json()) == (200, {})
        assert f"host: {address.removeprefix('http://')}".encode() in asked[0].lower()
        assert b"accept-encoding: identity" in asked[0].lower()
        assert (await client.get(f"{address}/elsewhere")).status_code == 302
        assert len(asked) == 2
        with pytest.raises(Unreachable, match="too long"):
            await client.get(f"{address}/much")
        with pytest.raises(Unreachable, match="TimeoutError"):
            await client.get(f"{address}/never")
