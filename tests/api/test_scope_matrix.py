"""What a token with one scope sees and does, copied by hand from the table of the product.

An integrator gets offers, interviews, figures and questionnaires by scope, candidates and answers
of ATTRIBUTED interviews alone, and nothing of members, integrations or the engagement.
"""

from typing import Any

import pytest

from tenants.access import PEOPLE_ROLES, ROLE_TABLE, Permission, Role, Viewer, ViewerKind
from tenants.integrations.scopes import SCOPES, Scope, permissions_of
from tests.api.conftest import Ask
from tests.api.roles import MUTATIONS, ROWS
from tests.api.test_role_matrix import the_rows
from tests.api.test_role_mutations import attempt, inputs
from tests.api.world import World, fingerprint, make_world
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

_CASES = ("Organisation", "Requisition", "Offer")
# By scope: the kinds of rows that a machine with it alone finds by their ids.
SEES = {
    Scope.OFFERS_READ: _CASES,
    Scope.OFFERS_WRITE: _CASES,
    Scope.INTERVIEWS_READ: (*_CASES, "Interview"),
    Scope.INTERVIEWS_WRITE: (*_CASES, "Interview"),
    Scope.REQUISITIONS_WRITE: _CASES,
    Scope.CANDIDATES_READ: (*_CASES, "Interview", "Candidate"),
    Scope.RESPONSES_READ: (
        "Organisation",
        "Response",
        "Questionnaire",
        "QuestionnaireVersion",
        "Question",
    ),
    Scope.QUESTIONNAIRES_READ: (
        "Organisation",
        "Questionnaire",
        "QuestionnaireVersion",
        "Question",
    ),
    Scope.INSIGHTS_READ: ("Organisation", "Edition"),
    Scope.ACTIONS_READ: ("Organisation", "Action", "ActionNote"),
    # A machine reads them, and writes none.
    Scope.ACTIONS_WRITE: ("Organisation", "Action", "ActionNote"),
    Scope.EXCERPTS_READ: ("Organisation", "Excerpt"),
    Scope.BENCHMARK_READ: ("Organisation",),
    Scope.MEMBERS_READ: ("Organisation",),
    Scope.OPERATIONS_READ: ("Organisation",),
}
# Of candidates and responses those alone who gave their names.
BY_NAME_ALONE = ("Candidate", "Response")
# What a machine may do by a scope, and by no other; the rest it may not, or does not find.
DOES = {
    Scope.OFFERS_WRITE: {"recordOfferOutcome", "recordMonthlyCounts"},
    Scope.INTERVIEWS_WRITE: {"openInterview", "inviteCandidate"},
}
# About what is the viewer's own, of which a machine has nothing.
ON_ITS_OWN = {"revokeSessions"}
# What no scope hands on, so that a token can never make itself more than it is.
NOT_HANDED_ON = {
    Permission.ORGANISATION_CREATE,
    Permission.INTERVIEW_ASSIGN,
    Permission.RESPONSE_KEY_IN,
    Permission.BENCHMARK_JOIN,
    Permission.QUESTIONNAIRE_EDIT,
    Permission.QUESTIONNAIRE_PUBLISH,
    Permission.CODEBOOK_EDIT,
    Permission.LIBRARY_READ,
    Permission.LIBRARY_KEEP,
    Permission.EXCERPT_MODERATE,
    Permission.MEMBER_MANAGE,
    Permission.ENGAGEMENT_READ,
    Permission.ENGAGEMENT_MANAGE,
    Permission.INTEGRATION_READ,
    Permission.INTEGRATION_MANAGE,
    Permission.IDENTITY_PROVIDER_MANAGE,
    Permission.AUDIT_READ,
}


def machine(world: World, *scopes: Scope) -> Viewer:
    """Return what the token of a machine makes of it."""
    return Viewer(
        ViewerKind.INTEGRATION,
        world.client.integration_id,
        "Reporting",
        {world.client.organisation_id: Role.INTEGRATION},
        scopes=permissions_of(scopes),
    )


def test_what_people_may_do_is_in_a_scope_or_handed_on_to_nobody() -> None:
    of_people = frozenset[Permission]().union(
        *(ROLE_TABLE[one].permissions for one in PEOPLE_ROLES)
    )
    handed_on = permissions_of(Scope)
    assert handed_on <= of_people
    assert of_people - handed_on == NOT_HANDED_ON


async def test_which_rows_a_machine_sees_by_each_scope(ask: Ask) -> None:
    world = await make_world()
    rows = await the_rows(ask, world)
    named = [(noun, name) for noun, lines in ROWS.items() if noun in rows for name in lines]
    query = " ".join(
        f'a{index}: node(id: "{rows[noun][name]}") {{ id }}'
        for index, (noun, name) in enumerate(named)
        if name in rows[noun]
    )
    assert set(SEES) == set(Scope)
    for scope, nouns in SEES.items():
        answer = await ask(machine(world, scope), f"{{ {query} }}")
        assert "errors" not in answer, scope
        seen = {named[int(alias[1:])] for alias, node in answer["data"].items() if node is not None}
        assert seen == {
            (noun, name)
            for noun, name in named
            if noun in nouns and (noun not in BY_NAME_ALONE or name == "attributed")
        }, scope


async def test_what_a_machine_does_by_each_scope(ask: Ask) -> None:
    world, other = await make_world(), await make_client()
    given: dict[str, Any] = await inputs(world, elsewhere=False)
    before = await fingerprint(world.client, other)
    for name in sorted(set(MUTATIONS) & set(given)):
        others = [scope for scope in Scope if name not in DOES.get(scope, ())]
        outcome = await attempt(ask, machine(world, *others), name, given[name])
        refused = {"ok"} if name in ON_ITS_OWN else {"FORBIDDEN", "NOT_FOUND"}
        assert outcome in refused, name
    assert await fingerprint(world.client, other) == before
    for scope, names in DOES.items():
        for name in sorted(names):
            assert await attempt(ask, machine(world, scope), name, given[name]) == "ok"


async def test_a_person_is_never_more_by_a_token_than_without(ask: Ask) -> None:
    world = await make_world()
    everything = permissions_of(Scope)
    for role, person in world.client.people.items():
        narrowed = Viewer(
            ViewerKind.PERSON,
            person.id,
            person.name,
            dict(person.roles),
            scopes=everything,
        )
        mine = narrowed.permissions_in(world.client.organisation_id)
        assert mine == ROLE_TABLE[role].permissions - NOT_HANDED_ON
        answer = await ask(narrowed, "{ viewer { kind firm { slug } memberships { role } } }")
        # What is the person's own elsewhere is out of the token's scope, in the database as well.
        assert answer["data"]["viewer"] == {
            "kind": "PERSON",
            "firm": None,
            "memberships": [{"role": role.value}],
        }


def test_scopes_say_what_they_allow_in_words() -> None:
    words = [one.words for one in SCOPES.values()]
    assert len(set(words)) == len(Scope)
