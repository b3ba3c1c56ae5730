"""An organisation with a case of every kind, and ways to look at what the API and tables hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_named_type, is_composite_type, is_object_type
from sqlalchemy import select, text

from api.relay import encode_id
from api.schema import schema
from api.trusted import digest_of
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.integrations.documents import register_documents
from tenants.integrations.models import IntakeEvent, IntakeState
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality, Response
from tenants.model import Model, new_id
from tenants.offers import service as offers
from tenants.offers.models import Application, Offer
from tenants.offers.statuses import OfferStatus
from tenants.organisations.models import Engagement
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.values import Choices, Text
from tenants.reading import Key
from tenants.settings import get_settings
from tenants.work import Job, Session
from tests.factories import (
    Client,
    Invited,
    complete_answers,
    make_client,
    make_invited_candidate,
    make_offer,
)

GRAPH = schema._schema
CANDIDATE = {"first_name": "Robin", "last_name": "Vale", "email": "robin@candidates.example"}
OWN = offers.RequisitionInput(external_id="own", title="Engineer", department="Engineering")
OTHER = offers.RequisitionInput(external_id="other", title="Analyst", department="Finance")
# What is written for whom: by the code of the question.
WORDS = {
    "observations_hr": "meant for HR",
    "observations_hiring_manager": "meant for the hiring manager",
    "observations_organisation": "meant for all",
    "concerns": "not to be quoted",
}


@dataclass(frozen=True)
class World:
    """One organisation and what is in it.

    The cases are of the hiring manager's own requisition, except `elsewhere` and `unanswered`.

    Attributes:
        client: The organisation and its people.
        attributed: Answered by name, by a candidate who has another case, `again`.
        again: Not answered yet.
        confidential: Answered in confidence.
        anonymous: Answered anonymously, and held.
        unanswered: Not answered, of the other requisition.
        lapsed: An offer without an interview.
        elsewhere: Likewise, of the other requisition.
        open: An offer without a candidate.
    """

    client: Client
    attributed: Invited
    again: Invited
    confidential: Invited
    anonymous: Invited
    unanswered: Invited
    lapsed: UUID
    elsewhere: UUID
    open: UUID

    def id(self, noun: str, row: UUID) -> str:
        """Return the global id of a row of the organisation."""
        return encode_id(read_graph.NOUNS[noun], Key(self.client.organisation_id, row))

    @property
    def organisation(self) -> str:
        """The organisation's global id."""
        return self.id("Organisation", self.client.organisation_id)


async def submit_words(invited: Invited, confidentiality: Confidentiality) -> None:
    """Send an answer to every required question, and the words for each audience."""
    answers = complete_answers()
    answers |= {
        code: Answered(Text(words), do_not_quote=code == "concerns")
        for code, words in WORDS.items()
    }
    answers["decision_factors"] = Answered(Choices(("PAY_BASE",)))
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


async def _post_event(session: Session, _viewer: Viewer, client: Client) -> None:
    session.add(
        IntakeEvent(
            organisation_id=client.organisation_id,
            id=new_id(),
            integration_id=client.integration_id,
            event_key="event-1",
            action="offer_updated",
            application_id="application-1",
            state=IntakeState.NEEDS_REVIEW,
            reason_code="UNREADABLE",
            reason="The offer has no status.",
            received_at=datetime.now(UTC),
        )
    )


async def requisition_of(client: Client, offer_id: UUID) -> UUID:
    """Return the requisition of an offer."""

    async def find(session: Session, _viewer: Viewer) -> UUID:
        rows = await session.scalars(
            select(Application.requisition_id)
            .join(Offer, Offer.application_id == Application.id)
            .where(Offer.id == offer_id)
        )
        found = rows.one()
        assert found is not None
        return found

    return await run(find, client.job)


async def engagement_of(client: Client) -> UUID:
    """Return the engagement that an organisation was made with."""

    async def find(session: Session, _viewer: Viewer) -> UUID:
        return (await session.scalars(select(Engagement.id))).one()

    return await run(find, client.job)


async def candidate_of(client: Client, offer_id: UUID) -> UUID:
    """Return the candidate of an offer."""

    async def find(session: Session, _viewer: Viewer) -> UUID:
        rows = await session.scalars(
            select(Application.candidate_id)
            .join(Offer, Offer.application_id == Application.id)
            .where(Offer.id == offer_id)
        )
        found = rows.one()
        assert found is not None
        return found

    return await run(find, client.job)


async def response_of(invited: Invited) -> UUID:
    """Return the response of an interview that was answered by name or in confidence."""

    async def find(session: Session, _viewer: Viewer) -> UUID:
        rows = await session.scalars(
            select(Response.id).where(Response.interview_id == invited.interview_id)
        )
        return rows.one()

    return await run(find, invited.client.job)


async def forget_day(client: Client, invited: Invited) -> None:
    """Let a candidate have been invited so long ago that they may be invited again."""

    async def move(session: Session, _viewer: Viewer) -> None:
        given = {"interview": invited.interview_id}
        for statement in (
            "UPDATE written_addresses SET invited_on = invited_on - 200",
            "UPDATE interviews SET invited_on = invited_on - 200 WHERE id = :interview",
        ):
            await session.execute(text(statement), given)

    await run(move, client.job)


