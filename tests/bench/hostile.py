"""How fast hostile requests are refused, what they cost a normal one beside them, and in memory."""

import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psutil

from deploy import ports
from tenants.keys import Purpose
from tenants.model import new_id
from tenants.tokens import Token, make_token
from tests.api.hostile import INVALID, LARGE

TIMES = 5
SLOW_BODIES = 200
DOCUMENTS = 10_000
_NORMAL = {"query": "{ __typename }"}


def measure(report: Callable[[str, str], None]) -> None:
    """Send each hostile request some times; print the slowest, and the slowest normal one."""
    with serving() as (address, process):
        send(address, json.dumps(_NORMAL).encode())
        alone = [send(address, json.dumps(_NORMAL).encode())[0] for _ in range(50)]
        taken = {}
        for name, body in bodies().items():
            answers = [send(address, body) for _ in range(TIMES)]
            if not all(400 <= status < 500 and code for _, status, code in answers):
                sys.exit(f"{name} was answered with {answers[0][1:]}")
            taken[name] = statistics.median(seconds for seconds, _, _ in answers)
        beside = normal_beside(address)
        with slow_bodies(address):
            beside_slow = [send(address, json.dumps(_NORMAL).encode())[0] for _ in range(50)]
        begun = megabytes(process)
        # Whoever holds a link is known without a look-up, and gets plans like everybody.
        link = make_token(Purpose.LINK, Token(new_id(), new_id(), 1))
        for number in range(DOCUMENTS):
            send(address, json.dumps({"query": document(number)}).encode(), link)
        remembered = megabytes(process)
    slowest = max(taken, key=taken.__getitem__)
    report(
        f"{len(taken)} hostile requests, the slowest: {slowest}", f"{1000 * taken[slowest]:.0f} ms"
    )
    report("a normal request alone, median", f"{1000 * statistics.median(alone):.1f} ms")
    report(
        "a normal request beside all of them, median", f"{1000 * statistics.median(beside):.1f} ms"
    )
    report("a normal request beside all of them, slowest", f"{1000 * max(beside):.0f} ms")
    report(
        f"a normal request beside {SLOW_BODIES} bodies that do not end, slowest",
        f"{1000 * max(beside_slow):.0f} ms",
    )
    report(
        f"memory before and after {DOCUMENTS:,} distinct documents",
        f"{begun:.0f} and {remembered:.0f} MB",
    )


def bodies() -> Mapping[str, bytes]:
    """Return the hostile requests by what they are."""
    documents = {**LARGE, **INVALID}
    deep = b"[" * 50_000 + b"]" * 50_000
    return {
        **{name: json.dumps({"query": text}).encode() for name, text in documents.items()},
        "50,000-deep JSON": deep,
        "50,000-deep variables": b'{"query": "{ __typename }", "variables": {"a": ' + deep + b"}}",
        "invalid UTF-8": b'{"query": "{ \xff }"}',
        "null": b"null",
        "256 KiB of nothing": b" " * (256 * 1024 + 1),
    }


def document(number: int) -> str:
    """Return a document that no other number has: as long as those of front-ends are."""
    fields = "status invitedOn offer { jobTitle status } candidate { firstName lastName }"
    return f"""query Number{number} {{ viewer {{ id name }} organisation(slug: "of-{number}") {{
        name interviews(first: {1 + number % 50}) {{ totalCount nodes {{ id {fields} }} }} }} }}"""


@contextmanager
def slow_bodies(address: str) -> Iterator[None]:
    """Begin requests whose bodies do not end, and hold them during the block."""
    place = urlsplit(address)
    head = (
        f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    with ExitStack() as stack:
        for _ in range(SLOW_BODIES):
            held = socket.create_connection((place.hostname or "", place.port or 80))
            stack.enter_context(held).sendall(head.encode())
        yield


def megabytes(process: "subprocess.Popen[bytes]") -> float:
    """Return the resident memory of a process."""
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20


def normal_beside(address: str) -> list[float]:
    """Return how long normal requests take while another client sends the hostile ones."""
    done = threading.Event()

    def attack() -> None:
        for body in [*bodies().values()] * TIMES:
            send(address, body)
        done.set()

    attacker = threading.Thread(target=attack)
    attacker.start()
    taken = []
    while not done.is_set():
        taken.append(send(address, json.dumps(_NORMAL).encode())[0])
    attacker.join()
    return taken


def send(address: str, body: bytes, token: str | None = None) -> tuple[float, int, str | None]:
    """Return how long a request takes, with which status and code it is answered."""
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    started = time.perf_counter()
    try:
        with urlopen(Request(address, body, headers)) as answer:
            return time.perf_counter() - started, answer.status, None
    except HTTPError as error:
        told = json.load(error)
        seconds = time.perf_counter() - started
        return seconds, error.code, told["errors"][0]["extensions"]["code"]


@contextmanager
def serving() -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Serve the API as its operator does; yields GraphQL's address and the process."""
    listener = ports.listen(0)
    port = listener.getsockname()[1]
    listener.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "serve", "--port", str(port)],
    )
    try:
        for _ in range(900):
            try:
                urlopen(f"http://127.0.0.1:{port}/healthz").close()
                break
            except URLError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/graphql", process
    finally:
        process.terminate()
        process.wait()
