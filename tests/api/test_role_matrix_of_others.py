"""The table of roles for those who come from a firm or hold single interviews, cell by cell.

Machines have a matrix of their own, by scope (`test_scope_matrix.py`).
"""

from dataclasses import replace
from typing import Any

import pytest

from tenants.access import Viewer
from tests.api import firm_people
from tests.api.conftest import Ask
from tests.api.library_world import inputs_about, make_library
from tests.api.roles import FIELDS, MUTATIONS, ROWS, cells
from tests.api.test_assignments import add_administrator, assign
from tests.api.test_role_matrix import outcome, probe, the_rows, unrecorded
from tests.api.test_role_mutations import attempt, inputs
from tests.api.world import World, fingerprint, make_world
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

_FACTS = ("id", "slug", "name", "industry", "sizeBand", "region", "language")
# A place among what happens tells nothing of what happened, nor do the rules of editions.
_OWN = ("viewerRole", "viewerPermissions", "latestEvent", "insightSettings")
# What is not here is FORBIDDEN, or of a record that is not theirs to see.
FIRM_ADMINISTRATOR: dict[str, dict[str, str]] = {
    "Organisation": {**dict.fromkeys((*_FACTS, *_OWN), "yes"), "engagements": "rows 1"},
    "Engagement": dict.fromkeys(FIELDS["Engagement"], "yes"),
}
INDEPENDENT_ADMINISTRATOR: dict[str, dict[str, str]] = {
    "Organisation": {
        **dict.fromkeys((*_FACTS, *_OWN, "codebook"), "yes"),
        **dict.fromkeys(("requisitions", "offers", "interviews", "questionnaires"), "rows 1"),
        # They moderate where no firm does.
        **dict.fromkeys(("deskTexts", "deskExcerpts"), "rows 0"),
        "conversations": "rows 1",
    },
    "Requisition": {
        **dict.fromkeys(("id", "externalId", "title", "department", "location"), "yes"),
        "hiringManagers": "yes",
        "offers": "rows 1",
    },
    "Offer": {
        **dict.fromkeys(("id", "externalId", "applicationId", "jobTitle", "version"), "yes"),
        **dict.fromkeys(("status", "extendedOn", "resolvedOn", "statedReasons"), "yes"),
        **dict.fromkeys(("waitingForCandidate", "requisition", "interview"), "yes"),
    },
    "Interview": {
        **dict.fromkeys(("id", "offer", "status", "mode", "administrator"), "yes"),
        **dict.fromkeys(("language", "invitedOn", "closesOn", "candidate"), "yes"),
        "conversation": "yes",
    },
    "Conversation": dict.fromkeys(FIELDS["Conversation"], "yes"),
    "Candidate": dict.fromkeys(("id", "firstName", "lastName", "email", "language"), "yes"),
    **{
        noun: dict.fromkeys(FIELDS[noun], "yes")
        for noun in ("Questionnaire", "QuestionnaireVersion", "Question")
    },
}
# The records of the interview that is held: those of `again`, whose candidate has another one.
HELD = {
    "Organisation": {"organisation"},
    "Requisition": {"own"},
    "Offer": {"again"},
    "Interview": {"again"},
    "Conversation": {"again"},
    # One person, asked twice.
    "Candidate": {"attributed"},
    "Questionnaire": {"questionnaire"},
    "QuestionnaireVersion": {"version"},
    "Question": {"question"},
}
OF_THE_FIRM = {"Organisation": {"organisation"}, "Engagement": {"engagement"}}
LAST = ("discardKeyedAnswers", "recordNoInterview", "endEngagement", "withdrawFirmInvitation")
DOES = {
    "firm administrator": {
        *("createOrganisation", "startEngagement", "endEngagement"),
        *("addConsultant", "removeConsultant"),
        # How the firm's own people sign in, where that can be said.
        *("configureFirmIdentityProvider", "removeFirmIdentityProvider"),
        # And who they are.
        *firm_people.OF_PEOPLE,
        # What the firm keeps for its clients; pushing it is its consultants'.
        *("saveTemplate", "retireTemplate", "saveFirmTheme"),
    },
    "independent administrator": {
        *("scheduleInterview", "recordAttempt", "recordNoInterview", "beginInterview"),
        *("saveKeyedAnswers", "discardKeyedAnswers"),
    },
}


