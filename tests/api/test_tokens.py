"""Who a request comes from: tokens, sessions and links, good and bad."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, select, update

from api.auth.bearer import SESSION_COOKIE
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.models import Invitation
from tenants.keys import Purpose
from tenants.model import new_id
from tenants.organisations import queries as organisation_queries
from tenants.organisations.models import AccessToken, Engagement, Membership, TokenKind
from tenants.tokens import Token, hash_token, make_token
from tenants.work import Session
from tests.api.asking import codes, post, site, token_of, without_cost
from tests.factories import Client, Invited, make_client, make_invited_candidate, submit

pytestmark = pytest.mark.usefixtures("connection")

WHO = {"query": "{ viewer { kind name memberships { role organisation { slug } } } }"}
LINK = {"query": "{ viewer { kind invitation { organisation } } }"}


def is_refused(response: httpx2.Response) -> bool:
    """Return whether a request was refused for its token, in the one way there is."""
    if response.status_code != 401:
        return False
    assert codes(response) == ["UNAUTHENTICATED"]
    assert list(response.json()) == ["errors"]
    assert response.headers["www-authenticate"] == "Bearer"
    return True


async def test_a_token_is_the_person() -> None:
    client = await make_client()
    response = await post(WHO, token=await token_of(client.leadership))
    assert without_cost(response) == {
        "data": {
            "viewer": {
                "kind": "PERSON",
                "name": f"Leadership of {client.slug}",
                "memberships": [{"role": "LEADERSHIP", "organisation": {"slug": client.slug}}],
            }
        }
    }


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_as_one_likes(scheme: str) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    response = await post(WHO, headers={"authorization": f"{scheme}  {token} "})
    assert response.status_code == 200


async def test_without_a_token_one_is_nobody() -> None:
    response = await post(WHO)
    assert (response.status_code, codes(response)) == (200, ["UNAUTHENTICATED"])
    assert response.json()["data"] is None
    for one in ("viewer { id }", "node(id: 1) { id }", "nodes(ids: []) { id }"):
        answer = await post({"query": f"{{ {one} }}"})
        assert codes(answer) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer unknown",
        "Bearer \u00e4\u00f6\u00fc",
        "Bearer " + "x" * 10_000,
        "Basic dXNlcjpwYXNz",
        "unknown",
    ],
)
async def test_a_bad_token_is_not_nobodys(header: str) -> None:
    # What nobody could do is refused, too, so that a client notices that its token is bad.
    body = {"query": "{ __typename }"}
    response = await post(body, headers={"authorization": header.encode("latin-1")})
    assert is_refused(response)


async def _change(client: Client, statement: Any) -> None:
    async def send(session: Session, _viewer: Viewer) -> None:
        await session.execute(statement)

    await run(send, client.job)


async def test_a_token_ends_at_its_time() -> None:
    client = await make_client()
    good, over = [
        await token_of(client.hr, lifetime=timedelta(seconds=seconds)) for seconds in (60, 0)
    ]
    assert (await post(WHO, token=good)).status_code == 200
    assert is_refused(await post(WHO, token=over))


async def test_a_token_that_was_taken_back_is_over_at_once() -> None:
    client = await make_client()
    token, other = await token_of(client.hr), await token_of(client.hr)
    assert (await post(WHO, token=token)).status_code == 200
    presented = Viewer(token_hash=hash_token(token))
    await run(organisation_queries.delete_token, presented)
    assert is_refused(await post(WHO, token=token))
    assert (await post(WHO, token=other)).status_code == 200


async def test_no_token_is_kept_as_it_is() -> None:
    client = await make_client()
    token = await token_of(client.hr)

    async def kept(session: Session, _viewer: Viewer) -> list[bytes]:
        return [*await session.scalars(select(AccessToken.token_hash))]

    hashes = await run(kept, Viewer.operator())
    assert hash_token(token) in hashes
    assert token.encode() not in b"".join(hashes)
    assert {len(one) for one in hashes} == {32}


@pytest.mark.parametrize("who", ["hr", "consultant"])
async def test_somebody_who_left_sees_nothing_from_then_on(who: str) -> None:
    client = await make_client()
    viewer: Viewer = getattr(client, who)
    token = await token_of(viewer)
    query = {
        "query": "query ($slug: String!) { organisation(slug: $slug) { name }"
        " organisations { totalCount } viewer { memberships { role } } }",
        "variables": {"slug": client.slug},
    }
    before = (await post(query, token=token)).json()["data"]
    assert before["organisations"] == {"totalCount": 1}
    if who == "hr":
        gone: Any = delete(Membership).where(Membership.person_id == viewer.id)
    else:
        gone = update(Engagement).values(ends_on=datetime.now(UTC).date())
    await _change(client, gone)
    response = await post(query, token=token)
    assert without_cost(response) == {
        "data": {
            "organisation": None,
            "organisations": {"totalCount": 0},
            "viewer": {"memberships": []},
        }
    }


async def test_a_session_is_used_from_its_own_site_only() -> None:
    client = await make_client()
    session = await token_of(client.hr, TokenKind.SESSION)
    cookie = {"cookie": f"{SESSION_COOKIE}={session}"}
    for site_, status in (
        (None, 200),
        ("same-origin", 200),
        ("none", 200),
        ("same-site", 403),
        ("cross-site", 403),
        ("something new", 403),
    ):
        headers = {**cookie, **({"sec-fetch-site": site_} if site_ else {})}
        response = await post(WHO, headers=headers)
        assert response.status_code == status, site_
        if status == 403:
            assert codes(response) == ["BAD_REQUEST"]
    # A token is sent on purpose, from wherever.
    response = await post(
        WHO, token=await token_of(client.hr), headers={"sec-fetch-site": "cross-site"}
    )
    assert response.status_code == 200
    assert is_refused(await post(WHO, headers={"cookie": f"{SESSION_COOKIE}=unknown"}))


async def test_a_form_of_another_site_gets_nowhere() -> None:
    client = await make_client()
    session = await token_of(client.hr, TokenKind.SESSION)
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        response = await post(
            WHO, headers={"cookie": f"{SESSION_COOKIE}={session}", "content-type": content_type}
        )
        assert response.status_code == 415
    async with site() as browser:
        response = await browser.options(
            "/graphql",
            headers={
                "origin": "https://elsewhere.example",
                "access-control-request-method": "POST",
            },
        )
    # Every origin may ask with a token, and none with what the browser keeps.
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


def link(invited: Invited, number: int) -> str:
    """Return the token of one of an invitation's mails."""
    token = Token(invited.client.organisation_id, invited.invitation_id, number)
    return make_token(Purpose.LINK, token)


