"""A Greenhouse account that posts to an organisation's intake, and looks at what became of it."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import select, text
from starlette.applications import Starlette

from api import intake
from tenants.access import Viewer, ViewerKind
from tenants.db import run
from tenants.integrations.models import IntakeEvent, IntegrationKind
from tenants.integrations.service import intake_url
from tenants.interviews import inviting, letters
from tenants.interviews.models import Interview, Invitation
from tenants.model import Model
from tenants.offers.models import Application, Candidate, Offer, Requisition
from tenants.work import Job, Session
from tests.factories import GREENHOUSE_SECRET, Client

EXAMPLES = Path(__file__).parents[1] / "data" / "greenhouse"
NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = NOW - timedelta(days=90)
YESTERDAY = NOW - timedelta(days=1)

# The answers of the intake, in the order in which they are looked at.
APPLIED = {"state": "APPLIED", "duplicate": False}
WAITING = {"state": "WAITING", "duplicate": False}
NOT_NEEDED = {"state": "NOT_NEEDED", "duplicate": False}
NEEDS_REVIEW = {"state": "NEEDS_REVIEW", "duplicate": False}

_ids = itertools.count(50_001)


def new_number() -> int:
    """Return an id as the system gives them, never the same twice."""
    return next(_ids)


def example(name: str) -> bytes:
    """Return one of the vendor's examples, byte for byte."""
    return (EXAMPLES / f"webhook_{name}.json").read_bytes()


def example_names() -> list[str]:
    """Return the names of the vendor's examples."""
    return sorted(path.stem.removeprefix("webhook_") for path in EXAMPLES.glob("webhook_*.json"))


def moment(at: datetime) -> str:
    """Return a time as the system writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(body: bytes, secret: str = GREENHOUSE_SECRET) -> str:
    """Return the header that the system signs a body with."""
    return "sha256 " + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class History:
    """Payloads about one application, its candidate and its requisition."""

    application_id: int = field(default_factory=new_number)
    candidate_id: int = field(default_factory=new_number)
    job_id: int = field(default_factory=new_number)

    def application(
        self,
        action: str = "application_updated",
        *,
        at: datetime | None = LONG_AGO,
        candidate: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """Return an application event; `changes` go into the application."""
        return {
            "action": action,
            "payload": {
                "application": {
                    "id": self.application_id,
                    "prospect": False,
                    "last_activity_at": moment(at) if at else None,
                    "rejection_reason": None,
                    "candidate": {
                        "id": self.candidate_id,
                        "first_name": "Ada",
                        "last_name": f"Number{self.candidate_id}",
                        "can_email": True,
                        "email_addresses": [
                            {"type": "personal", "value": f"ada{self.candidate_id}@example.com"}
                        ],
                        **(candidate or {}),
                    },
                    "jobs": [{"id": self.job_id, "name": "Designer", "departments": []}],
                    **changes,
                }
            },
        }

    def offer(
        self,
        status: str,
        *,
        version: int = 1,
        at: datetime | None = YESTERDAY,
        action: str = "offer_updated",
        **changes: Any,
    ) -> dict[str, Any]:
        """Return an offer event; `at` is when it was resolved."""
        return {
            "action": action,
            "payload": {
                "id": self.application_id + 900_000 + version,
                "application_id": self.application_id,
                "job_id": self.job_id,
                "user_id": 1,
                "version": version,
                "sent_on": (YESTERDAY - timedelta(days=10)).date().isoformat(),
                "resolved_at": moment(at) if at else None,
                "start_date": "04/15/2030",
                "offer_status": status,
                **changes,
            },
        }

    def unhire(self, at: datetime | None) -> dict[str, Any]:
        """Return the undoing of a hire."""
        return self.application("unhire_candidate", at=at)


@dataclass(frozen=True)
class Greenhouse:
    """One organisation's account."""

    client: Client
    secret: str = field(default=GREENHOUSE_SECRET, repr=False)

    @property
    def path(self) -> str:
        """Return where the account posts to."""
        url = intake_url(
            IntegrationKind.GREENHOUSE, self.client.organisation_id, self.client.integration_id
        )
        return httpx2.URL(url).path

    async def send(
        self, body: bytes, headers: Mapping[str, str], *, path: str | None = None
    ) -> httpx2.Response:
        """Send bytes to the intake."""
        transport = httpx2.ASGITransport(app=Starlette(routes=intake.routes()))
        async with httpx2.AsyncClient(transport=transport, base_url="http://intake.test") as http:
            raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
            return await http.post(path or self.path, content=body, headers=raw)

    async def post_bytes(self, body: bytes, *, event_id: str | None = None) -> httpx2.Response:
        """Send signed bytes under an event id, a new one unless given."""
        headers = {
            "Signature": sign(body, self.secret),
            "Greenhouse-Event-ID": event_id or str(uuid4()),
        }
        return await self.send(body, headers)

    async def post(self, payload: Mapping[str, Any], *, event_id: str | None = None) -> Any:
        """Send a signed payload, which has to be accepted; return the answer."""
        response = await self.post_bytes(json.dumps(payload).encode(), event_id=event_id)
        assert response.status_code == 200, response.text
        return response.json()


