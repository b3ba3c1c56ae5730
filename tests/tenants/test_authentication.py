"""Whose token is presented: the short way says what the domain's own says."""

from datetime import timedelta

import pytest

from tenants.access import Viewer
from tenants.authentication import authenticate
from tenants.db import run
from tenants.errors import Unauthenticated
from tenants.organisations import service as organisations
from tenants.organisations.models import TokenKind
from tenants.tokens import hash_token
from tests.api.asking import token_of
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")


@pytest.mark.parametrize("kind", TokenKind)
async def test_both_ways_find_the_same_person(kind: TokenKind) -> None:
    client = await make_client()
    for person in client.people.values():
        presented = Viewer(token_hash=hash_token(await token_of(person, kind)))
        found = await authenticate(presented)
        # A session that was just kept alive is not written to again.
        assert found == await authenticate(presented)
        assert found == await run(organisations.authenticate, presented)
        assert found.roles == person.roles


async def test_neither_way_knows_a_token_that_has_expired_or_never_was() -> None:
    client = await make_client()
    expired = await token_of(client.hr, lifetime=timedelta(seconds=-1))
    for token in (expired, "unknown"):
        presented = Viewer(token_hash=hash_token(token))
        with pytest.raises(Unauthenticated):
            await authenticate(presented)
        with pytest.raises(Unauthenticated):
            await run(organisations.authenticate, presented)
