"""How fast hostile requests are refused, and what they cost a normal one beside them."""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from deploy import ports
from tests.api.hostile import INVALID, LARGE

TIMES = 5
_NORMAL = {"query": "{ __typename }"}


def measure(report: Callable[[str, str], None]) -> None:
    """Send each hostile request some times; print the slowest, and the slowest normal one."""
    with serving() as address:
        send(address, json.dumps(_NORMAL).encode())
        alone = [send(address, json.dumps(_NORMAL).encode())[0] for _ in range(50)]
        taken = {}
        for name, body in bodies().items():
            answers = [send(address, body) for _ in range(TIMES)]
            if not all(400 <= status < 500 and code for _, status, code in answers):
                sys.exit(f"{name} was answered with {answers[0][1:]}")
            taken[name] = statistics.median(seconds for seconds, _, _ in answers)
        beside = normal_beside(address)
    slowest = max(taken, key=taken.__getitem__)
    report(
        f"{len(taken)} hostile requests, the slowest: {slowest}", f"{1000 * taken[slowest]:.0f} ms"
    )
    report("a normal request alone, median", f"{1000 * statistics.median(alone):.1f} ms")
    report(
        "a normal request beside all of them, median", f"{1000 * statistics.median(beside):.1f} ms"
    )
    report("a normal request beside all of them, slowest", f"{1000 * max(beside):.0f} ms")


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


def send(address: str, body: bytes) -> tuple[float, int, str | None]:
    """Return how long a request takes, with which status and code it is answered."""
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    started = time.perf_counter()
    try:
        with urlopen(Request(address, body, headers)) as answer:
            return time.perf_counter() - started, answer.status, None
    except HTTPError as error:
        told = json.load(error)
        seconds = time.perf_counter() - started
        return seconds, error.code, told["errors"][0]["extensions"]["code"]


@contextmanager
def serving() -> Iterator[str]:
    """Serve the API as its operator does, in a process of its own; yields GraphQL's address."""
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
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        process.terminate()
        process.wait()