async def make_world() -> World:
    """Make an organisation with a case of every kind."""
    client = await make_client()
    same = offers.CandidateInput(external_id="twice", **CANDIDATE)
    attributed = await make_invited_candidate(client, requisition=OWN, candidate=same)
    await forget_day(client, attributed)
    again = await make_invited_candidate(client, requisition=OWN, candidate=same)
    confidential = await make_invited_candidate(client, requisition=OWN)
    anonymous = await make_invited_candidate(client, requisition=OWN)
    world = World(
        client,
        attributed,
        again,
        confidential,
        anonymous,
        unanswered=await make_invited_candidate(client, requisition=OTHER),
        lapsed=await make_offer(client, requisition=OWN, status=OfferStatus.LAPSED),
        elsewhere=await make_offer(client, requisition=OTHER, status=OfferStatus.LAPSED),
        open=await make_offer(
            client,
            requisition=OWN,
            status=OfferStatus.EXTENDED,
            extended_on=date(2026, 1, 5),
            resolved_on=None,
            candidate=None,
        ),
    )
    await submit_words(attributed, Confidentiality.ATTRIBUTED)
    await submit_words(confidential, Confidentiality.CONFIDENTIAL)
    await submit_words(anonymous, Confidentiality.ANONYMOUS)
    assert client.hiring_manager.id is not None
    await run(
        offers.assign_hiring_manager,
        client.hr,
        organisation_id=client.organisation_id,
        requisition_id=await requisition_of(client, attributed.offer_id),
        person_id=client.hiring_manager.id,
    )
    await run(_post_event, client.job, client)
    return world


def nobody() -> Viewer:
    """Return who has neither a token nor a session."""
    return Viewer()


# Nobody reads what lies across organisations but who makes releases.
ACROSS = {"benchmark_groups", "benchmark_partitions"}


async def fingerprint(*clients: Client) -> dict[str, tuple[int, str]]:
    """Return how many rows each table has and a checksum over them, as far as clients reach."""
    roles = {client.organisation_id: Role.JOB for client in clients}

    async def look(session: Session, _viewer: Viewer) -> dict[str, tuple[int, str]]:
        # Compiling takes longer than reading tables of a few rows.
        await session.execute(text("SET LOCAL jit = off"))
        rows = await session.execute(
            text(
                " UNION ALL ".join(
                    f"SELECT '{name}', count(*), coalesce(md5(string_agg(t::text, '|'"  # noqa: S608 - our own names.
                    f" ORDER BY t::text)), '') FROM {name} t"
                    for name in sorted(Model.metadata.tables.keys() - ACROSS)
                )
            )
        )
        return {name: (count, checksum) for name, count, checksum in rows}

    # The operator sees people, tokens and the schedule beside what the organisations hold.
    return await run(look, replace(Viewer.operator(), roles=roles))


def object_type(name: str) -> GraphQLObjectType:
    """Return an object type of the schema."""
    found = GRAPH.type_map[name]
    assert is_object_type(found)
    return found


def object_types() -> Mapping[str, GraphQLObjectType]:
    """Return every object type of the schema by its name, GraphQL's own left out."""
    return {
        name: one
        for name, one in GRAPH.type_map.items()
        if is_object_type(one) and not name.startswith("__")
    }


# What a version says is one document of its row, and too much to ask of many at once.
WITHIN_A_ROW = {"QuestionnaireContent"}

# What a field cannot be asked without.
REQUIRED = {
    **dict.fromkeys(("benchmark", "benchmarkTrend"), "(metric: DECLINE_RATE)"),
    "changesSince": '(version: "")',
}


def selection(type_name: str, *, below: frozenset[str] = frozenset()) -> str:
    """Return a selection of everything that a type has; of other nodes only their ids.

    Args:
        type_name: An object type.
        below: Types on the way to it, which are not gone into again.
    """
    parts = ["__typename"]
    for name, field in object_type(type_name).fields.items():
        target = get_named_type(field.type)
        if not is_composite_type(target):
            parts.append(f"{name}{REQUIRED.get(name, '')}")
        elif not is_object_type(target) or target.name in WITHIN_A_ROW:
            parts.append(f"{name}{REQUIRED.get(name, '')} {{ __typename }}")
        elif target.name.endswith("Connection"):
            record = object_type(get_named_type(target.fields["nodes"].type).name)
            inner = node_or_all(record, below)
            parts.append(f"{name}(first: 100) {{ totalCount nodes {inner} }}")
        elif target.name not in below:
            inner = node_or_all(target, below | {type_name})
            parts.append(f"{name}{REQUIRED.get(name, '')} {inner}")
    return "{ " + " ".join(parts) + " }"


def is_node(name: str) -> bool:
    """Return whether records of a type can be asked for by their ids."""
    return "Node" in [one.name for one in object_type(name).interfaces]


def node_or_all(target: GraphQLObjectType, below: frozenset[str]) -> str:
    """Return a selection of a node's id, or of everything that another type has."""
    if is_node(target.name):
        return "{ id __typename }"
    return selection(target.name, below=below | {target.name})


def organisation_id_of(client: Client) -> str:
    """Return an organisation's global id."""
    return encode_id(read_graph.ORGANISATION, Key(client.organisation_id, client.organisation_id))


async def count_jobs(client: Client) -> int:
    """Return how many jobs an organisation has."""

    async def count(session: Session, _viewer: Viewer) -> int:
        return len((await session.scalars(select(Job.id))).all())

    return await run(count, client.job)


async def register_document(client: Client) -> str:
    """Let HR register a trusted document, and return its client's name."""
    text_ = "{ viewer { id } }"
    await run(
        register_documents,
        client.hr,
        organisation_id=client.organisation_id,
        client="front-end",
        documents={digest_of(text_): text_},
    )
    return "front-end"
