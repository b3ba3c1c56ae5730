"""The vendor's traps: statuses, dates, ids, prospects, merges, reasons, and what needs a person."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tenants.offers.ats import greenhouse
from tenants.offers.ats.events import (
    ApplicationSeen,
    CandidateErased,
    CandidateFacts,
    CandidateUpdated,
    Event,
    OfferDeleted,
    OfferSeen,
    Parsed,
    RequisitionFacts,
    RequisitionSeen,
    Unhired,
)
from tenants.offers.statuses import OfferFacts, OfferStatus
from tenants.reasons import DeclineReason

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


def parse_offer(**changes: object) -> OfferSeen:
    """Return the offer that a changed payload means."""
    (event,) = parse("offer_updated", OFFER | changes)
    assert isinstance(event, OfferSeen)
    return event


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


def parse_candidate(**changes: object) -> CandidateFacts:
    """Return the candidate that the changed example of an update means."""
    (event,) = parse_example(
        "update_candidate", **{f"candidate__{k}": v for k, v in changes.items()}
    )
    assert isinstance(event, CandidateUpdated)
    return event.candidate


@pytest.mark.parametrize(
    ("offer_status", "sent_on", "expected"),
    [
        ("Created", None, OfferStatus.DRAFT),
        ("Created", "", OfferStatus.DRAFT),
        ("Created", "2013-03-22", OfferStatus.EXTENDED),
        ("unresolved", None, OfferStatus.DRAFT),
        ("unresolved", "2013-03-22", OfferStatus.EXTENDED),
        ("Accepted", "2013-03-22", OfferStatus.ACCEPTED),
        ("Accepted", None, OfferStatus.ACCEPTED),
        ("Rejected", "2013-03-22", OfferStatus.DECLINED),
        ("rejected", "2013-03-22", OfferStatus.DECLINED),
        ("REJECTED ", None, OfferStatus.DECLINED),
        ("Deprecated", "2013-03-22", OfferStatus.SUPERSEDED),
    ],
)
def test_a_status_is_mapped(offer_status: str, sent_on: str | None, expected: OfferStatus) -> None:
    assert parse_offer(offer_status=offer_status, sent_on=sent_on).status is expected


@pytest.mark.parametrize("action", ["offer_created", "offer_approved", "offer_updated"])
def test_the_status_says_what_happened_and_not_the_action(action: str) -> None:
    expected = OfferSeen(
        application_id="234556",
        offer_id="12345",
        version=1,
        status=OfferStatus.DECLINED,
        extended_on=date(2013, 3, 22),
        resolved_at=datetime(2013, 3, 25, tzinfo=UTC),
        starts_on=date(2013, 4, 15),
        requisition_external_id="45678",
    )
    assert parse(action, OFFER) == (expected,)
    assert parse(action, {"offer": OFFER}) == (expected,)
    assert expected.facts == OfferFacts(
        1,
        OfferStatus.DECLINED,
        date(2013, 3, 22),
        datetime(2013, 3, 25, tzinfo=UTC),
        date(2013, 4, 15),
    )


def test_an_open_offer_has_no_time_of_resolution_even_where_the_payload_gives_one() -> None:
    assert parse_offer(offer_status="Created").resolved_at is None
    assert parse_offer(offer_status="Created", sent_on=None).resolved_at is None


def test_the_harvest_spellings_of_an_offers_fields_are_read_too() -> None:
    harvest = {
        "id": 1,
        "application_id": 2,
        "version": 3,
        "status": "rejected",
        "sent_at": "2018-06-07",
        "resolved_at": "2018-06-06T20:23:43.387Z",
        "starts_at": "2018-07-20",
    }
    expected = OfferSeen(
        "2",
        "1",
        3,
        OfferStatus.DECLINED,
        date(2018, 6, 7),
        datetime(2018, 6, 6, 20, 23, 43, 387000, tzinfo=UTC),
        date(2018, 7, 20),
    )
    assert parse("offer_updated", harvest) == (expected,)


def test_ids_become_decimal_digits_however_they_come() -> None:
    for sent in (9007199254740993, "9007199254740993", "009007199254740993"):
        seen = parse_offer(application_id=sent, id=sent, job_id=sent)
        assert seen.application_id == "9007199254740993"
        assert seen.offer_id == "9007199254740993"
        assert seen.requisition_external_id == "9007199254740993"
    assert parse_offer(id=None, job_id=None).offer_id is None
    assert parse_offer(version="2").version == 2


def test_a_deletion_says_nothing_of_the_answer_that_the_offer_had() -> None:
    payload = {"offer": OFFER | {"offer_status": "Rejected"}}
    deleted = OfferDeleted("234556", "12345", 1)
    assert parse("offer_deleted", payload) == (deleted,)
    assert parse("offer_deleted", OFFER) == (deleted,)
    assert deleted.facts == OfferFacts(1, OfferStatus.RESCINDED)


def test_a_hire_without_an_offer_is_only_an_application() -> None:
    for nothing in (None, REMOVED):
        (event,) = parse_example("hire_candidate", application__offer=nothing)
        assert isinstance(event, ApplicationSeen)


def test_a_hire_falls_back_on_the_deprecated_job() -> None:
    for nothing in (None, [], REMOVED):
        seen, accepted = parse_example("hire_candidate", application__jobs=nothing)
        assert isinstance(seen, ApplicationSeen)
        assert isinstance(accepted, OfferSeen)
        assert seen.requisition == RequisitionFacts(
            "323753", "Developer", "Technology", "New York, NY; St. Louis"
        )
        assert accepted.requisition_external_id == "323753"


def test_an_unhire_without_a_time_is_still_one() -> None:
    _, unhired = parse_example("unhire_candidate", application__last_activity_at=None)
    assert unhired == Unhired("265293", None)


@pytest.mark.parametrize(
    "action",
    [
        "new_candidate_application",
        "application_updated",
        "candidate_stage_change",
        "reject_candidate",
        "unreject_candidate",
    ],
)
def test_a_prospects_application_is_not_needed_whatever_the_action(action: str) -> None:
    assert parse_example(action, application__prospect=True) == (greenhouse.PROSPECT,)


def test_an_application_that_says_it_is_no_prospects_is_taken_whatever_the_action() -> None:
    (event,) = parse_example("new_prospect_application", application__prospect=False)
    assert isinstance(event, ApplicationSeen)
    assert event.application_id == "979554"
    unsaid = parse_example("new_prospect_application", application__prospect=REMOVED)
    assert unsaid == (greenhouse.PROSPECT,)


def test_somebody_hired_is_no_prospect_whatever_the_flag() -> None:
    assert len(parse_example("hire_candidate", application__prospect=True)) == 2


def test_what_a_payload_does_not_say_is_none() -> None:
    assert parse("application_updated", {"application": {"id": 1}}) == (ApplicationSeen("1"),)
    nothing = {"candidate": None, "jobs": None, "rejection_reason": None, "prospect": None}
    assert parse("application_updated", {"application": {"id": 1} | nothing}) == (
        ApplicationSeen("1"),
    )
    assert parse("job_updated", {"job": {"id": 7}}) == (RequisitionSeen(RequisitionFacts("7")),)
    assert parse("update_candidate", {"candidate": {"id": 7}}) == (
        CandidateUpdated(CandidateFacts("7")),
    )


def test_hiring_managers_are_none_when_unsaid_and_empty_when_there_are_none() -> None:
    def managers(team: object) -> tuple[str, ...] | None:
        (event,) = parse_example("job_created", job__hiring_team=team)
        assert isinstance(event, RequisitionSeen)
        return event.requisition.hiring_manager_ids

    assert managers(None) is None
    assert managers({}) is None
    assert managers({"hiring_managers": []}) == ()
    repeated = [{"user_id": 5}, {"user_id": "5"}, {"user_id": 4, "employee_id": None}]
    assert managers({"hiring_managers": repeated}) == ("5", "4")


def test_a_location_is_every_offices_once_and_a_department_the_first() -> None:
    (event,) = parse_example(
        "job_created",
        job__offices=[
            {"name": "HQ", "location": "Berlin"},
            {"name": "Berlin", "location": None},
            {"name": None},
            {"name": "Remote"},
        ],
        job__departments=[{"name": " Data\nScience "}, {"name": "Technology"}],
    )
    assert isinstance(event, RequisitionSeen)
    assert event.requisition.location == "Berlin; Remote"
    assert event.requisition.department == "Data Science"


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([("w@x.org", "work"), ("o@x.org", "other"), ("p@x.org", "personal")], "p@x.org"),
        ([("w@x.org", "work"), ("o@x.org", "other")], "o@x.org"),
        ([("w@x.org", "work")], "w@x.org"),
        ([("p1@x.org", "Personal"), ("p2@x.org", "personal")], "p1@x.org"),
        ([("w@x.org", "work"), ("m@x.org", "mobile")], "m@x.org"),
        ([("w@x.org", "work"), ("n@x.org", None)], "n@x.org"),
        ([("not an address", "personal"), ("w@x.org", "work")], "w@x.org"),
        ([("a@x.org\nBcc: b@x.org", "personal")], None),
        ([("", "personal")], None),
        ([], None),
    ],
)
def test_the_address_is_a_usable_one_personal_before_other_before_work(
    addresses: list[tuple[str, str | None]], expected: str | None
) -> None:
    entries = [{"value": value, "type": kind} for value, kind in addresses]
    assert parse_candidate(email_addresses=entries).email == expected


def test_names_are_one_line_that_a_database_and_a_mail_take() -> None:
    named = parse_candidate(first_name=" Zo\u0065\u0308\r\n\u0000 ", last_name="\ud800O\u2019Hara")
    assert named.first_name == "Zo\u00eb"
    assert named.last_name == "O\u2019Hara"
    assert parse_candidate(first_name="\u0000", last_name="").first_name is None


def test_a_candidate_who_must_not_be_mailed_is_marked() -> None:
    assert parse_candidate(can_email=False).may_be_emailed is False
    assert parse_candidate(can_email=True).may_be_emailed is True
    assert parse_candidate().may_be_emailed is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Didn't like offer", DeclineReason.OTHER),
        ("Didn\u2019t like offer", DeclineReason.OTHER),
        ("Wasn't available", DeclineReason.TIMING),
        ("Wasn't interested", DeclineReason.OTHER),
        ("Other", DeclineReason.OTHER),
        ("Compensation", DeclineReason.PAY_BASE),
        ("COMPENSATION ", DeclineReason.PAY_BASE),
        ("Equity", DeclineReason.PAY_BONUS_EQUITY),
        ("Benefits", DeclineReason.BENEFITS),
        ("Location", DeclineReason.LOCATION_COMMUTE),
        ("Relocation", DeclineReason.RELOCATION),
        ("Remote work", DeclineReason.REMOTE_FLEX),
        ("Took another job", DeclineReason.OTHER_OFFER),
        ("Took another offer", DeclineReason.OTHER_OFFER),
        ("Accepted counter-offer", DeclineReason.COUNTER_OFFER),
        ("Counteroffer", DeclineReason.COUNTER_OFFER),
        ("Staying with current employer", DeclineReason.STAYED),
        ("Company culture", DeclineReason.CULTURE),
        ("Visa / sponsorship", DeclineReason.VISA),
        ("Timing", DeclineReason.TIMING),
        ("Personal", DeclineReason.OTHER),
        ("We are out of coffee", DeclineReason.OTHER),
    ],
)
def test_a_candidates_reason_is_mapped_and_an_unknown_one_is_other(
    name: str, expected: DeclineReason
) -> None:
    reason = {"id": 1, "name": name, "type": {"id": 9, "name": "They rejected us"}}
    (event,) = parse_example("reject_candidate", application__rejection_reason=reason)
    assert isinstance(event, ApplicationSeen)
    assert event.rejected_by_candidate is True
    assert event.stated_reasons == (expected,)


@pytest.mark.parametrize(
    ("kind", "by_candidate", "stated"),
    [
        ({"id": 1, "name": "We rejected them"}, False, ()),
        ({"id": 2, "name": "they  REJECTED us "}, True, (DeclineReason.PAY_BASE,)),
        ({"id": 2, "name": "They Rejected us"}, True, (DeclineReason.PAY_BASE,)),
        ({"id": None, "name": "they_rejected_us"}, True, (DeclineReason.PAY_BASE,)),
        ({"id": 3, "name": "None specified"}, None, ()),
        # The ids differ between the vendor's own examples, so only the name counts.
        ({"id": 2, "name": "None Specified"}, None, ()),
        ({"id": 2, "name": "Wrong skill set"}, None, ()),
        ({"id": 2}, None, ()),
        (None, None, ()),
    ],
)
def test_only_the_documented_types_say_whose_decision_it_was(
    kind: object, *, by_candidate: bool | None, stated: tuple[DeclineReason, ...]
) -> None:
    reason = {"id": 1, "name": "Compensation", "type": kind}
    (event,) = parse_example("reject_candidate", application__rejection_reason=reason)
    assert isinstance(event, ApplicationSeen)
    assert event.rejected_by_candidate is by_candidate
    assert event.stated_reasons == stated


def test_a_candidate_who_ended_it_without_a_reason_states_none() -> None:
    reason = {"id": 1, "name": None, "type": {"name": "They rejected us"}}
    (event,) = parse_example("reject_candidate", application__rejection_reason=reason)
    assert isinstance(event, ApplicationSeen)
    assert (event.rejected_by_candidate, event.stated_reasons) == (True, ())


def test_anonymising_erases_when_it_touches_anything_kept_here() -> None:
    for field in (
        "full_name",
        "email_addresses",
        "offers",
        "all_offer_versions",
        "rejection_reasons",
    ):
        events = parse_example("candidate_anonymized", anonymized_fields=["tags", field])
        assert events == (CandidateErased("37031511", None),)
    for fields in ([], ["tags", "current_title", "phone_numbers", "addresses"]):
        events = parse_example("candidate_anonymized", anonymized_fields=fields)
        assert events == (greenhouse.NOT_HELD,)


def test_a_deletion_that_took_no_application_says_so() -> None:
    events = parse_example("delete_candidate", person__deleted_application_ids=[])
    assert events == (CandidateErased("37031511", ()),)


def test_the_vendors_trial_of_an_address_is_not_needed() -> None:
    ping = {
        "payload": {"active": True, "web_hook_id": 9590, "event": "Candidate has been hired"},
        "action": "ping",
    }
    assert greenhouse.parse(json.dumps(ping).encode()) == Parsed("ping", (greenhouse.PING,))
    assert greenhouse.parse(b'{"action":"ping"}') == Parsed("ping", (greenhouse.PING,))


@pytest.mark.parametrize("payload", [{}, None, [], "x", 7])
def test_an_unknown_action_is_not_needed_whatever_it_carries(payload: object) -> None:
    assert parse("candidate_teleported", payload) == (greenhouse.UNUSED,)
