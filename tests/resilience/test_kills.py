"""Everything that can be killed is killed while a thousand candidates answer; nothing is lost."""

import asyncio
import email
import email.policy
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from sqlalchemy import URL, Connection, create_engine, text

CANDIDATES = 1000
AT_ONCE = 16
KILLED = ("worker", "scheduler", "valkey-server")
SERVERS = {"DATABASE_URL", "REDIS_URL", "RABBITMQ_URL", "SECRET_KEY"}
PLACES = ("counted", "waiting", "held")
PAUSE_SECONDS = 4.0
PATIENCE_SECONDS = 150.0

SUBMIT = """
mutation ($input: SubmitResponseInput!) {
  submitResponse(input: $input) { receiptCode userErrors { code field } }
}
"""
ANSWERS = [
    {"questionCode": "main_reason", "value": {"choice": {"code": "PROCESS_SLOW"}}},
    {"questionCode": "recommendation", "value": {"scale": 6}},
]


@dataclass
class Demo:
    """A running demo, as its user sees it."""

    process: subprocess.Popen[str]
    data: Path
    links: dict[str, Any]

    def part(self, name: str) -> psutil.Process | None:
        """Return the process of a part, by a word of its command line."""
        for child in psutil.process_iter(["cmdline"]):
            words = child.info["cmdline"] or []
            if name in " ".join(words) and self._is_mine(child):
                return child
        return None

    def _is_mine(self, child: psutil.Process) -> bool:
        try:
            return self.process.pid in [one.pid for one in child.parents()]
        except psutil.Error:
            return False


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Start a demo on servers of its own; stop it with Ctrl-C afterwards."""
    # pytest's own folders are closed to the account that the servers run as under root.
    data = Path(tempfile.mkdtemp(prefix="afterword-kills-"))
    data.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name not in SERVERS} | {
        "JOB_LEASE_SECONDS": "5"
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "demo", "--json", "--port", "0", "--data", str(data)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        yield Demo(process, data, json.loads(line))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()
        shutil.rmtree(data)


def _signed(body: bytes, secret: str) -> str:
    return "sha256 " + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _events(number: int) -> list[dict[str, Any]]:
    """Return what Greenhouse posts of one refusal."""
    application = {
        "id": 700_000 + number,
        "prospect": False,
        "status": "active",
        "candidate": {
            "id": 800_000 + number,
            "first_name": "Sam",
            "last_name": f"Number {number}",
            "email_addresses": [{"value": f"sam{number}@example.com", "type": "personal"}],
        },
        "jobs": [{"id": 1, "name": "Designer", "departments": [{"name": "Design"}]}],
    }
    resolved_at = datetime.now(UTC) - timedelta(days=1)
    offer = {
        "id": 900_000 + number,
        "application_id": 700_000 + number,
        "version": 1,
        "sent_on": f"{resolved_at:%Y-%m-%d}",
        "resolved_at": f"{resolved_at:%Y-%m-%dT%H:%M:%SZ}",
        "offer_status": "Rejected",
    }
    return [
        {"action": "new_candidate_application", "payload": {"application": application}},
        {"action": "offer_updated", "payload": offer},
    ]


async def _insist(request: Any) -> httpx2.Response:
    """Send until somebody answers: a client that was cut off asks again."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            response: httpx2.Response = await request()
            if response.status_code < 500:
                return response
        except httpx2.TransportError:
            pass
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


@asynccontextmanager
async def _killing(demo: Demo) -> AsyncIterator[list[str]]:
    """Kill each part with -9 in turn, twice, with time to come back in between."""
    killed: list[str] = []

    async def kill() -> None:
        for name in KILLED * 2:
            await asyncio.sleep(PAUSE_SECONDS)
            while (victim := demo.part(name)) is None:  # noqa: ASYNC110 - of another process.
                await asyncio.sleep(0.2)
            victim.kill()
            killed.append(name)

    task = asyncio.create_task(kill())
    try:
        yield killed
    finally:
        task.cancel()


