"""A submission in one message, while others write or the connection breaks."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from tenants import db
from tenants.access import Viewer
from tenants.errors import DomainError
from tenants.keys import Purpose, seal
from tenants.pipeline import Lent, Prepared
from tenants.work import Session
from tests.factories import Client, Invited, make_client, make_invited_candidate
from tests.tenants.interviews.sending import (
    Messages,
    code_of,
    rows,
    save,
    send,
)

pytestmark = pytest.mark.usefixtures("committing", "readers")


async def _while_locked(
    client: Client, invited: Invited, statement: str, **given: Any
) -> asyncio.Task[str]:
    """Begin to send while somebody else holds the invitation, who then writes and commits."""

    async def work(session: Session, _viewer: Viewer) -> asyncio.Task[str]:
        key = {"organisation": client.organisation_id, "id": invited.invitation_id}
        locked = "SELECT 1 FROM invitations WHERE organisation_id = :organisation AND id = :id"
        await session.execute(text(f"{locked} FOR UPDATE"), key)
        sending = asyncio.create_task(send(invited, code_of(1)))
        await asyncio.sleep(0.3)
        assert not sending.done()
        await session.execute(text(statement), {**key, **given})
        return sending

    return await db.run(work, client.job)


async def test_a_link_that_is_closed_while_it_waits_takes_nothing(messages: Messages) -> None:
    client = await make_client()
    await send(await make_invited_candidate(client), code_of(99))
    for change in ("revoked = true", "expires_at = now()", "submission = 'SUBMITTED'"):
        invited = await make_invited_candidate(client)
        before = await rows(client)
        closing = (
            f"UPDATE invitations SET {change} WHERE (organisation_id, id) = (:organisation, :id)"  # noqa: S608 - of texts given above.
        )
        messages()
        sending = await _while_locked(client, invited, closing)
        with pytest.raises(DomainError, match=r"has expired|have been sent"):
            await sending
        assert messages() == 3
        after = await rows(client)
        assert {**after, "invitations": []} == {**before, "invitations": []}


async def test_what_is_saved_while_it_waits_is_not_lost() -> None:
    client = await make_client()
    await send(await make_invited_candidate(client), code_of(99))
    invited, other = await make_invited_candidate(client), await make_invited_candidate(client)
    await save(other)
    saving = """INSERT INTO drafts (organisation_id, invitation_id, sealed)
        VALUES (:organisation, :id, :sealed)"""
    sealed = seal(
        Purpose.DRAFT,
        invited.invitation_id.bytes,
        {
            "answers": {
                "other": {"state": "ANSWERED", "value": {"text": "late"}, "do_not_quote": False}
            }
        },
    )
    sending = await _while_locked(client, invited, saving, sealed=sealed)
    assert await sending == code_of(1)
    after = await rows(client)
    assert any("late" in one for one in after["answers"])
    assert len(after["drafts"]) == 1


@pytest.mark.parametrize("same", [True, False])
async def test_two_at_once_by_one_link_make_one(*, same: bool) -> None:
    client = await make_client()
    await send(await make_invited_candidate(client), code_of(99))
    invited = await make_invited_candidate(client)
    codes = [code_of(1), code_of(1 if same else 2)]
    ends = await asyncio.gather(*(send(invited, one) for one in codes), return_exceptions=True)
    refused = [one for one in ends if isinstance(one, BaseException)]
    assert [type(one).__name__ for one in refused] == ([] if same else ["LinkUsed"])
    assert len((await rows(client))["responses"]) == 2


async def test_what_was_committed_before_a_connection_broke_is_sent_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = await make_client()
    await send(await make_invited_candidate(client), code_of(99))
    invited = await make_invited_candidate(client)
    send_prepared = Lent.send
    broken: list[bool] = []

    async def lose_the_answer(self: Lent, statements: Sequence[Prepared]) -> Any:
        results = await send_prepared(self, statements)
        if not broken:
            broken.append(True)
            # The server has done everything; the same is sent again on another connection.
            return await send_prepared(self, statements)
        return results

    monkeypatch.setattr(Lent, "send", lose_the_answer)
    assert await send(invited, code_of(1)) == code_of(1)
    found = await rows(client)
    assert broken
    assert len(found["responses"]) == 2
    assert sum("response.submitted" in one for one in found["audit_events"]) == 2
