"""Random people and machines do random things in three organisations, against a simple model.

Two firms serve the three; a consultant of the first one has two clients. After every step somebody
looks at everything, and no look ever differs from what the model says.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Permission, Role, Viewer, ViewerKind
from tenants.db import run
from tenants.interviews import receipts
from tenants.interviews.models import Confidentiality
from tenants.organisations import engagements
from tenants.organisations import queries as organisations
from tenants.organisations import service as founding
from tenants.organisations.models import FirmRole
from tenants.reading import Key
from tests.api.conftest import Ask
from tests.api.world import engagement_of, response_of
from tests.factories import Client, Invited, make_client, make_invited_candidate, submit

STEPS = 30
LOOK = """query ($slug: String!, $ids: [ID!]!) {
  viewer { firms { auditEvents { totalCount } } }
  organisations(first: 100) { nodes { slug } } nodes(ids: $ids) { id }
  organisation(slug: $slug) { viewerRole offers { totalCount } interviews(first: 100) {
    totalCount nodes { candidate { lastName } } } responses { totalCount } } }"""
RECORD = """mutation ($input: RecordOfferOutcomeInput!) { recordOfferOutcome(input: $input) {
  offer { id } userErrors { code } } }"""
_P = Permission
# Several sets of scopes that a machine's token may have.
SCOPES = (
    frozenset({_P.ORGANISATION_READ, _P.OFFER_READ, _P.OFFER_COUNT, _P.OFFER_RECORD}),
    frozenset({_P.ORGANISATION_READ, _P.RESPONSE_READ}),
    frozenset(Permission),
)


@dataclass
class Case:
    """An interview: who was asked, and what was chosen, if anything is there."""

    invited: Invited
    chosen: Confidentiality | None = None
    receipt: str = ""
    response: UUID | None = None


@dataclass
class Place:
    """What the model knows of an organisation.

    Attributes:
        client: The organisation and its people.
        firm: Who serves it.
        engagement: The current one, or the last.
        named: Whom it names.
        served: Whether it lasts.
        offers: How many there are.
        cases: Its interviews.
    """

    client: Client
    firm: UUID
    engagement: UUID
    named: set[UUID]
    served: bool = True
    offers: int = 0
    cases: list[Case] = field(default_factory=list)


@dataclass
class Model:
    """Everything that matters for who sees what."""

    places: list[Place]
    consultants: dict[UUID, UUID]
    administrators: dict[UUID, Viewer]
    members: dict[UUID, dict[UUID, Role]]
    record: int = 0
    told: Counter[UUID] = field(default_factory=Counter)

    def role(self, viewer: Viewer, place: Place) -> Role | None:
        """Return the part that somebody has in a place."""
        where, who = place.client.organisation_id, known(viewer)
        if viewer.kind is ViewerKind.INTEGRATION:
            return viewer.role_in(where)
        if where in self.members.get(who, {}):
            return self.members[who][where]
        if place.served and who in place.named:
            return Role.CONSULTANT
        administers = {one.id: firm for firm, one in self.administrators.items()}
        return Role.FIRM_ADMINISTRATOR if administers.get(who) == place.firm else None


def known(viewer: Viewer) -> UUID:
    """Return who somebody is."""
    assert viewer.id is not None
    return viewer.id


async def make_model() -> Model:
    """Make three organisations; the first firm serves the first and the third one."""
    first, second, third = [await make_client() for _ in range(3)]
    administrators = {}
    for client in (first, second):
        person = await run(
            founding.create_person,
            Viewer.operator(),
            email=f"administrator@{client.slug}.example",
            name="Administrator",
        )
        await run(
            founding.join_firm,
            Viewer.operator(),
            firm_id=client.firm_id,
            person_id=person,
            role=FirmRole.ADMINISTRATOR,
        )
        administrators[client.firm_id] = replace(client.hr, id=person, roles={})
    await run(
        engagements.end_engagement,
        third.hr,
        organisation_id=third.organisation_id,
        engagement_id=await engagement_of(third),
    )
    served = await run(
        founding.start_engagement,
        third.job,
        organisation_id=third.organisation_id,
        firm_id=first.firm_id,
        starts_on=date(2020, 1, 1),
        ends_on=None,
        consultant_ids=(),
    )
    people = {one.firm_id: known(one.consultant) for one in (first, second)}
    places = [
        Place(first, first.firm_id, await engagement_of(first), {people[first.firm_id]}),
        Place(second, second.firm_id, await engagement_of(second), {people[second.firm_id]}),
        Place(third, first.firm_id, served, set()),
    ]
    members: dict[UUID, dict[UUID, Role]] = {}
    for place in places:
        client = place.client
        for role in (Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP):
            person = known(client.people[role])
            members.setdefault(person, {})[client.organisation_id] = role
    consultants = {person: firm for firm, person in people.items()}
    return Model(places, consultants, administrators, members)


async def seen_now(viewer: Viewer) -> Viewer:
    """Return somebody with today's parts, as a token would bring."""
    if viewer.kind is ViewerKind.INTEGRATION:
        return viewer
    bare = Viewer(ViewerKind.PERSON, viewer.id)
    roles, firms = await run(organisations.list_parts, bare, person_id=known(viewer))
    return replace(bare, roles=roles, firms=firms)


