"""Each of the vendor's 29 examples, byte for byte, and exactly what it means."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tenants.offers.ats import greenhouse
from tenants.offers.ats.events import (
    ApplicationSeen,
    CandidateErased,
    CandidateFacts,
    CandidateMerged,
    CandidateUpdated,
    Event,
    OfferDeleted,
    OfferSeen,
    Parsed,
    RequisitionFacts,
    RequisitionSeen,
    Unhired,
)
from tenants.offers.statuses import OfferStatus

EXAMPLES = Path(__file__).parents[3] / "data" / "greenhouse"

HECTOR = CandidateFacts(
    "265788", "Hector", "Porter", "hector.porter.265788@example.com", may_be_emailed=True
)
DESIGNER = RequisitionFacts("371417", "Designer", "Community", "New York, NY")
STORE_MANAGER = RequisitionFacts(
    "100445", "Assistant Store Manager, NYC", "Guideshops", "New York, NY", ("1234",)
)


def offer(version: int, status: OfferStatus) -> OfferSeen:
    """Return the offer that three of the examples are about."""
    return OfferSeen(
        application_id="234556",
        offer_id="12345",
        version=version,
        status=status,
        extended_on=date(2013, 3, 22),
        resolved_at=datetime(2013, 3, 25, tzinfo=UTC),
        starts_on=date(2013, 4, 15),
        requisition_external_id="45678",
    )


EXPECTED: dict[str, tuple[Event, ...]] = {
    "application_updated": (
        ApplicationSeen(
            "22202940",
            # The example's only address has a space in it, so no mail can be sent to it.
            CandidateFacts("13857579", "Hank", "Von Diablo", None, may_be_emailed=True),
            None,
            last_activity_at=datetime(2015, 12, 3, 6, 31, 26, tzinfo=UTC),
        ),
    ),
    "candidate_anonymized": (CandidateErased("37031511", None),),
    "candidate_stage_change": (
        ApplicationSeen(
            "265277",
            CandidateFacts(
                "265772", "Giuseppe", "Hurley", "giuseppe.hurley@example.com", may_be_emailed=True
            ),
            RequisitionFacts("3485", "Designer", "Community", "New York, NY"),
            last_activity_at=datetime(2015, 2, 9, 16, 38, 36, tzinfo=UTC),
        ),
    ),
    "delete_application": (greenhouse.UNUSED,),
    "delete_candidate": (CandidateErased("37031511", ("46196263", "46196258")),),
    "department_deleted": (greenhouse.UNUSED,),
    "hire_candidate": (
        ApplicationSeen(
            "46194062",
            CandidateFacts(
                "35897443", "Johnny", "Smith", "personal@example.com", may_be_emailed=True
            ),
            RequisitionFacts("323753", "Developer", "Technology", "New York, NY; St. Louis"),
        ),
        OfferSeen(
            application_id="46194062",
            offer_id="506409",
            version=2,
            status=OfferStatus.ACCEPTED,
            extended_on=date(2014, 11, 10),
            resolved_at=datetime(2014, 11, 20, 22, 49, 14, tzinfo=UTC),
            starts_on=date(2015, 1, 23),
            requisition_external_id="323753",
        ),
    ),
    "interview_deleted": (greenhouse.UNUSED,),
    "job_approved": (RequisitionSeen(STORE_MANAGER),),
    "job_created": (
        RequisitionSeen(
            RequisitionFacts(
                "371417", "Software Engineer", "Technology", "New York, NY; St. Louis", ("1234",)
            )
        ),
    ),
    "job_deleted": (greenhouse.UNUSED,),
    "job_interview_stage_deleted": (greenhouse.UNUSED,),
    "job_post_created": (greenhouse.UNUSED,),
    "job_post_deleted": (greenhouse.UNUSED,),
    "job_post_updated": (greenhouse.UNUSED,),
    "job_updated": (RequisitionSeen(STORE_MANAGER),),
    "merge_candidate": (CandidateMerged("37031511", "457456"),),
    "new_candidate_application": (
        ApplicationSeen(
            "71980812",
            CandidateFacts("60304594", "Jane", "Smith", "person@example.com", may_be_emailed=True),
            RequisitionFacts(
                "274075", "Data Scientist", "Data Science", "London, United Kingdom", ("92913",)
            ),
            last_activity_at=datetime(2017, 10, 27, 14, 44, 42, tzinfo=UTC),
        ),
    ),
    "new_prospect_application": (greenhouse.PROSPECT,),
    "offer_approved": (offer(1, OfferStatus.ACCEPTED),),
    "offer_created": (offer(1, OfferStatus.ACCEPTED),),
    "offer_deleted": (OfferDeleted("46194062", "506406", 1),),
    "offer_updated": (offer(2, OfferStatus.SUPERSEDED),),
    "office_deleted": (greenhouse.UNUSED,),
    "reject_candidate": (
        ApplicationSeen(
            "265293",
            HECTOR,
            DESIGNER,
            # "Wrong skill set" is none of the three documented types of reason.
            rejected_by_candidate=None,
            stated_reasons=(),
            last_activity_at=datetime(2015, 2, 11, 15, 50, 41, tzinfo=UTC),
        ),
    ),
    "scorecard_deleted": (greenhouse.UNUSED,),
    "unhire_candidate": (
        ApplicationSeen(
            "265293",
            HECTOR,
            DESIGNER,
            last_activity_at=datetime(2015, 3, 18, 20, 28, 9, tzinfo=UTC),
        ),
        Unhired("265293", datetime(2015, 3, 18, 20, 28, 9, tzinfo=UTC)),
    ),
    "unreject_candidate": (
        ApplicationSeen(
            "265293",
            HECTOR,
            DESIGNER,
            last_activity_at=datetime(2015, 2, 11, 15, 50, 41, tzinfo=UTC),
        ),
    ),
    "update_candidate": (
        CandidateUpdated(CandidateFacts("15696179", "Ronald", "Ronnie", "123456email@email.com")),
    ),
}


def test_all_29_examples_are_here() -> None:
    names = sorted(path.name for path in EXAMPLES.glob("*.json"))
    assert names == sorted(f"webhook_{action}.json" for action in EXPECTED)
    assert len(names) == 29


@pytest.mark.parametrize("action", EXPECTED)
def test_an_example_means_exactly_this(action: str) -> None:
    body = (EXAMPLES / f"webhook_{action}.json").read_bytes()
    assert greenhouse.parse(body) == Parsed(action, EXPECTED[action])
