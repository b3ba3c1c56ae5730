"""Each mistake planted into the product is found by the attackers who find nothing without it.

So the silence of `test_anonymous` means something.
"""

import pytest

from tests.attacks import plants
from tests.attacks.attackers import attack
from tests.attacks.rounds import Flush, play
from tests.attacks.towns import make_town

DEPARTMENTS = ["Sales", "Research", "Law", "Service", "Works", "Finance", "Design", "Supply"]

FOUND_BY = [
    (plants.timestamp, "response.responses.planted ~ known.request.at"),
    (plants.ids_in_order_of_time, "response.responses.id ~ known.request.order"),
    (plants.ordered_insertion, "response.responses.ctid ~ before.held_submissions.id"),
    (plants.audit_event, "response.audit_events.at ~ before.invitations.xmin"),
    (plants.language, "response.responses.planted = after.interviews.language, of one only"),
    (plants.job, "response.jobs.id ~ known.request.order"),
    (plants.held_id, "response.responses.planted = before.held_submissions.id"),
    (plants.one_receipt_key, "response.responses.receipt_key = before.invitations.retry_key"),
    (plants.lonely_segment, "response.responses.segment = before.requisitions.department"),
    (plants.same_order, "response.responses.cmin ~ after.invitations.cmin"),
    (plants.one_transaction_each, "response.responses.xmin = after.invitations.xmin"),
    (plants.draft_length, "response.answers.text.size ~ earlier.drafts.sealed.length"),
    (plants.held_length, "response.answers.text.size ~ before.held_submissions.sealed.length"),
]


@pytest.mark.usefixtures("committing")
@pytest.mark.parametrize(
    ("plant", "attacker"), FOUND_BY, ids=lambda one: getattr(one, "__name__", "")
)
async def test_the_mistake_is_found(
    plant: plants.Plant, attacker: str, database: str, flush: Flush, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with plants.another_column(database):
        if plant is plants.language:
            # Of one batch it tells little; only in many it shows.
            towns = [await make_town([DEPARTMENTS[:5]] * 5) for _ in range(3)]
        else:
            towns = [await make_town([DEPARTMENTS] * 3, drafts=plant is plants.draft_length)]
        leaks = attack(await play(towns, database, flush)).leaks
    assert attacker in {leak.attacker for leak in leaks}
