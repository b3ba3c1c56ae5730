"""What may follow what."""

from hypothesis import given
from hypothesis import strategies as st

from tenants.actions.statuses import OPEN, TRANSITIONS, ActionStatus, may_follow

_STATUSES = st.sampled_from(ActionStatus)


@given(st.lists(_STATUSES, max_size=12))
def test_whatever_is_tried_nothing_is_done_before_it_was_agreed_and_begun(
    tried: list[ActionStatus],
) -> None:
    course = [ActionStatus.PROPOSED]
    for status in tried:
        if may_follow(course[-1], status):
            course.append(status)
    for place, status in enumerate(course):
        before = course[:place]
        if status is ActionStatus.DONE:
            assert before[-1] is ActionStatus.IN_PROGRESS
        if status is ActionStatus.IN_PROGRESS:
            assert ActionStatus.AGREED in before
        if before and before[-1] is ActionStatus.DROPPED:
            assert status is ActionStatus.PROPOSED


@given(_STATUSES)
def test_every_status_is_left_by_some_way_and_never_for_itself(status: ActionStatus) -> None:
    assert TRANSITIONS[status]
    assert not may_follow(status, status)
    # Whatever is still open can be dropped; what is done cannot.
    can_drop = may_follow(status, ActionStatus.DROPPED)
    assert can_drop is (status in OPEN)


def test_every_status_can_be_reached_from_the_first() -> None:
    reached, left = set(), {ActionStatus.PROPOSED}
    while left:
        status = left.pop()
        reached.add(status)
        left |= set(TRANSITIONS[status]) - reached
    assert reached == set(ActionStatus)
