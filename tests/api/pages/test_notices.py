"""Links that open nothing and posts that are refused: kindly, and without telling more."""

import logging
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.pages.posted import LONGEST_BODY, is_foreign
from api.pages.steps import CONFIDENTIALITY, REVIEW
from tenants.db import run
from tenants.interviews.submission import get_invitation
from tenants.keys import Purpose
from tenants.tokens import Token, make_token
from tests.api.pages.conftest import Site
from tests.factories import Client, Invited, make_invited_candidate, submit

OWN = "http://testserver"


def _forgeries(candidate: Invited) -> dict[str, str]:
    organisation_id, invitation_id = candidate.client.organisation_id, candidate.invitation_id
    flipped = ("A" if candidate.token[5] != "A" else "B").join(
        [candidate.token[:5], candidate.token[6:]]
    )
    return {
        "cut": candidate.token[:-1],
        "longer": candidate.token + "A",
        "flipped": flipped,
        "nonsense": "nonsense",
        "of another purpose": make_token(Purpose.INTAKE, Token(organisation_id, invitation_id, 1)),
        "of no invitation": make_token(Purpose.LINK, Token(organisation_id, uuid4(), 1)),
        "of no organisation": make_token(Purpose.LINK, Token(uuid4(), invitation_id, 1)),
        "of a mail not sent": make_token(Purpose.LINK, Token(organisation_id, invitation_id, 2)),
    }


async def test_a_forged_link_gets_the_same_page_whatever_is_wrong_with_it(
    site: Site, candidate: Invited
) -> None:
    seen = set()
    for token in _forgeries(candidate).values():
        for address in (f"/i/{token}", f"/i/{token}/decision", f"/i/{token}/{REVIEW}"):
            page = await site.get(address)
            seen.add((page.status_code, page.text, str(sorted(page.headers.items()))))
        for step in ("decision", CONFIDENTIALITY, REVIEW):
            page = await site.post(f"/i/{token}/{step}", {"confidentiality": "ATTRIBUTED"})
            seen.add((page.status_code, page.text, str(sorted(page.headers.items()))))
    ((status, html, _),) = seen
    assert status == 404
    assert "<h1>This link leads nowhere</h1>" in html
    assert "Northwind" not in html


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("", "fr,en;q=0.2,de;q=0.8", "de"),
        ("", "fr", "en"),
        ("?lang=de", "en", "de"),
        ("?lang=xx", "de", "de"),
    ],
)
async def test_a_notice_speaks_the_language_asked_for_or_preferred(
    site: Site, query: str, accepted: str, language: str
) -> None:
    page = await site.get(f"/i/nonsense{query}", **{"accept-language": accepted})
    assert page.headers["content-language"] == language


async def test_an_expired_link_says_so(
    site: Site, candidate: Invited, connection: AsyncConnection
) -> None:
    await _change(connection, candidate, "expires_at = now() - interval '1 second'")
    page = await site.get(f"/i/{candidate.token}/decision?lang=de")
    assert page.status_code == 410
    assert "<h1>Diese Einladung ist abgelaufen</h1>" in page.text
    posted = await site.post(f"/i/{candidate.token}/decision?lang=de", {"main_reason": "PAY_BASE"})
    assert (posted.status_code, posted.text) == (410, page.text)


async def test_a_withdrawn_link_says_the_same(
    site: Site, candidate: Invited, connection: AsyncConnection
) -> None:
    await _change(connection, candidate, "revoked = true")
    page = await site.get(f"/i/{candidate.token}")
    assert page.status_code == 410
    assert "<h1>This invitation is over</h1>" in page.text


async def test_a_used_link_says_so_even_when_its_time_is_over(
    site: Site, candidate: Invited, connection: AsyncConnection
) -> None:
    await submit(candidate)
    await _change(connection, candidate, "expires_at = now() - interval '1 second'")
    page = await site.get(f"/i/{candidate.token}")
    assert page.status_code == 410
    assert "<h1>Your answers have been sent already</h1>" in page.text


async def _change(connection: AsyncConnection, candidate: Invited, what: str) -> None:
    scope = f"SET LOCAL app.organisations = '{{{candidate.client.organisation_id}}}'"
    await connection.execute(text(scope))
    changed = await connection.execute(
        text(f"UPDATE invitations SET {what} WHERE id = :id"),  # noqa: S608 - our own words.
        {"id": candidate.invitation_id},
    )
    assert changed.rowcount == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": "null"}, 303),
        ({"origin": OWN, "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://127.0.0.1:8000"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "https://testserver"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "application/x-www-form-urlencoded; charset=utf-8"}, 303),
    ],
)
async def test_only_our_own_form_is_taken(
    site: Site, candidate: Invited, headers: dict[str, str], status: int
) -> None:
    values = {"main_reason": "PAY_BASE"}
    page = await site.post(f"/i/{candidate.token}/decision", values, **headers)
    assert page.status_code == status
    answers = (await run(get_invitation, candidate.viewer)).answers
    assert len(answers) == (3 if status == 303 else 0)


