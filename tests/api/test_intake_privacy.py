"""What the intake must never keep: pay, and who somebody is outside the one row for it."""

import json
import re
from datetime import datetime
from typing import Any

import pytest

from tenants.integrations.models import IntakeEvent
from tests.api.posting import (
    NEEDS_REVIEW,
    Greenhouse,
    History,
    dump,
    example,
    example_names,
    rows_of,
)
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")


def _money(value: Any, *, inside: bool = False) -> set[str]:
    """Return every amount in a payload's fields of pay."""
    if isinstance(value, dict):
        return {
            amount
            for key, inner in value.items()
            for amount in _money(
                inner, inside=inside or bool(re.search("salary|amount|_value$|bonus", key))
            )
        }
    if isinstance(value, list):
        return {amount for inner in value for amount in _money(inner, inside=inside)}
    return {str(value)} if inside and re.fullmatch(r"[0-9.]+", str(value)) else set()


async def test_no_pay_is_kept_anywhere() -> None:
    client = await make_client()
    account = Greenhouse(client)
    amounts = {"87654", "12345.67"}
    for name in example_names():
        amounts |= _money(json.loads(example(name)))
        await account.post_bytes(example(name))
    assert amounts == {"80000", "10000.0", "20000.0", "87654", "12345.67"}
    pay = {
        "salary": {"name": "Salary", "value": {"amount": 87654, "unit": "XTS"}},
        "bonus": {"name": "Bonus", "type": "currency", "value": "12345.67 XTS"},
    }
    history = History()
    await account.post(history.application(custom_fields=pay, salary=87654))
    await account.post(
        history.offer("Rejected", custom_fields=pay, salary=87654, notes="12345.67 XTS")
    )
    # One that goes to review because of its pay's neighbour.
    odd = history.offer("Rejected", version=2, custom_fields=pay, start_date="87654")
    assert await account.post(odd) == NEEDS_REVIEW
    rows = await dump(client.organisation_id)
    assert any(str(history.application_id) in row for row in rows)
    for amount in amounts:
        number = re.compile(
            rf"(?<![0-9a-zA-Z-]){re.escape(amount.removesuffix('.0'))}(?![0-9a-z-])"
        )
        assert [row for row in rows if number.search(row)] == []
    assert [row for row in rows if "XTS" in row or "alary" in row] == []


async def test_what_is_kept_of_an_event_names_nobody() -> None:
    client = await make_client()
    account = Greenhouse(client)
    history = History(application_id=7, candidate_id=8_888_888, job_id=9)
    at = datetime.fromisoformat("2026-02-03T04:05:06+00:00")
    person = {"last_name": "Lovelace", "email_addresses": [{"value": "ada@example.com"}]}
    await account.post(history.application(at=at, candidate=person))
    await account.post(history.offer("Rejected", at=at))
    await account.post(
        {
            "action": "merge_candidate",
            "payload": {"person": {"id": 8_888_888, "new_candidate_id": 4}},
        }
    )
    kept = sorted(await rows_of(client, IntakeEvent), key=lambda event: event.id)
    assert [event.facts for event in kept] == [
        {
            "events": [
                {
                    "event": "ApplicationSeen",
                    "application_id": "7",
                    "requisition_external_id": "9",
                    "last_activity_at": "2026-02-03T04:05:06+00:00",
                }
            ]
        },
        {
            "events": [
                {
                    "event": "OfferSeen",
                    "application_id": "7",
                    "offer_id": "900008",
                    "version": 1,
                    "status": "DECLINED",
                    "extended_on": history.offer("Rejected")["payload"]["sent_on"],
                    "resolved_at": "2026-02-03T04:05:06+00:00",
                    "starts_on": "2030-04-15",
                    "requisition_external_id": "9",
                }
            ]
        },
        {"events": [{"event": "CandidateMerged"}]},
    ]
    rows = await dump(client.organisation_id)
    # The candidate's id is nowhere, only its keyed hash; the person is in one row.
    assert [row for row in rows if "8888888" in row] == []
    assert [row.split()[0] for row in rows if "Lovelace" in row] == ["candidates"]
    assert [row.split()[0] for row in rows if "ada@example.com" in row] == ["candidates"]
