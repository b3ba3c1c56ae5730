"""The page by which no more mails come: opened without effect, posted to by people and programs."""

import pytest
from sqlalchemy import select

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.mail_models import WrittenAddress
from tenants.keys import Purpose
from tenants.offers.service import CandidateInput
from tenants.tokens import Token, make_token
from tenants.work import Session
from tests.api.pages.conftest import Site
from tests.factories import Client, make_invited_candidate, submit


async def opted_out(client: Client) -> int:
    """Return how many addresses get no more mails."""

    async def look(session: Session, _viewer: Viewer) -> int:
        found = await session.scalars(
            select(WrittenAddress).where(WrittenAddress.opted_out_on.is_not(None))
        )
        return len(found.all())

    return await run(look, client.job)


async def test_opening_the_link_changes_nothing_and_the_button_does(
    site: Site, client: Client
) -> None:
    candidate = CandidateInput(external_id="1", email="robin@candidates.example", language="de")
    invited = await make_invited_candidate(client, candidate=candidate)
    token = Token(client.organisation_id, invited.invitation_id, 1)
    address = f"/o/{make_token(Purpose.OPT_OUT, token)}"
    page = await site.get(address)
    assert page.status_code == 200
    assert "Alle E-Mails abbestellen" in page.text
    assert await opted_out(client) == 0
    # With one click, as mail programs send it: no origin, and a body that says so (RFC 8058).
    done = await site.http.post(address, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "Sie bekommen keine E-Mails mehr" in done.text
    assert await opted_out(client) == 1
    # Twice is once, and a form without fields is enough; so it is after the answers were sent.
    await submit(invited)
    assert (await site.http.post(address)).status_code == 200
    assert await opted_out(client) == 1


@pytest.mark.parametrize("purpose", [Purpose.LINK, Purpose.MAIL])
async def test_only_the_link_of_a_mail_opts_out(
    site: Site, client: Client, purpose: Purpose
) -> None:
    invited = await make_invited_candidate(client)
    token = Token(client.organisation_id, invited.invitation_id, 1)
    for forged in (
        make_token(purpose, token),
        make_token(Purpose.OPT_OUT, Token(client.organisation_id, invited.interview_id, 1)),
        make_token(Purpose.OPT_OUT, Token(client.organisation_id, invited.invitation_id, 2)),
    ):
        for answer in (await site.get(f"/o/{forged}"), await site.http.post(f"/o/{forged}")):
            assert answer.status_code == 404
    assert await opted_out(client) == 0
