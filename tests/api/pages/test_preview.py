"""A draft as the candidate would see it."""

import re

import pytest

from api.auth.bearer import SESSION_COOKIE
from api.pages import preview
from api.relay import encode_id
from tenants import read_graph
from tenants.access import Viewer
from tenants.db import run
from tenants.organisations.models import TokenKind
from tenants.questionnaires import drafting
from tenants.reading import Key
from tests.api.asking import token_of
from tests.api.pages.conftest import Site
from tests.api.pages.surroundings import DOCUMENT
from tests.api.questionnaire_world import version_of
from tests.factories import Client


async def address_of(client: Client) -> str:
    """Return where a new draft with every type of question is previewed."""
    made = await run(
        drafting.create_questionnaire,
        client.hr,
        organisation_id=client.organisation_id,
        name="A draft",
        document=DOCUMENT,
    )
    key = Key(client.organisation_id, await version_of(client, made))
    return preview.PATH.format(id=encode_id(read_graph.QUESTIONNAIRE_VERSION, key))


async def cookie(viewer: Viewer) -> dict[str, str]:
    """Return the header by which somebody is signed in."""
    return {"cookie": f"{SESSION_COOKIE}={await token_of(viewer, TokenKind.SESSION)}"}


async def test_a_draft_previews_as_the_form(site: Site, client: Client) -> None:
    address = await address_of(client)
    page = await site.get(f"{address}?lang=de", **await cookie(client.hr))
    assert page.status_code == 200
    assert "Vorschau der Version 1. Nichts wird gesendet oder gespeichert." in page.text
    headings = re.findall("<h2>(.*?)</h2>", page.text)
    assert headings == ["First page (de)", "Second page (de)", "Third page (de)"]
    assert 'name="single" value="OTHER"' in page.text
    assert "method=" not in page.text
    # What a fact of the offer opens is there for offers that have it.
    assert 'id="q-elsewhere"' not in page.text
    page = await site.get(f"{address}?department=Sales", **await cookie(client.hr))
    assert 'id="q-elsewhere"' in page.text


@pytest.mark.parametrize("name", ["hiring_manager", "leadership"])
async def test_a_draft_is_previewed_by_those_who_work_on_it(
    site: Site, client: Client, name: str
) -> None:
    address = await address_of(client)
    for one in (address, preview.PATH.format(id="nothing")):
        page = await site.get(one, **await cookie(getattr(client, name)))
        assert page.status_code == 404
    nobody = await site.get(address)
    assert nobody.status_code == 303
