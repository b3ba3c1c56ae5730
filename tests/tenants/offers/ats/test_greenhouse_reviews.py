"""Payloads that make no sense are kept for a person; bytes that are no message are refused."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tenants.offers.ats import greenhouse
from tenants.offers.ats.events import Event, NeedsReview, ReviewCode, Unreadable
from tenants.offers.ats.reading import MAX_BODY_BYTES, MAX_DEPTH

EXAMPLES = Path(__file__).parents[3] / "data" / "greenhouse"
REMOVED = object()
OFFER: dict[str, Any] = {
    "id": 12345,
    "application_id": 234556,
    "job_id": 45678,
    "version": 1,
    "sent_on": "2013-03-22",
    "resolved_at": "2013-03-25T00:00:00Z",
    "start_date": "04/15/2013",
    "offer_status": "Rejected",
}


def parse(action: str, payload: object) -> tuple[Event, ...]:
    """Return what a payload means."""
    return greenhouse.parse(json.dumps({"action": action, "payload": payload}).encode()).events


def parse_example(action: str, **changes: object) -> tuple[Event, ...]:
    """Return what an example means with fields set or removed at `a__b__0__c` paths."""
    payload = json.loads((EXAMPLES / f"webhook_{action}.json").read_bytes())["payload"]
    for path, value in changes.items():
        *parents, last = (int(key) if key.isdigit() else key for key in path.split("__"))
        place: Any = payload
        for key in parents:
            place = place[key]
        if value is REMOVED:
            del place[last]
        else:
            place[last] = copy.deepcopy(value)
    return parse(action, payload)


R = ReviewCode
NOT_DATES: tuple[object, ...] = (
    "2013-02-30",
    "22/03/2013",
    "soon",
    1363910400,
    True,
    [],
    "0001-01-01",
)
NOT_VERSIONS: tuple[object, ...] = (True, 0, -2, 1.5, 2.0, "two", "1.0", [], {}, 2**31)
NOT_IDS: tuple[object, ...] = (
    True,
    False,
    0,
    -1,
    1.0,
    "1.5",
    "",
    " 1",
    "x",
    [1],
    {},
    10**20,
    "9" * 41,
)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"application_id": None}, R.FIELD_MISSING, "application_id is missing"),
        *(
            (
                {"application_id": value},
                R.IDENTIFIER_INVALID,
                "application_id is not a whole number",
            )
            for value in NOT_IDS
        ),
        ({"id": True}, R.IDENTIFIER_INVALID, "id is not a whole number"),
        ({"job_id": "Å"}, R.IDENTIFIER_INVALID, "job_id is not a whole number"),
        ({"version": None}, R.FIELD_MISSING, "version is missing"),
        *(
            ({"version": value}, R.VERSION_INVALID, "version is not a version number")
            for value in NOT_VERSIONS
        ),
        ({"offer_status": None}, R.FIELD_MISSING, "offer_status is missing"),
        ({"offer_status": "  "}, R.FIELD_MISSING, "offer_status is missing"),
        ({"offer_status": 3}, R.FIELD_WRONG_TYPE, "offer_status is not text"),
        ({"offer_status": "Declined"}, R.OFFER_STATUS_UNKNOWN, "offer_status is no status"),
        ({"offer_status": "x" * 301}, R.FIELD_TOO_LONG, "offer_status exceeds 300 characters"),
        *(
            ({"sent_on": value}, R.DATE_INVALID, "sent_on is not a possible date")
            for value in NOT_DATES
        ),
        ({"resolved_at": "2013-03-25T25:00:00Z"}, R.DATE_INVALID, "resolved_at is not a possible"),
        ({"resolved_at": "9999-12-31T23:59:59Z"}, R.DATE_INVALID, "resolved_at is not a possible"),
        ({"start_date": "13/13/2013"}, R.DATE_INVALID, "start_date is not a possible date"),
    ],
)
def test_an_offer_that_makes_no_sense_needs_a_person(
    changes: dict[str, object], code: ReviewCode, field: str
) -> None:
    (event,) = parse("offer_updated", OFFER | changes)
    assert isinstance(event, NeedsReview)
    assert event.code is code
    assert event.reason.startswith(f"The field {field}")
    assert event.reason.endswith(".")
    assert event.application_id == (None if "application_id" in changes else "234556")


@pytest.mark.parametrize(
    ("action", "changes", "code", "field", "application_id"),
    [
        (
            "reject_candidate",
            {"application": None},
            R.FIELD_MISSING,
            "application is missing",
            None,
        ),
        ("reject_candidate", {"application": 1}, R.FIELD_WRONG_TYPE, "application is not an", None),
        (
            "reject_candidate",
            {"application__id": REMOVED},
            R.FIELD_MISSING,
            "application.id is missing",
            None,
        ),
        (
            "reject_candidate",
            {"application__candidate": "Hector"},
            R.FIELD_WRONG_TYPE,
            "application.candidate is not an object",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__candidate__id": None},
            R.FIELD_MISSING,
            "application.candidate.id is missing",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__candidate__first_name": "x" * 301},
            R.FIELD_TOO_LONG,
            "application.candidate.first_name exceeds 300 characters",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__candidate__email_addresses": ["hector@example.com"]},
            R.FIELD_WRONG_TYPE,
            "application.candidate.email_addresses is not a list of objects",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__candidate__can_email": "no"},
            R.FIELD_WRONG_TYPE,
            "application.candidate.can_email is neither true nor false",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__jobs": [{"id": 1}, {"id": 2}]},
            R.REQUISITION_AMBIGUOUS,
            "application.jobs names more than one job",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__jobs__0__id": "x"},
            R.IDENTIFIER_INVALID,
            "application.jobs[0].id is not a whole number above zero",
            "265293",
        ),
        (
            "reject_candidate",
            {"application__prospect": "maybe"},
            R.FIELD_WRONG_TYPE,
            "application.prospect is neither true nor false",
            "265293",
        ),
        (
            "hire_candidate",
            {"application__offer__version": "two"},
            R.VERSION_INVALID,
            "application.offer.version is not a version number",
            "46194062",
        ),
        (
            "unhire_candidate",
            {"application__last_activity_at": "yesterday"},
            R.DATE_INVALID,
            "application.last_activity_at is not a possible date",
            "265293",
        ),
        (
            "offer_deleted",
            {"offer__version": None},
            R.FIELD_MISSING,
            "offer.version is",
            "46194062",
        ),
        ("job_updated", {"job": REMOVED}, R.FIELD_MISSING, "job is missing", None),
        (
            "job_updated",
            {"job__hiring_team__hiring_managers__0__user_id": None},
            R.FIELD_MISSING,
            "job.hiring_team.hiring_managers[0].user_id is missing",
            None,
        ),
        (
            "merge_candidate",
            {"person__new_candidate_id": "37031511"},
            R.MERGED_INTO_ITSELF,
            "person.new_candidate_id is the merged one's own id",
            None,
        ),
        (
            "delete_candidate",
            {"person__deleted_application_ids": REMOVED},
            R.FIELD_MISSING,
            "person.deleted_application_ids is missing",
            None,
        ),
        (
            "delete_candidate",
            {"person__deleted_application_ids": "all"},
            R.FIELD_WRONG_TYPE,
            "person.deleted_application_ids is not a list",
            None,
        ),
        (
            "delete_candidate",
            {"person__deleted_application_ids": [5, True]},
            R.IDENTIFIER_INVALID,
            "person.deleted_application_ids[1] is not a whole number above zero",
            None,
        ),
        (
            "candidate_anonymized",
            {"anonymized_fields": REMOVED},
            R.FIELD_MISSING,
            "anonymized_fields is missing",
            None,
        ),
        (
            "candidate_anonymized",
            {"anonymized_fields": ["full_name", 3]},
            R.FIELD_WRONG_TYPE,
            "anonymized_fields is not a list of texts",
            None,
        ),
        ("update_candidate", {"candidate": []}, R.FIELD_WRONG_TYPE, "candidate is not an", None),
    ],
)
def test_a_payload_that_makes_no_sense_needs_a_person(
    action: str, changes: dict[str, Any], code: ReviewCode, field: str, application_id: str | None
) -> None:
    (event,) = parse_example(action, **changes)
    assert isinstance(event, NeedsReview)
    assert (event.code, event.application_id) == (code, application_id)
    assert event.reason.startswith(f"The field {field}")


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        (None, R.FIELD_MISSING, "The field payload is missing."),
        ("x", R.FIELD_WRONG_TYPE, "The field payload is not an object."),
        ([], R.FIELD_WRONG_TYPE, "The field payload is not an object."),
    ],
)
def test_a_known_action_without_a_payload_needs_a_person(
    payload: object, code: ReviewCode, reason: str
) -> None:
    assert parse("offer_updated", payload) == (NeedsReview(code, reason),)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"hello",
        b"null",
        b"[]",
        b'"action"',
        b"{}",
        b'{"payload":{}}',
        b'{"action":null,"payload":{}}',
        b'{"action":7,"payload":{}}',
        b'{"action":"","payload":{}}',
        b'{"action":"a b","payload":{}}',
        b'{"action":"\\u0000","payload":{}}',
        b'{"action":"\\ud800","payload":{}}',
        b'{"action":"' + b"a" * 101 + b'"}',
        b'{"action":"ping","payload":{"n":NaN}}',
        b'{"action":"ping","payload":{"n":-Infinity}}',
        b'{"action":"ping","payload":{"n":' + b"9" * 5000 + b"}}",
        b'{"action":"ping","payload":"\xff"}',
        b'\xef\xbb\xbf{"action":"ping"}',
        '{"action":"ping"}'.encode("utf-16"),
        b'{"action":"ping"} {}',
        b'{"action":"ping","payload":' + b"[" * 50_000,
        b'{"action":"ping","payload":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"action":"ping","payload":' + b'{"a":' * 500 + b"1" + b"}" * 501,
        b'{"action":"ping","payload":"' + b"x" * MAX_BODY_BYTES + b'"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_bytes_that_are_no_message_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        greenhouse.parse(body)
    assert str(caught.value) in {
        "The body exceeds 1048576 bytes.",
        "The body is not JSON in UTF-8.",
        "The body is not a JSON object.",
        "The body nests deeper than 64 levels.",
        "The body names no action.",
    }
    assert caught.value.__cause__ is None


def test_the_limits_are_where_they_are_said_to_be() -> None:
    deepest = b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1)
    assert greenhouse.parse(b'{"action":"ping","payload":' + deepest + b"}").action == "ping"
    with pytest.raises(Unreadable, match="nests deeper than 64 levels"):
        greenhouse.parse(b'{"action":"ping","payload":[' + deepest + b"]}")
    fill = MAX_BODY_BYTES - len(b'{"action":"ping","payload":""}')
    largest = b'{"action":"ping","payload":"' + b"x" * fill + b'"}'
    assert greenhouse.parse(largest).events == (greenhouse.PING,)
    with pytest.raises(Unreadable, match="exceeds 1048576 bytes"):
        greenhouse.parse(largest + b" ")


def test_every_truncation_of_an_example_is_unreadable() -> None:
    for path in EXAMPLES.glob("*.json"):
        body = path.read_bytes().strip()
        for length in range(0, len(body), 97):
            with pytest.raises(Unreadable):
                greenhouse.parse(body[:length])