def everybody(model: Model) -> list[Viewer]:
    """Return all who may look or act: people, and machines with different scopes."""
    people = [
        one
        for place in model.places
        for one in (place.client.hr, place.client.hiring_manager, place.client.leadership)
    ]
    people += [model.places[0].client.consultant, model.places[1].client.consultant]
    people += model.administrators.values()
    machines = [
        Viewer(
            ViewerKind.INTEGRATION,
            place.client.integration_id,
            roles={place.client.organisation_id: Role.INTEGRATION},
            scopes=scopes,
        )
        for place in model.places
        for scopes in SCOPES
    ]
    return people + machines


def id_of(place: Place, noun: str, row: UUID) -> str:
    return encode_id(read_graph.NOUNS[noun], Key(place.client.organisation_id, row))


# What is done. Each changes the model as it changes the world.
async def decline(_model: Model, place: Place, _random: Random) -> None:
    """Somebody turns an offer down and is invited."""
    place.cases.append(Case(await make_invited_candidate(place.client)))
    place.offers += 1


async def answer(_model: Model, place: Place, random: Random) -> None:
    """A candidate answers, by name or in confidence."""
    waiting = [one for one in place.cases if not one.receipt]
    if waiting:
        case = random.choice(waiting)
        case.chosen = random.choice([Confidentiality.ATTRIBUTED, Confidentiality.CONFIDENTIAL])
        case.receipt = await submit(case.invited, case.chosen)
        case.response = await response_of(case.invited)


async def tighten(_model: Model, place: Place, random: Random) -> None:
    """A candidate makes a response more confidential; nobody ever loosens one."""
    sent = [one for one in place.cases if one.chosen]
    if sent:
        case = random.choice(sent)
        viewer = case.invited.viewer
        await run(receipts.tighten_confidentiality, viewer, receipt_code=case.receipt)
        case.chosen = Confidentiality.CONFIDENTIAL


async def withdraw(_model: Model, place: Place, random: Random) -> None:
    """A candidate takes a response back."""
    sent = [one for one in place.cases if one.chosen]
    if sent:
        case = random.choice(sent)
        await run(receipts.withdraw_response, case.invited.viewer, receipt_code=case.receipt)
        case.chosen = case.response = None


async def end_or_start(_model: Model, place: Place, _random: Random) -> None:
    """The organisation ends the engagement, or starts the next one."""
    here = place.client.organisation_id
    if place.served:
        await run(
            engagements.end_engagement,
            place.client.hr,
            organisation_id=here,
            engagement_id=place.engagement,
        )
        place.served = False
        return
    place.engagement = await run(
        founding.start_engagement,
        place.client.job,
        organisation_id=here,
        firm_id=place.firm,
        starts_on=datetime.now(UTC).date(),
        ends_on=None,
        consultant_ids=(),
    )
    place.served, place.named = True, set()


async def name_or_remove(model: Model, place: Place, random: Random) -> None:
    """The firm's administrator names a consultant, or takes one off."""
    if not place.served:
        return
    ours = [person for person, firm in model.consultants.items() if firm == place.firm]
    person = random.choice(ours)
    verb = engagements.remove_consultant if person in place.named else engagements.add_consultant
    await run(
        verb,
        await seen_now(model.administrators[place.firm]),
        organisation_id=place.client.organisation_id,
        engagement_id=place.engagement,
        person_id=person,
    )
    place.named ^= {person}
    model.told[place.firm] += 1


THINGS: tuple[Callable[[Model, Place, Random], Any], ...] = (
    *(decline, answer, answer, tighten, withdraw),
    *(end_or_start, name_or_remove, name_or_remove),
)