def test_the_public_address_is_our_own_behind_a_proxy() -> None:
    own = "http://10.0.0.7:8000"
    assert not is_foreign({"origin": "HTTP://127.0.0.1:8000"}, own_origin=own)
    assert not is_foreign({"origin": own}, own_origin=own)
    assert is_foreign({"origin": "http://10.0.0.7"}, own_origin=own)


@pytest.mark.parametrize(("length", "status"), [(LONGEST_BODY, 422), (LONGEST_BODY + 1, 413)])
async def test_a_body_has_a_longest_length(
    site: Site, candidate: Invited, length: int, status: int
) -> None:
    filling = "x" * (length - len("other="))
    page = await site.post(f"/i/{candidate.token}/anything_else?lang=en", {"other": filling})
    assert page.status_code == status
    told = {422: "Please shorten your text", 413: "That is too much for one page"}
    assert told[status] in page.text
    assert (await run(get_invitation, candidate.viewer)).answers == {}


async def test_too_many_fields_are_not_read(site: Site, candidate: Invited) -> None:
    values = {f"field{number}": "1" for number in range(2_001)}
    page = await site.post(f"/i/{candidate.token}/decision", values)
    assert page.status_code == 400
    assert "<h1>That could not be read</h1>" in page.text


@pytest.mark.parametrize("body", [b"other=\xff", b"%zz=%zz&&&=&", b"other=%ED%A0%80%00%FF"])
async def test_broken_bytes_are_no_error_of_ours(
    site: Site, candidate: Invited, body: bytes
) -> None:
    sent = {"content-type": "application/x-www-form-urlencoded"}
    page = await site.http.post(f"/i/{candidate.token}/anything_else", content=body, headers=sent)
    assert page.status_code in {303, 400}


async def test_answers_that_are_too_long_together_are_refused_and_kept_on_the_page(
    site: Site, candidate: Invited
) -> None:
    # Incompressible, as far as text can be: the seal has a fixed length.
    noise = iter(range(1, 1_000_000))
    at = f"/i/{candidate.token}"
    pages: dict[str, tuple[str, ...]] = {
        "role_and_organisation": ("positives", "concerns"),
        "process": tuple(f"improvements_{one}" for one in ("interviews", "process", "experience")),
        "observations": tuple(
            f"observations_{one}" for one in ("hiring_manager", "hr", "organisation")
        ),
    }
    statuses = []
    for page, codes in pages.items():
        values = {
            code: "".join(chr(0x4E00 + next(noise) * 7919 % 20_000) for _ in range(4_000))
            for code in codes
        }
        values |= {"recommendation": "5"} if page == "process" else {}
        last = await site.post(f"{at}/{page}?lang=en", values)
        statuses.append(last.status_code)
    assert statuses[0] == 303
    assert statuses[-1] == 422
    assert "Your answers are too long to be kept together." in last.text
    assert values["observations_hr"] in last.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_no_other_method_is_known(site: Site, candidate: Invited, method: str) -> None:
    for step in ("", "/decision", f"/{CONFIDENTIALITY}", f"/{REVIEW}"):
        page = await site.http.request(method, f"/i/{candidate.token}{step}")
        assert page.status_code == 405
    assert (await site.post(f"/i/{candidate.token}", {})).status_code == 405


async def test_a_link_that_is_only_looked_at_changes_nothing(
    site: Site, candidate: Invited, statements: Callable[[], list[str]]
) -> None:
    for step in ("", "/decision", f"/{CONFIDENTIALITY}", f"/{REVIEW}"):
        for method in ("GET", "HEAD"):
            page = await site.http.request(method, f"/i/{candidate.token}{step}?lang=de")
            assert page.status_code in {200, 303}
    assert [one for one in statements() if not one.lstrip().startswith("SELECT")] == []


async def test_nothing_logged_carries_the_link(
    site: Site, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    candidate = await make_invited_candidate(client)
    await site.get(f"/i/{candidate.token}")
    await site.post(f"/i/{candidate.token}/decision", {"main_reason": "PAY_BASE"})
    ours = [one for one in caplog.records if not one.name.startswith("httpx2")]
    assert [one.getMessage() for one in ours if candidate.token in one.getMessage()] == []
