"""A load generator: keeps connections open and sends the next request when an answer is there."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


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
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    until = started + seconds if seconds is not None else float("inf")
    asking = [_Asking(taken, until, times, loop.create_future()) for _ in range(connections)]
    for one in asking:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(one.done for one in asking))
    return Sent(time.perf_counter() - started, times)


class _Asking(asyncio.Protocol):
    """One connection: sends the next request as soon as an answer is there.

    It does as little as it can, because it has to be faster than any server that it measures.
    """

    def __init__(
        self,
        requests: Iterator[bytes],
        until: float,
        times: list[float],
        done: "asyncio.Future[None]",
    ) -> None:
        self.done = done
        self._requests, self._until, self._times = requests, until, times
        self._received = bytearray()
        # How long the whole answer is, once that is known.
        self._length: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._length is None:
            self._length = _length_of(self._received)
        if self._length is None or len(self._received) < self._length:
            return
        now = time.perf_counter()
        self._times.append(now - self._sent_at)
        answer = self._received
        if not answer.startswith(b"HTTP/1.1 200") or b'"errors":' in answer:
            self._end(BadAnswer(answer[:900].decode("utf-8", "replace")))
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or BadAnswer("the connection was closed"))

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        sent = next(self._requests, None) if self._sent_at < self._until else None
        if sent is None:
            self._end(None)
            return
        self._received, self._length = bytearray(), None
        self._transport.write(sent)

    def _end(self, problem: BadAnswer | None) -> None:
        if problem is not None:
            self.done.set_exception(problem)
        else:
            self.done.set_result(None)
        self._transport.close()


def _length_of(received: bytearray) -> int | None:
    """Return how long an answer is of which this is the beginning, or None as long as it is open.

    One that comes in parts is as long as what has come when the last part has.
    """
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(received[:end]).lower()
    _, is_said, rest = head.partition(b"\r\ncontent-length:")
    if is_said:
        return end + 4 + int(rest.split(b"\r\n", 1)[0])
    return len(received) if received.endswith(b"\r\n0\r\n\r\n") else None
