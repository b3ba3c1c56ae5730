"""Reads and one write, ours beside others over the same tables, interleaved."""

import asyncio
import itertools
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from sqlalchemy import create_engine, text

from tenants import db
from tenants.settings import get_settings
from tests.bench import client
from tests.bench.load import Loaded, load
from tests.bench.operations import OPERATIONS, SERVERS, Answers, comparable, requests
from tests.bench.servers import Server, running

CONNECTIONS: Final = (1, 16, 64)
_TEXTS: Final = ("positives", "concerns", "improvements_interviews", "improvements_interviewers")
_MORE_TEXTS: Final = ("improvements_process", "improvements_experience", "observations_hr", "other")
ANSWERS: Final[Answers] = [
    {"code": "main_reason", "choice": "PAY_BASE"},
    {"code": "destination", "choice": "OTHER_EMPLOYER"},
    {"code": "recommendation", "scale": 7},
    *({"code": code, "text": f"What was written about {code}."} for code in _TEXTS + _MORE_TEXTS),
    {"code": "observations_organisation", "text": "Somebody might answer sooner."},
]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is loaded and for how long each server is asked.

    Attributes:
        organisations: How many.
        interviews: Answered ones in each.
        published: Organisations with an edition, which are those that are asked.
        seconds: For one number.
        submissions: Instead of seconds, for one number of M1.
        rounds: How often all of it is measured, one server after the other.
    """

    organisations: int = 50
    interviews: int = 2_000
    published: int = 10
    seconds: float = 2.0
    submissions: int = 300
    rounds: int = 2

    @property
    def waiting(self) -> int:
        """Cases in each organisation that a candidate can still answer: M1 takes a new one."""
        used = (self.submissions * len(CONNECTIONS) * self.rounds + 1) * len(SERVERS)
        return 1 + ceil(used / self.organisations)


@dataclass(slots=True)
class Measured:
    """What was measured of one operation, server and number of connections."""

    runs: list[client.Sent] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def per_second(self) -> float:
        """The median of the rounds, in answers each second."""
        return statistics.median(run.per_second for run in self.runs)


Results = dict[str, dict[str, dict[int, Measured]]]


async def measure(scale: Scale) -> Results:
    """Load, start every server, and return what was measured."""
    organisations = await load(
        organisations_count=scale.organisations,
        interviews=scale.interviews,
        waiting=scale.waiting,
    )
    published = organisations[: scale.published]
    for one in published:
        _publish(one)
    _vacuum()
    links = iter([(one, token, str(case)) for one in organisations for token, case in one.links])
    with running() as servers:
        await _check_equal(servers, published, links)
        results: Results = {name: {} for name in OPERATIONS}
        for operation, _ in itertools.product(OPERATIONS, range(scale.rounds)):
            for connections, server in itertools.product(CONNECTIONS, servers):
                sent = requests(server.name, operation, published, links, ANSWERS)
                writes = operation == "M1"
                await _measure(
                    results[operation],
                    server,
                    sent,
                    connections=connections,
                    seconds=None if writes else scale.seconds,
                    count=scale.submissions if writes else None,
                )
    return results


async def _measure(
    results: dict[str, dict[int, Measured]],
    server: Server,
    sent: Iterator[bytes],
    *,
    connections: int,
    seconds: float | None,
    count: int | None,
) -> None:
    measured = results.setdefault(server.name, {}).setdefault(connections, Measured())
    before = server.cpu_seconds()
    run = await client.load(
        server.port, sent, connections=connections, seconds=seconds, count=count
    )
    measured.runs.append(run)
    measured.cpu.append((server.cpu_seconds() - before) / run.seconds)
    measured.megabytes = server.megabytes()


async def _check_equal(
    servers: list[Server], organisations: list[Loaded], links: Iterator[Any]
) -> None:
    """Ask every server for the same, which warms it, and compare.

    Raises:
        SystemExit: Two say different things.
    """
    for operation in OPERATIONS:
        said = {}
        for server in servers:
            sent = requests(server.name, operation, organisations[:1], links, ANSWERS)
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**22)
            body = await client.ask(reader, writer, next(sent))
            writer.close()
            said[server.name] = comparable(server.name, operation, body)
        first = said["afterword"]
        for name, other in said.items():
            if other != first:
                sys.exit(f"{operation}: {name} says {other!r:.900}, we say {first!r:.900}")


def _publish(one: Loaded) -> None:
    command = [sys.executable, "-m", "deploy.cli", "publish", "insights"]
    subprocess.run(
        [*command, "--organisation", one.slug, "--as-of", "2028-01"],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _vacuum() -> None:
    """Tell PostgreSQL's planner what it has been given."""
    owner = create_engine(
        db.psycopg_url(get_settings().database_url or ""), isolation_level="AUTOCOMMIT"
    )
    with owner.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.dispose()


def table(results: Results) -> str:
    """Return the results for people, with how many times as fast as each other we are."""
    head = f"{'':4}{'connections':>12}{'':2}{'server':<14}{'req/s':>9}{'spread':>16}"
    lines = [f"{head}{'ours is':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU':>6}{'MB':>6}"]
    for operation, servers in results.items():
        for connections in CONNECTIONS:
            ours = servers["afterword"][connections].per_second
            for name, counted in servers.items():
                one = counted[connections]
                rates = [run.per_second for run in one.runs]
                spread = f"{min(rates):.0f}-{max(rates):.0f}"
                last = one.runs[-1]
                lines.append(
                    f"{operation:4}{connections:>12}  {name:<14}{one.per_second:>9.0f}{spread:>16}"
                    f"{ours / one.per_second:>8.2f}x{1000 * last.at(0.5):>9.1f}"
                    f"{1000 * last.at(0.99):>9.1f}{100 * max(one.cpu):>5.0f}%{one.megabytes:>6.0f}"
                )
    return "\n".join(lines)


def as_json(results: Results) -> str:
    """Return the results for programs: answers each second."""
    return json.dumps(
        {
            operation: {
                name: {str(number): round(one.per_second, 1) for number, one in counted.items()}
                for name, counted in servers.items()
            }
            for operation, servers in results.items()
        }
    )
