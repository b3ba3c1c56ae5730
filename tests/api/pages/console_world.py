"""An organisation in which every kind of response was given, and how people look at it."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.interviews import holding, submission
from tenants.interviews.models import Confidentiality
from tenants.offers import service as offers
from tenants.offers.models import Requisition
from tenants.organisations.models import Engagement, EngagementConsultant
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.values import Text
from tenants.reading import Key
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.pages.browsing import Page, session_of
from tests.factories import (
    Client,
    Invited,
    complete_answers,
    make_client,
    make_invited_candidate,
)

OWN = offers.RequisitionInput(external_id="own", title="Engineer", department="Engineering")
OTHER = offers.RequisitionInput(external_id="other", title="Analyst", department="Finance")
EVERYWHERE = ("interviews", "offers", "responses", "intake", "jobs")


def named(first_name: str) -> offers.CandidateInput:
    return offers.CandidateInput(
        external_id=first_name,
        first_name=first_name,
        last_name="Vale",
        email=f"{first_name.lower()}@candidates.example",
    )


async def answer(invited: Invited, confidentiality: Confidentiality, words: str) -> None:
    """Send words for HR and words for the hiring manager, and one text not to be quoted."""
    answers = complete_answers() | {
        "observations_hr": Answered(Text(f"{words} for HR")),
        "observations_hiring_manager": Answered(Text(f"{words} for the manager")),
        "concerns": Answered(Text(f"{words} unquotable"), do_not_quote=True),
    }
    few = get_settings().model_copy(update={"anonymous_minimum_invitations": 1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "get_settings", lambda: few)
        await run(
            submission.submit_response,
            invited.viewer,
            answers=answers,
            confidentiality=confidentiality,
            receipt_code=submission.new_receipt_code(),
            language="en",
        )


@dataclass(frozen=True)
class World:
    """One organisation in which every kind of response was given.

    Attributes:
        client: The organisation.
        attributed: Of the hiring manager's requisition, answered by Ada with her name.
        confidential: Of another one, answered by Cleo in confidence.
    """

    client: Client
    attributed: Invited
    confidential: Invited

    async def look(self, role: Role, path: str = "") -> Page:
        """Return a page of the organisation as somebody sees it."""
        browser = await session_of(self.client.people[role])
        return await browser.get(f"/console/{self.client.slug}{path}")

    def interview(self, invited: Invited) -> str:
        """Return the path of an interview."""
        key = Key(self.client.organisation_id, invited.interview_id)
        return f"/interviews/{encode_id(read_graph.INTERVIEW, key)}"


async def make_world() -> World:
    """Make the organisation."""
    client = await make_client(name="Northwind Robotics")
    attributed = await make_invited_candidate(client, requisition=OWN, candidate=named("Ada"))
    await answer(attributed, Confidentiality.ATTRIBUTED, "With a name")
    confidential = await make_invited_candidate(client, requisition=OTHER, candidate=named("Cleo"))
    await answer(confidential, Confidentiality.CONFIDENTIAL, "In confidence")
    for number in range(5):
        held = await make_invited_candidate(
            client, requisition=OTHER, candidate=named(f"Anon{number}")
        )
        await answer(held, Confidentiality.ANONYMOUS, "Anonymously")
    assert await run(holding.flush, client.job, organisation_id=client.organisation_id) == 5
    await assign(client, "own")
    return World(client, attributed, confidential)


async def assign(client: Client, external_id: str) -> None:
    """Make the hiring manager hire for a requisition."""

    async def find(session: Session, _viewer: Viewer) -> UUID:
        rows = await session.scalars(
            select(Requisition.id).where(Requisition.external_id == external_id)
        )
        return rows.one()

    assert client.hiring_manager.id is not None
    await run(
        offers.assign_hiring_manager,
        client.hr,
        organisation_id=client.organisation_id,
        requisition_id=await run(find, client.job),
        person_id=client.hiring_manager.id,
    )


async def engage(client: Client, consultant: Viewer) -> None:
    """Let another client's consultant serve this one, too."""
    assert consultant.id is not None
    person_id = consultant.id

    async def add(session: Session, _viewer: Viewer) -> None:
        engagement = (await session.scalars(select(Engagement))).one()
        session.add(
            EngagementConsultant(
                organisation_id=client.organisation_id,
                engagement_id=engagement.id,
                person_id=person_id,
            )
        )

    await run(add, client.job)
