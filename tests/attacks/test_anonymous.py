"""Nobody finds the writer of an anonymous answer, whatever of the database and logs they have."""

import pytest

from tests.attacks.attackers import attack
from tests.attacks.rounds import Flush, play
from tests.attacks.towns import make_town
from tests.attacks.ways import send_by_api, send_by_form

ROUNDS = 8
# Far more than anybody can match by rank if it tells anything.
ANSWERS = ROUNDS * (5 + 5 + 5 + 5 + 6 + 10)


@pytest.mark.usefixtures("committing")
async def test_nobody_is_better_than_chance(database: str, flush: Flush) -> None:
    towns = [
        # Five who share no department, who share one, and of whom too few share one.
        await make_town([["D", "E", "F", "G", "H"]] * ROUNDS, named=1),
        await make_town([["D"] * 5] * ROUNDS, named=1, drafts=True),
        await make_town([["D", "E", "D", "E", "F"]] * ROUNDS),
        # The same through the API and through the form, and two crowds in one batch.
        await make_town([["D"] * 5] * ROUNDS, send=send_by_api, drafts=True),
        await make_town([["D"] * 6] * ROUNDS, send=send_by_form, drafts=True),
        await make_town([["D"] * 5 + ["E"] * 5] * ROUNDS, named=1),
    ]
    batches = await play(towns, database, flush)
    crowds = [crowd for batch in batches for crowd in batch.crowds]
    assert {len(crowd.answers) for crowd in crowds} == {5, 6}
    assert len(crowds) == ROUNDS * 7
    verdict = attack(batches)
    assert verdict.leaks == []
    # They did look: at places, times and digests, on both sides, for every answer.
    for name in (
        "response.responses.ctid ~ before.held_submissions.ctid",
        "response.responses.ctid ~ after.invitations.ctid",
        "response.responses.cmin ~ after.invitations.cmin",
        "response.responses.id ~ before.invitations.xmin",
        "response.responses.receipt_key ~ before.invitations.retry_key",
        "response.answers.ctid.first ~ known.request.order reversed",
        "response.answers.text.size ~ known.mail.order",
    ):
        assert sum(sum(times) for _, times in verdict.scores[name].guesses) == ANSWERS, name


@pytest.mark.usefixtures("committing")
async def test_whoever_measures_what_candidates_save_is_outside_the_promise(
    database: str, flush: Flush
) -> None:
    """A known limit, kept honest, and a proof that a length that shows is found.

    Our server writes no log of requests. A proxy that notes how long each one was knows the length
    of what a candidate wrote, whatever we do with it afterwards.
    """
    town = await make_town([["D"] * 8] * 3, drafts=True)
    for group in town.rounds:
        for one in group:
            one.known["request.saved"] = len(one.note) + 200
    leaks = attack(await play([town], database, flush)).leaks
    assert [leak.attacker for leak in leaks] == ["response.answers.text.size ~ known.request.saved"]