async def test_nothing_is_lost_when_parts_are_killed_while_candidates_answer(demo: Demo) -> None:
    links = demo.links
    limit = asyncio.Semaphore(AT_ONCE)
    chooser = random.Random(5)  # noqa: S311 - no secret.
    before = _counts(demo)
    sum_before = before["responses"] + before["held"]
    seeded = _publish(demo, date(2000, 1, 1))
    counted_before, of_slug = seeded["counted"], sum(seeded[one] for one in PLACES)
    async with httpx2.AsyncClient(timeout=30) as http, _killing(demo) as killed:

        async def refuse(number: int) -> None:
            async with limit:
                for event in _events(number):
                    body = json.dumps(event).encode()
                    headers = {"Signature": _signed(body, links["greenhouse"]["secret"])}
                    answer = await _insist(
                        lambda body=body, headers=headers: http.post(
                            links["greenhouse"]["url"], content=body, headers=headers
                        )
                    )
                    assert answer.status_code == 200, answer.text

        async def respond(token: str) -> None:
            code = hashlib.sha256(token.encode()).hexdigest()[:24]
            choice = chooser.choice(("ATTRIBUTED", "CONFIDENTIAL", "ANONYMOUS"))
            body = {
                "query": SUBMIT,
                "variables": {
                    "input": {"answers": ANSWERS, "confidentiality": choice, "receiptCode": code}
                },
            }
            async with limit:
                answer = await _insist(
                    lambda: http.post(
                        links["graphql"], json=body, headers={"Authorization": f"Bearer {token}"}
                    )
                )
            assert answer.json()["data"]["submitResponse"] == {
                "receiptCode": code,
                "userErrors": [],
            }

        await asyncio.gather(*(refuse(number) for number in range(CANDIDATES)))
        answered: set[str] = set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(answered) < CANDIDATES:
            assert time.monotonic() < deadline, len(answered)
            fresh = {
                path.name: token
                for path in (demo.data / "outbox").glob("*.eml")
                if path.name not in answered and (token := _link_of_ours(path)) is not None
            }
            await asyncio.gather(*(respond(token) for token in fresh.values()))
            answered |= set(fresh)
            await asyncio.sleep(0.2)
    after = _counts(demo)
    assert set(killed) == set(KILLED)
    assert after["responses"] + after["held"] - sum_before == CANDIDATES
    assert after["retried"] > 0
    _flush_now(demo)
    flushed = _counts(demo)
    assert flushed["held_here"] < 5
    assert flushed["responses"] + flushed["held"] - sum_before == CANDIDATES
    # And every one of them is accounted for when the figures of their window are published.
    published = _publish(demo, datetime.now(UTC).date() + timedelta(days=366))
    assert sum(published[one] for one in PLACES) - of_slug == CANDIDATES
    assert published["counted"] - counted_before > CANDIDATES / 2


def _link_of_ours(path: Path) -> str | None:
    """Return the token in a mail to one of the thousand, or None."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if not str(mail["To"]).startswith("sam"):
        return None
    part = mail.get_body(("plain",))
    found = re.search(r"/i/([\w-]+)", str(part.get_content() if part else ""))
    assert found is not None
    return found[1]


def _counts(demo: Demo) -> dict[str, int]:
    slug = demo.links["organisation"]
    with _owner(demo) as connection:
        return {
            name: connection.execute(text(statement), {"slug": slug}).scalar_one()
            for name, statement in {
                "responses": "SELECT count(*) FROM responses",
                "held": "SELECT count(*) FROM held_submissions",
                "held_here": "SELECT count(*) FROM held_submissions WHERE organisation_id ="
                " (SELECT id FROM organisations WHERE slug = :slug)",
                "retried": "SELECT count(*) FROM jobs WHERE attempts > 1",
            }.items()
        }


def _publish(demo: Demo, as_of: date) -> dict[str, Any]:
    """Publish the organisation's editions as if a month had ended; return what is printed."""
    words = ["publish", "insights", "--organisation", demo.links["organisation"]]
    words += ["--as-of", f"{as_of:%Y-%m}", "--data", str(demo.data), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *words],
        env={name: value for name, value in os.environ.items() if name not in SERVERS},
        capture_output=True,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _flush_now(demo: Demo) -> None:
    """Make the scheduled flush due, and wait until it has been."""
    with _owner(demo) as connection:
        connection.execute(
            text("UPDATE schedule SET last_run_at = now() - interval '2 days' WHERE name = :name"),
            {"name": "interviews.flush"},
        )
        connection.commit()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _counts(demo)["held_here"] >= 5:
        assert time.monotonic() < deadline
        time.sleep(0.5)


@contextmanager
def _owner(demo: Demo) -> Iterator[Connection]:
    """Connect as the owner of the demo's database, who sees everything."""
    state = json.loads((demo.data / "state.json").read_text())
    engine = create_engine(
        URL.create(
            "postgresql+psycopg",
            "postgres",
            state["database_password"],
            "127.0.0.1",
            state["database_port"],
            "afterword",
        )
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()