async def _rows(session: Session, _viewer: Viewer, model: type[Model]) -> list[Any]:
    return list((await session.scalars(select(model))).all())


async def rows_of(client: Client, model: type[Model]) -> list[Any]:
    """Return the rows of one table that belong to an organisation."""
    return await run(_rows, client.job, model)


@dataclass(frozen=True)
class Case:
    """What there is of one application.

    Attributes:
        status: The offer's, if there is one.
        interviews: How many.
        mails: How many were asked for.
        waiting: How many events still wait.
    """

    status: str | None
    interviews: int
    mails: int
    waiting: int = 0


async def case_of(client: Client, history: History) -> Case:
    """Return what there is of one application."""
    application = await application_of(client, history)
    offers = [one for one in await rows_of(client, Offer) if one.application_id == application.id]
    interviews = [
        one
        for one in await rows_of(client, Interview)
        if one.offer_id in {offer.id for offer in offers}
    ]
    invitations = {
        str(one.id)
        for one in await rows_of(client, Invitation)
        if one.interview_id in {interview.id for interview in interviews}
    }
    jobs = [
        one
        for one in await rows_of(client, Job)
        if one.name == "invitations.send" and one.arguments["invitation_id"] in invitations
    ]
    events = await rows_of(client, IntakeEvent)
    return Case(
        status=offers[0].status.value if offers else None,
        interviews=len(interviews),
        mails=len(jobs),
        waiting=sum(
            one.state.value == "WAITING" and one.application_id == application.external_id
            for one in events
        ),
    )


async def mail_of(client: Client, history: History) -> int:
    """Do what the due jobs of an application's mails do; return how many mails were written."""
    application = await application_of(client, history)
    offers = {
        one.id for one in await rows_of(client, Offer) if one.application_id == application.id
    }
    interviews = {one.id for one in await rows_of(client, Interview) if one.offer_id in offers}
    invitations = [
        one.id for one in await rows_of(client, Invitation) if one.interview_id in interviews
    ]
    written = 0
    for job in await rows_of(client, Job):
        if job.name == "invitations.send" and UUID(job.arguments["invitation_id"]) in invitations:
            which = {
                "organisation_id": client.organisation_id,
                "invitation_id": UUID(job.arguments["invitation_id"]),
            }
            number = job.arguments["mail_number"]
            writing = await run(letters.write_invitation, client.job, **which, mail_number=number)
            kept = writing.kept if writing is not None else None
            await run(inviting.keep_mail, client.job, **which, kept=kept)
            written += writing is not None and writing.letter is not None
    return written


async def application_of(client: Client, history: History) -> Any:
    """Return the row of an application."""
    found = [
        one
        for one in await rows_of(client, Application)
        if one.external_id == str(history.application_id)
    ]
    assert len(found) == 1
    return found[0]


async def offer_of(client: Client, history: History) -> Any:
    """Return the row of an application's offer."""
    application = await application_of(client, history)
    return next(one for one in await rows_of(client, Offer) if one.application_id == application.id)


async def candidate_of(client: Client, history: History) -> Any:
    """Return the row of an application's candidate."""
    application = await application_of(client, history)
    return next(
        one for one in await rows_of(client, Candidate) if one.id == application.candidate_id
    )


async def requisition_of(client: Client, history: History) -> Any:
    """Return the row of an application's requisition."""
    application = await application_of(client, history)
    return next(
        one for one in await rows_of(client, Requisition) if one.id == application.requisition_id
    )


async def _dump(session: Session, _viewer: Viewer) -> list[str]:
    # Compiling the policies of tables that nobody has counted takes longer than reading them.
    await session.execute(text("SET LOCAL jit = off"))
    # The release's own tables are nobody's to read but the benchmark's.
    readable = await session.scalars(
        text(
            "SELECT name FROM unnest(CAST(:names AS text[])) AS name"
            " WHERE has_table_privilege(name, 'SELECT')"
        ),
        {"names": sorted(Model.metadata.tables)},
    )
    return [
        f"{name} {row}"
        for name in sorted(readable)
        for row in await session.scalars(text(f"SELECT t::text FROM {name} t ORDER BY 1"))  # noqa: S608 - our own names.
    ]


async def dump(*organisation_ids: UUID) -> list[str]:
    """Return every row of every table that belongs to the organisations, as text."""
    jobs = [Viewer.job(organisation_id) for organisation_id in organisation_ids]
    roles = {key: role for job in jobs for key, role in job.roles.items()}
    return await run(_dump, Viewer(ViewerKind.OPERATOR, roles=roles))
