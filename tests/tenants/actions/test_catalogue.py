"""The catalogue of actions is whole."""

from tenants.access import Role
from tenants.actions.catalogue import CATALOGUE, ActionKind, OwnerRole
from tenants.metrics import METRICS, reason_key
from tenants.reasons import REASONS, Controllability


def test_every_kind_says_what_it_answers_and_what_it_should_move() -> None:
    assert set(CATALOGUE) == set(ActionKind)
    for kind, entry in CATALOGUE.items():
        assert entry.metric in METRICS, kind
        assert entry.title, kind
        assert entry.advice.endswith("."), kind
        if kind is not ActionKind.OTHER:
            # It is measured by the first reason that it answers.
            assert entry.metric == reason_key(entry.themes[0]), kind


def test_actions_answer_what_the_organisation_can_change_or_with_effort() -> None:
    for kind, entry in CATALOGUE.items():
        for reason in entry.themes:
            assert REASONS[reason].controllability is not Controllability.OUTSIDE_CONTROL, kind
    pay, speed = ActionKind.OFFER_COMPETITIVENESS, ActionKind.PROCESS_SPEED
    assert CATALOGUE[pay].controllability is Controllability.HARD_TO_CHANGE
    assert CATALOGUE[speed].controllability is Controllability.CONTROLLABLE


def test_the_roles_that_see_to_an_action_are_no_people() -> None:
    # Those that are members' roles are spelt as such: a hiring manager notes by that.
    assert {one.value for one in OwnerRole} & {one.value for one in Role} == {
        "HR",
        "HIRING_MANAGER",
        "LEADERSHIP",
    }
