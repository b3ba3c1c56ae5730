"""The worker's jobs and a real mail relay."""

import smtplib
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Protocol
from uuid import UUID

import dramatiq
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AsyncIO

from tenants.settings import get_settings
from tests.jobs.bells import bells

__all__ = ["bells"]


@dataclass
class Relay:
    """A mail relay that keeps what it takes.

    Attributes:
        port: Where it listens.
        taken: Envelopes in the order of their arrival.
        refusal: What it says to the next message instead of taking it.
        greeted: How many connections said hello.
    """

    port: int
    taken: list[Envelope] = field(default_factory=list)
    refusal: str | None = None
    greeted: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd looks for this name.
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        replies: list[str],
    ) -> list[str]:
        """Count who says hello."""
        session.host_name = hostname
        self.greeted += 1
        return replies

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name.
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message, or refuse it."""
        if self.refusal is not None:
            return self.refusal
        self.taken.append(envelope)
        return "250 OK"

    @property
    def letters(self) -> list[EmailMessage]:
        """The messages that were taken."""
        return [message_from_bytes(one.content, policy=policy.default) for one in self.taken]  # type: ignore[arg-type]  # a server that does not decode keeps bytes.


def plain(letter: EmailMessage) -> str:
    """Return the plain text of a message."""
    part = letter.get_body(("plain",))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Relay]:
    """Run a mail relay and let jobs use it."""
    assert database
    relay = Relay(free_port())
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{relay.port}")
    get_settings.cache_clear()
    with smtplib.SMTP("127.0.0.1", relay.port) as client:
        client.noop()
    yield relay
    controller.stop()
    monkeypatch.undo()
    get_settings.cache_clear()


class Perform(Protocol):
    """Do a job once, as the worker does when it hears the bell."""

    async def __call__(self, name: str, job_id: UUID, organisation_id: UUID | None) -> None:
        """Return when the row says how it went."""
        ...


@pytest.fixture
def perform(database: str) -> Perform:
    """Do a job once, as the worker does when it hears the bell."""
    assert database
    settings = get_settings()
    # The worker makes its broker from the settings, which the database's fixture has just made.
    if settings.redis_url is not None or settings.rabbitmq_url is not None:
        from jobs import worker  # noqa: PLC0415

        assert dramatiq.get_broker() is worker.broker
    elif "jobs.interviews" not in sys.modules:
        # Jobs are declared on the broker that there is when they are imported first.
        dramatiq.set_broker(StubBroker(middleware=[AsyncIO()]))
    from jobs import (  # noqa: PLC0415
        audit,
        benchmarks,
        digests,
        events,
        insights,
        integrations,
        interviews,
        invitations,
        members,
        people,
    )
    from jobs.actor import _perform_once  # noqa: PLC0415

    jobs: dict[str, Callable[[Any], Awaitable[None]]] = {
        "audit.seal": audit.seal,
        "benchmarks.announce": benchmarks.announce,
        "benchmarks.contribute": benchmarks.contribute,
        "benchmarks.release": benchmarks.release,
        "digests.queue": digests.queue,
        "digests.send": digests.send,
        "events.trim": events.trim,
        "insights.publish": insights.publish,
        "integrations.forget_expired": integrations.forget,
        "integrations.rotate_keys": integrations.rotate_keys,
        "invitations.begin": invitations.begin,
        "invitations.remind": invitations.remind,
        "invitations.send": invitations.send,
        "interviews.flush": interviews.flush,
        "interviews.close": interviews.close,
        "members.invite": members.invite,
        "people.reset_password": people.reset_password,
    }

    async def once(name: str, job_id: UUID, organisation_id: UUID | None) -> None:
        await _perform_once(jobs[name], job_id, organisation_id)

    return once
