"""What the demo plans for its consultant."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from deploy.demo import calls
from deploy.demo.world import PEOPLE
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.interviews.conversation_models import Conversation, ConversationState
from tenants.work import Session
from tests.factories import make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")


async def test_one_call_is_planned_and_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await make_client()
    for _ in range(3):
        await make_invited_candidate(client)
    main: Any = SimpleNamespace(organisation_id=client.organisation_id)
    monkeypatch.setattr(calls, "CLIENTS", (main,))
    assert client.consultant.id is not None
    emails = [one.email for one in PEOPLE if one.role is Role.CONSULTANT]
    people = dict.fromkeys(emails, client.consultant.id)
    today = datetime.now(UTC).date()
    await run(calls.make_calls, client.job, main, people=people, today=today)

    async def read(session: Session, _viewer: Viewer) -> list[Conversation]:
        return list(await session.scalars(select(Conversation).order_by(Conversation.state)))

    asked, planned = await run(read, client.job)
    assert (asked.state, planned.state) == (
        ConversationState.REQUESTED,
        ConversationState.SCHEDULED,
    )
    assert asked.phone is not None
    assert planned.scheduled_at is not None
    assert planned.scheduled_at > datetime.now(UTC)