async def test_a_link_is_the_candidate() -> None:
    client = await make_client(name="Acme")
    invited = await make_invited_candidate(client)
    response = await post(LINK, token=invited.token)
    assert without_cost(response) == {
        "data": {"viewer": {"kind": "CANDIDATE", "invitation": {"organisation": "Acme"}}}
    }


async def test_a_link_that_leads_nowhere_says_no_more() -> None:
    client, other = await make_client(), await make_client()
    invited = await make_invited_candidate(client)
    nowhere = Token(client.organisation_id, new_id(), 1)
    elsewhere = Token(other.organisation_id, invited.invitation_id, 1)
    looks = []
    for token in (
        make_token(Purpose.LINK, nowhere),
        make_token(Purpose.LINK, elsewhere),
        # A mail that was never sent.
        link(invited, 2),
    ):
        response = await post(LINK, token=token)
        assert response.json()["data"] == {"viewer": {"kind": "CANDIDATE", "invitation": None}}
        (error,) = response.json()["errors"]
        looks.append((error["path"], error["message"], error["extensions"]["code"]))
    assert looks == [(["viewer", "invitation"], "This link is not valid.", "LINK_UNUSABLE")] * 3


async def test_a_forged_link_is_no_token() -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    good = invited.token
    forged = [good[:-1], good + "A", good[:-3] + "AAA", "B" + good[1:], good.swapcase(), good + "="]
    # The addresses that systems post to are sealed for that alone.
    intake = Token(client.organisation_id, client.integration_id)
    forged.append(make_token(Purpose.INTAKE, intake))
    for token in forged:
        assert is_refused(await post(LINK, token=token)), token


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: None, "LINK_USED"),
        (lambda: update(Invitation).values(revoked=True), "LINK_EXPIRED"),
        (lambda: update(Invitation).values(expires_at=datetime.now(UTC)), "LINK_EXPIRED"),
    ],
)
async def test_a_dead_link_says_why(change: Callable[[], Any], code: str) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    statement = change()
    if statement is None:
        await submit(invited)
    else:
        await _change(client, statement)
    response = await post(LINK, token=invited.token)
    assert codes(response) == [code]
    saving = await post(
        {"query": "mutation { saveAnswers(input: {answers: []}) { userErrors { code } } }"},
        token=invited.token,
    )
    assert without_cost(saving) == {"data": {"saveAnswers": {"userErrors": [{"code": code}]}}}