def expected(model: Model, viewer: Viewer, place: Place) -> dict[str, Any] | None:
    """Return what the model says that somebody is shown of a place."""
    role = model.role(viewer, place)
    if role is None or not viewer.grants(role, _P.ORGANISATION_READ):
        return None
    offers = place.offers if viewer.grants(role, _P.OFFER_COUNT) else None
    interviews = len(place.cases) if viewer.grants(role, _P.INTERVIEW_COUNT) else None
    if role is Role.HIRING_MANAGER:
        offers = interviews = 0
    chosen = [one.chosen for one in place.cases]
    known = {Role.CONSULTANT: len(chosen), Role.HR: chosen.count(Confidentiality.ATTRIBUTED)}
    known[Role.INTEGRATION] = known[Role.HR]
    read = {
        Role.CONSULTANT: sum(one is not None for one in chosen),
        Role.HR: known[Role.HR],
        Role.INTEGRATION: known[Role.HR],
    }
    listed = viewer.grants(role, _P.INTERVIEW_READ) and viewer.grants(role, _P.CANDIDATE_READ)
    return {
        "role": None if role is Role.INTEGRATION else role.value,
        "offers": offers,
        "interviews": interviews,
        "known": known.get(role, 0) if listed else 0,
        "responses": read.get(role) if viewer.grants(role, _P.RESPONSE_READ) else None,
    }


def shown(answer: Any) -> dict[str, Any] | None:
    """Return what an answer shows of an organisation, in the model's words."""
    found = answer["data"]["organisation"]
    if found is None:
        return None
    interviews = found["interviews"]
    nodes = (interviews or {}).get("nodes") or []
    return {
        "role": found["viewerRole"],
        "offers": found["offers"] and found["offers"]["totalCount"],
        "interviews": interviews and interviews["totalCount"],
        "known": sum(one["candidate"] is not None for one in nodes),
        "responses": found["responses"] and found["responses"]["totalCount"],
    }


def rows_seen(model: Model, viewer: Viewer) -> tuple[list[str], list[str]]:
    """Return the ids of all responses everywhere, and of those that somebody reads."""
    everything, read = [], []
    for place in model.places:
        role = model.role(viewer, place)
        for case in place.cases:
            if case.response is None:
                continue
            name = id_of(place, "Response", case.response)
            everything.append(name)
            all_of_them = role is Role.CONSULTANT
            by_name = role in {Role.HR, Role.INTEGRATION}
            attributed = case.chosen is Confidentiality.ATTRIBUTED
            may = viewer.grants(role, _P.RESPONSE_READ)
            if may and (all_of_them or (by_name and attributed)):
                read.append(name)
    return everything, read


async def look(ask: Ask, model: Model, viewer: Viewer, place: Place) -> None:
    """Assert that somebody is shown what the model says, and nothing of other places."""
    now = await seen_now(viewer)
    everything, read = rows_seen(model, viewer)
    answer = await ask(now, LOOK, slug=place.client.slug, ids=everything)
    assert shown(answer) == expected(model, viewer, place)
    seen = [one["id"] for one in answer["data"]["nodes"] if one is not None]
    assert seen == read
    listed = {one["slug"] for one in answer["data"]["organisations"]["nodes"]}
    assert listed == {
        one.client.slug for one in model.places if expected(model, viewer, one) is not None
    }
    # What was done in a firm its administrators read, and nobody else.
    logs = sum(one["auditEvents"]["totalCount"] for one in answer["data"]["viewer"]["firms"])
    administered = [firm for firm, one in model.administrators.items() if one.id == viewer.id]
    assert logs == sum(model.told[firm] for firm in administered)


async def record_an_offer(ask: Ask, model: Model, viewer: Viewer, place: Place) -> None:
    """Somebody records an offer, and is let or not as the model says."""
    model.record += 1
    role = model.role(viewer, place)
    organisation = id_of(place, "Organisation", place.client.organisation_id)
    given = {"organisationId": organisation, "applicationId": f"by hand {model.record}"}
    now = await seen_now(viewer)
    answer = await ask(now, RECORD, input={**given, "status": "EXTENDED"})
    if role is None:
        refused = answer["data"]["recordOfferOutcome"]["userErrors"]
        assert [one["code"] for one in refused] == ["NOT_FOUND"]
    elif viewer.grants(role, _P.OFFER_RECORD):
        assert answer["data"]["recordOfferOutcome"]["userErrors"] == []
        place.offers += 1
    else:
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["FORBIDDEN"]


@pytest.mark.usefixtures("connection")
@settings(
    max_examples=2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.randoms(use_true_random=False))
async def test_no_look_ever_differs_from_the_model(ask: Ask, random: Random) -> None:
    model = await make_model()
    who = everybody(model)
    for place in model.places:
        for _ in range(2):
            await decline(model, place, random)
    for _ in range(STEPS):
        place = random.choice(model.places)
        await random.choice(THINGS)(model, place, random)
        await record_an_offer(ask, model, random.choice(who), random.choice(model.places))
        await look(ask, model, random.choice(who), random.choice(model.places))
    for viewer in who:
        await look(ask, model, viewer, random.choice(model.places))
