"""The pages of actions and digests without a browser: who may do what, and refusals in words."""

import pytest

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role
from tenants.actions.catalogue import OwnerRole
from tenants.actions.digest_mails import stop_url, wants_digest_mail
from tenants.db import run
from tenants.reading import Key
from tests.api.action_world import TOMORROW, make_action
from tests.api.pages.browsing import Browser, session_of
from tests.api.pages.console_world import World, make_world

pytestmark = pytest.mark.usefixtures("connection")


def path_of(world: World, action: object) -> str:
    key = Key(world.client.organisation_id, action)  # type: ignore[arg-type]  # an id.
    return f"/console/{world.client.slug}/actions/{encode_id(read_graph.ACTION, key)}"


async def test_who_sees_to_an_action_notes_and_hr_decides() -> None:
    world = await make_world()
    client = world.client
    theirs = path_of(
        world, await make_action(client, "Engineering", owner_role=OwnerRole.HIRING_MANAGER)
    )
    other = path_of(world, await make_action(client, title="HR's own"))
    hidden = path_of(world, await make_action(client, "Finance"))
    manager = await session_of(client.people[Role.HIRING_MANAGER])
    page = await manager.get(theirs)
    assert "Note how it goes" in page.text
    assert "What comes next" not in page.text
    assert "Note how it goes" not in (await manager.get(other)).text
    assert (await manager.get(hidden)).status == 404
    noted = await manager.post(theirs, {"text": "Half of the panel is new."})
    assert (noted.status, noted.location) == (303, theirs)
    assert "Half of the panel is new." in (await manager.get(theirs)).text
    refused = await manager.post(other, {"text": "Not mine."})
    assert "Your role does not include this" in refused.text
    assert "Not mine." not in (await manager.get(other)).text
    # Nor does a form that is not theirs make them decide.
    await manager.post(theirs, {"status": "AGREED", "revision": "1"})
    assert "What comes next" in (await (await session_of(client.hr)).get(theirs)).text
    hr = await session_of(client.hr)
    assert "Proposed" in (await hr.get(theirs)).text
    assert (await hr.post(theirs, {"status": "AGREED", "revision": "1"})).status == 303
    # Somebody with the page from before is told, and so is whoever posts nonsense.
    stale = await hr.post(theirs, {"status": "IN_PROGRESS", "revision": "1"})
    assert "Somebody changed this action meanwhile" in stale.text
    early = await hr.post(theirs, {"status": "IN_PROGRESS", "revision": "2", "on": "2999-01-01"})
    assert "must not lie in the future" in early.text
    assert (
        "was not sent from this page"
        in (await hr.post(theirs, {"text": "From elsewhere", "csrf": "forged"})).text
    )


async def test_proposing_says_what_is_missing_and_keeps_what_was_written() -> None:
    world = await make_world()
    hr = await session_of(world.client.hr)
    new = f"/console/{world.client.slug}/actions/new"
    form = {
        "kind": "PROCESS_SPEED",
        "title": "Faster <b>",
        "ownerRole": "",
        "dueOn": TOMORROW.isoformat(),
        "reviewOn": TOMORROW.isoformat(),
    }
    page = await hr.post(new, form)
    assert "Choose what to do, who sees to it" in page.text
    assert 'value="Faster &lt;b&gt;"' in page.html
    odd = await hr.post(new, form | {"ownerRole": "HR", "segment": "Nowhere"})
    assert "There is no such part" in odd.text
    made = await hr.post(new, form | {"ownerRole": "HR", "theme": "PROCESS_SLOW"})
    assert made.status == 303
    assert "Faster <b>" in (await hr.get(made.location)).text
    for role in (Role.HIRING_MANAGER, Role.LEADERSHIP):
        browser = await session_of(world.client.people[role])
        assert (await browser.get(new)).status == 404
        assert (await browser.post(new, form | {"ownerRole": "HR"})).status == 404
        assert "Propose an action" not in (await world.look(role, "/actions")).text


async def test_the_link_in_a_mail_stops_the_mails_without_signing_in() -> None:
    world = await make_world()
    client = world.client
    hr = await session_of(client.hr)
    digest = f"/console/{client.slug}/digest"
    assert (await hr.post(digest, {"mail": "yes"})).status == 303
    assert "You get a mail" in (await hr.get(digest)).text

    async def wanted() -> bool:
        here = {"organisation_id": client.organisation_id}
        return await run(wants_digest_mail, client.hr, **here)

    assert client.hr.id is not None
    stop = "/" + stop_url(client.organisation_id, client.hr.id).split("/", 3)[3]
    reader = Browser()
    # Scanners follow links: opening it changes nothing.
    assert "Send me no more of them" in (await reader.get(stop)).text
    assert await wanted()
    assert "Please try again" in (await reader.post(stop, {"csrf": "forged"})).text
    assert await wanted()
    assert "no more mails about digests" in (await reader.post(stop, {})).text
    assert not await wanted()
    forged = f"{stop[:-2]}xx"
    assert (await reader.get(forged)).status == (await reader.post(forged, {})).status == 410
    # Consultants are no members, and get none.
    consultant = await world.look(Role.CONSULTANT, "/digest")
    assert "By mail" not in consultant.text
