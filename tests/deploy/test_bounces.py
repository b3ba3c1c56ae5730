"""`afterword bounces`: what it reads, from where, and what becomes of it."""

import mailbox
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy import bounces
from deploy.errors import DeployError
from tenants import db
from tenants.access import Viewer
from tenants.interviews.models import Invitation
from tenants.keys import Purpose
from tenants.tokens import Token, make_token
from tenants.work import Session
from tests.api.test_mail_settings import send
from tests.factories import make_client, make_invited_candidate
from tests.tenants.interviews.test_bounces import notification


async def _invitation(session: Session, _viewer: Viewer) -> Invitation:
    return (await session.scalars(select(Invitation))).one()


@pytest.mark.usefixtures("committing")
async def test_a_mailbox_is_read_and_read_again(tmp_path: Path) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await send(invited)
    token = make_token(Purpose.MAIL, Token(client.organisation_id, invited.invitation_id, 1))
    stranger = make_token(Purpose.MAIL, Token(client.organisation_id, invited.interview_id, 1))
    single = tmp_path / "one.eml"
    single.write_bytes(notification(tracer=token))
    box = mailbox.mbox(tmp_path / "bounces")
    box.add(notification(tracer=stranger))
    box.add(b"Subject: Out of office\n\nI am away.")
    box.close()
    folder = mailbox.Maildir(tmp_path / "Maildir")
    folder.add(notification(tracer=token, status="5.2.1"))
    places = [single, tmp_path / "bounces", tmp_path / "Maildir"]
    for _ in range(2):
        assert await bounces.record(list(bounces.read_places(places))) == (4, 2)
    async with db.connected(pool_size=1):
        assert (await db.run(_invitation, client.job)).is_undeliverable is True


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="nowhere cannot be read"):
        list(bounces.read_places([tmp_path / "nowhere"]))
