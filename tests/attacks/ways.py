"""The ways by which answers are sent: the domain's verb, the API, the form."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from api.app import create_app
from api.execution import execute
from api.pages.steps import REVIEW
from api.requests import GraphQLRequest
from tenants.db import run
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.logic import Answered
from tests.factories import Invited

_SUBMIT = """
mutation ($input: SubmitResponseInput!) {
  submitResponse(input: $input) { receiptCode userErrors { code message } } }
"""


@dataclass
class Participant:
    """A candidate, and what the log of mails and somebody at the network know of them.

    Attributes:
        invited: With the link.
        department: Of the opening.
        language: In which they are addressed, and answer.
        known: What was noted, by its name.
        note: What they write, by which the test knows them again.
    """

    invited: Invited
    department: str
    language: str
    known: dict[str, Any] = field(default_factory=dict)
    note: str = ""


Answers = Mapping[str, Answered]
Send = Callable[[Participant, Confidentiality, Answers], Awaitable[None]]


async def send_by_verb(
    one: Participant, confidentiality: Confidentiality, answers: Answers
) -> None:
    """Send the answers, on top of what was saved, through the domain's own verb."""
    await run(
        submission.submit_response,
        one.invited.viewer,
        answers=answers,
        confidentiality=confidentiality,
        receipt_code=submission.new_receipt_code(),
        language=one.language,
    )


async def send_by_api(one: Participant, confidentiality: Confidentiality, answers: Answers) -> None:
    """Send what was saved through GraphQL."""
    assert not answers
    code = submission.new_receipt_code()
    given: dict[str, Any] = {
        "answers": [],
        "confidentiality": confidentiality.value,
        "receiptCode": code,
        "language": one.language,
    }
    one.known["request.size"] = len(json.dumps(given))
    result = await execute(one.invited.viewer, GraphQLRequest(_SUBMIT, {"input": given}))
    assert result.body == {"data": {"submitResponse": {"receiptCode": code, "userErrors": []}}}


async def send_by_form(
    one: Participant, confidentiality: Confidentiality, answers: Answers
) -> None:
    """Send what was saved with the last step of the form."""
    assert not answers
    fields = {
        "confidentiality": confidentiality.value,
        "receipt_code": submission.new_receipt_code(),
    }
    body = urlencode(fields)
    one.known["request.size"] = len(body)
    transport = httpx2.ASGITransport(app=create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        response = await http.post(
            f"/i/{one.invited.token}/{REVIEW}?lang={one.language}",
            content=body,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    assert response.status_code == 200, response.text
    assert fields["receipt_code"] in response.text
