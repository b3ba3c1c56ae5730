"""A load generator: keeps connections open and sends the next request when an answer is there."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one run.

    Attributes:
        seconds: How long it took.
        times: Of each answer, in seconds.
    """

    seconds: float
    times: Sequence[float] = field(repr=False)

    @property
    def per_second(self) -> float:
        """Answers each second."""
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """Return the time within which that share of the answers came."""
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]


class BadAnswer(Exception):
    """A server did not answer 200, or said that something was wrong."""


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> bytes:
    """Return the body of the answer to one request.

    Raises:
        BadAnswer: It is not 200.
    """
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    if b"content-length:" in lowered:
        length = int(lowered.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await reader.readexactly(length)
    else:
        body = await _chunks(reader)
    if not head.startswith(b"HTTP/1.1 200"):
        raise BadAnswer(head[:40].decode(), body[:500].decode("utf-8", "replace"))
    return body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while True:
        size = int(await reader.readuntil(b"\r\n"), 16)
        body += await reader.readexactly(size)
        await reader.readexactly(2)
        if size == 0:
            return body


async def load(
    port: int,
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float | None = None,
    count: int | None = None,
) -> Sent:
    """Return how fast a server answers.

    Args:
        port: Where it listens.
        requests: What is sent, one after the other.
        connections: How many ask at a time.
        seconds: For how long; or
        count: how often.
    """
    taken = itertools.islice(requests, count) if count is not None else requests
    times: list[float] = []
    started = time.perf_counter()
    until = started + seconds if seconds is not None else float("inf")
    await asyncio.gather(*(_one(port, taken, until, times) for _ in range(connections)))
    return Sent(time.perf_counter() - started, times)


async def _one(port: int, requests: Iterator[bytes], until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    try:
        before = time.perf_counter()
        while before < until and (sent := next(requests, None)) is not None:
            body = await ask(reader, writer, sent)
            if b'"errors":' in body:
                raise BadAnswer(body[:500].decode())
            now = time.perf_counter()
            times.append(now - before)
            before = now
    finally:
        writer.close()