def _order(name: str) -> tuple[int, str]:
    return (LAST.index(name) if name in LAST else -1, name)


async def viewers(ask: Ask, world: World) -> dict[str, Viewer]:
    """Return who asks: for the firm, and the holder of one interview."""
    holder = await add_administrator(world.client, "Legal")
    assigned = await assign(ask, world.client, world.again, holder)
    assert assigned["userErrors"] == []
    return {
        "firm administrator": world.client.firm_administrator,
        "independent administrator": holder,
    }


async def test_which_rows_they_see(ask: Ask) -> None:
    world = await make_world()
    rows = await the_rows(ask, world)
    asking = await viewers(ask, world)
    before = unrecorded(await fingerprint(world.client))
    named = [(noun, name) for noun, lines in ROWS.items() for name in lines]
    query = " ".join(
        f'a{index}: node(id: "{rows[noun][name]}") {{ id }}'
        for index, (noun, name) in enumerate(named)
    )
    for column, stated in (
        ("firm administrator", OF_THE_FIRM),
        ("independent administrator", HELD),
    ):
        answer = await ask(asking[column], f"{{ {query} }}")
        seen = {
            (noun, name)
            for index, (noun, name) in enumerate(named)
            if answer["data"][f"a{index}"] is not None
        }
        assert seen == {(noun, name) for noun, names in stated.items() for name in names}
        assert "errors" not in answer
    assert unrecorded(await fingerprint(world.client)) == before


async def test_which_fields_they_get(ask: Ask) -> None:
    world = await make_world()
    rows = await the_rows(ask, world)
    asking = await viewers(ask, world)
    tables: dict[str, tuple[Any, Any]] = {
        "firm administrator": (FIRM_ADMINISTRATOR, OF_THE_FIRM),
        "independent administrator": (INDEPENDENT_ADMINISTRATOR, HELD),
    }
    for column, (stated, seen) in tables.items():
        assert set(stated) == set(seen)
        for noun, names in seen.items():
            (name,) = names
            probes = " ".join(probe(noun, field) for field in FIELDS[noun])
            answer = await ask(
                asking[column],
                f"query ($id: ID!) {{ node(id: $id) {{ ... on {noun} {{ {probes} }} }} }}",
                id=rows[noun][name],
            )
            found = {field: outcome(answer, field) for field in FIELDS[noun]}
            wanted = {field: stated[noun].get(field, "FORBIDDEN") for field in FIELDS[noun]}
            assert found == wanted, (column, noun)


async def test_what_they_do_and_that_a_denial_changes_nothing(ask: Ask) -> None:
    world, other = await make_world(), await make_client()
    asking = await viewers(ask, world)
    library = await make_library(world.client)
    # Whoever saves something in a library has to be somebody.
    administrator = asking["firm administrator"]
    asking["firm administrator"] = replace(administrator, id=library.administrator.id)
    given = {**await inputs(world, elsewhere=False), **inputs_about(library)}
    assert set(given) >= set(MUTATIONS)
    before = await fingerprint(world.client, other)
    for column, viewer in asking.items():
        for name in sorted(MUTATIONS):
            # What everybody may do to what is their own is no matter of a role.
            own = cells(MUTATIONS[name])["leadership"] not in {"FORBIDDEN", "NOT_FOUND"}
            if name not in DOES[column] and not own:
                became = await attempt(ask, viewer, name, given[name])
                # Nobody has begun the interview yet; what then happens test_keying_in.py says.
                begun = {"CONFLICT"} if name == "submitKeyedResponse" else set()
                assert became in {"FORBIDDEN", "NOT_FOUND", *begun}, (column, name)
    assert await fingerprint(world.client, other) == before
    for column, names in DOES.items():
        # A person is named before they are removed, and what is begun before it is given up.
        for name in sorted(names & set(MUTATIONS), key=_order):
            assert await attempt(ask, asking[column], name, given[name]) == "ok", name
