"""Skips, placeholders, warnings and shuffled options, as a client without a browser meets them."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.pages.steps import CONFIDENTIALITY, REVIEW
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.models import Confidentiality, Response
from tenants.questionnaires.definition import parse_definition
from tenants.work import Session
from tests.api.pages.conftest import Site, field_value
from tests.api.pages.surroundings import DOCUMENT, Json, publish_instead
from tests.factories import Client, invite_hundred, make_invited_candidate


def _say(text: str) -> Json:
    return {"en": text, "de": f"{text} (de)", "ar": f"{text} (ar)"}


def _question(code: str, kind: str, **particulars: Any) -> Json:
    return {
        "code": code,
        "type": kind,
        "wording": _say(f"About {code}?"),
        "audience": "HR",
        "required": False,
        **particulars,
    }


LETTERS = [{"code": code, "wording": _say(code)} for code in "ABCDEFGH"]
PAGES = [
    {
        "code": "first",
        "title": _say("First"),
        "questions": [
            _question("name", "SHORT_TEXT", settings={"max_length": 50}),
            _question(
                "letters",
                "MULTIPLE_CHOICE",
                options=[*LETTERS, {"code": "NONE", "wording": _say("None"), "pinned": True}],
                shuffle=True,
            ),
            _question(
                "number",
                "NUMBER",
                settings={"minimum": 0, "maximum": 99},
                rules=[
                    {
                        "broken_if": {"question": "number", "more_than": 50},
                        "message": _say("That is a lot"),
                        "severity": "WARNING",
                    },
                    {
                        "broken_if": {
                            "all": [
                                {"question": "number", "equals": 0},
                                {"question": "name", "answered": True},
                            ]
                        },
                        "message": _say("Not with a name"),
                        "severity": "ERROR",
                    },
                ],
            ),
        ],
        "skips": [{"if": {"question": "number", "at_most": 5}, "to": "third"}],
    },
    {"code": "second", "title": _say("Second"), "questions": [_question("second", "BOOLEAN")]},
    {
        "code": "third",
        "title": _say("Third"),
        "questions": [
            _question(
                "third",
                "SINGLE_CHOICE",
                wording=_say("Is {answer:name} at {offer:job_title} so?"),
                options=[
                    LETTERS[0],
                    {**LETTERS[1], "visible_if": {"question": "letters", "contains": "B"}},
                    {**LETTERS[2], "visible_if": {"offer": "department", "equals": "Sales"}},
                    LETTERS[3],
                ],
            )
        ],
    },
]


async def test_a_form_with_everything_that_logic_can_do(site: Site, client: Client) -> None:
    await publish_instead(client, parse_definition({**DOCUMENT, "pages": PAGES}))
    candidate = await make_invited_candidate(client)
    at = f"/i/{candidate.token}"
    orders = [
        re.findall(r'name="letters" value="(\w+)"', (await site.get(f"{at}/first")).text)
        for _ in range(2)
    ]
    assert orders[0] == orders[1]
    assert orders[0][-1] == "NONE"
    assert sorted(orders[0][:-1]) == list("ABCDEFGH")
    given = {"name": "<b>Ann</b>", "letters": ["A"], "number": "0"}
    refused = await site.post(f"{at}/first", given)
    assert refused.status_code == 422
    assert "Not with a name" in refused.text
    warned = await site.post(f"{at}/first", {**given, "number": "60"})
    assert warned.status_code == 200
    assert "That is a lot" in warned.text
    assert field_value(warned.text, "warned") == "number"
    # What was warned of once is let through, whether it was changed or not.
    gone = await site.post(f"{at}/first", {**given, "number": "60", "warned": "number"})
    assert gone.headers["location"].startswith(f"{at}/second?")
    gone = await site.post(f"{at}/first", {**given, "number": "5"})
    assert gone.headers["location"].startswith(f"{at}/third?")
    third = await site.get(f"{at}/third")
    assert "Is &lt;b&gt;Ann&lt;/b&gt; at Engineer so?" in third.text
    assert re.findall(r'name="third" value="([A-H])"', third.text) == ["A", "D"]
    # An option that is not on offer is taken for no answer.
    await site.post(f"{at}/third", {"third": "C"})
    await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "CONFIDENTIAL"})
    review = await site.get(f"{at}/{REVIEW}")
    assert "Is &lt;b&gt;Ann&lt;/b&gt; at Engineer so?" in review.text
    assert "About second?" not in review.text
    assert re.findall(r'class="(?:un)?said">([^<]*)', review.text)[-1] == "No answer"


async def _seeds(
    session: Session, _viewer: Viewer, organisation_id: UUID
) -> list[tuple[Confidentiality, int | None]]:
    rows = await session.execute(
        select(Response.confidentiality, Response.order_seed).where(
            Response.organisation_id == organisation_id
        )
    )
    return [(one, seed) for one, seed in rows]


async def test_the_order_is_kept_with_a_response_that_has_a_name_and_not_without(
    site: Site, client: Client
) -> None:
    from tenants.interviews import holding  # noqa: PLC0415 - only here.

    await invite_hundred(client)
    await publish_instead(client, parse_definition({**DOCUMENT, "pages": PAGES}))
    for confidentiality in (Confidentiality.CONFIDENTIAL, *[Confidentiality.ANONYMOUS] * 5):
        candidate = await make_invited_candidate(client)
        at = f"/i/{candidate.token}"
        for page, given in (("first", {"number": "5"}), ("third", {"third": "A"})):
            assert (await site.post(f"{at}/{page}", given)).status_code == 303
        chosen = {"confidentiality": confidentiality.value}
        await site.post(f"{at}/{CONFIDENTIALITY}", chosen)
        code = field_value((await site.get(f"{at}/{REVIEW}")).text, "receipt_code")
        sent = await site.post(f"{at}/{REVIEW}", {**chosen, "receipt_code": code})
        assert sent.status_code == 200
    flushed = await run(holding.flush, client.job, organisation_id=client.organisation_id)
    assert flushed == 5
    seeds = await run(_seeds, client.job, client.organisation_id)
    assert {seed for one, seed in seeds if one is Confidentiality.ANONYMOUS} == {None}
    (named,) = [seed for one, seed in seeds if one is Confidentiality.CONFIDENTIAL]
    assert isinstance(named, int)
