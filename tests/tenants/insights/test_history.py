"""Whatever happens later, a published window never changes, except to Suppressed."""

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.db import run
from tenants.insights.windows import months_after
from tenants.insights.withdrawals import withdraw_response
from tenants.interviews.models import Confidentiality
from tests.factories import Client
from tests.tenants.insights.answered import add_response, answers, candidate
from tests.tenants.insights.published import BEGAN, frozen, make_old_client, publish

pytestmark = pytest.mark.usefixtures("connection")

ATTRIBUTED, CONFIDENTIAL, ANONYMOUS = Confidentiality
MONTHS = 4


class History:
    """A client's months as they pass, and what was published in them."""

    def __init__(self, client: Client, seed: int) -> None:
        """Begin with the client's first month."""
        self.client = client
        self.chance = random.Random(seed)  # noqa: S311 - no secret.
        self.month = BEGAN
        self.codes: list[str] = []

    async def submit(self) -> None:
        """Let a few answer under their names or in confidence, late for an ended window or not."""
        for _ in range(self.chance.randint(1, 4)):
            chosen = self.chance.choice((ATTRIBUTED, ATTRIBUTED, CONFIDENTIAL))
            await self._respond(self.chance.choice((self.month, BEGAN)), chosen)

    async def flush(self) -> None:
        """Let five leave the holding place together."""
        for _ in range(5):
            await self._respond(self.month, ANONYMOUS)

    async def withdraw(self) -> None:
        """Let somebody take the answers back."""
        if self.codes:
            code = self.codes.pop(self.chance.randrange(len(self.codes)))
            await run(withdraw_response, candidate(self.client), receipt_code=code)

    async def publish(self) -> None:
        """Let some months pass, and publish as at the end of each."""
        self.month = months_after(self.month, MONTHS)
        await publish(self.client, as_of=months_after(self.month, -1))

    async def _respond(self, month: date, chosen: Confidentiality) -> None:
        segment = self.chance.choice(("Engineering", "Sales", None))
        score = self.chance.choice((0, 5, 8, 9, 10, None))
        given = answers(score=score)
        self.codes.append(
            await add_response(self.client, month, chosen, segment=segment, given=given)
        )


def _only_suppressed(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    """Return whether a cell changed in nothing but figures that are withheld now."""
    *same_before, figures_before, questions_before = before
    *same_after, figures_after, questions_after = after
    return (
        same_before == same_after
        and figures_after.items() <= figures_before.items()
        and all(
            new == old or (new["coverage"] is None and "mean" not in new)
            for old, new in zip(questions_before, questions_after, strict=True)
        )
    )


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.sampled_from(("submit", "submit", "flush", "withdraw", "withdraw", "publish")),
        min_size=12,
        max_size=24,
    ),
    seed=st.integers(0, 2**16),
)
async def test_a_published_window_changes_to_suppressed_or_not_at_all(
    steps: list[str], seed: int
) -> None:
    history = History(await make_old_client(), seed)
    before: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    editions: set[date] = set()
    for step in ("flush", "submit", "submit", "publish", "publish", "publish", *steps):
        await getattr(history, step)()
        rows = await frozen(history.client)
        now = {(row[0], row[3], row[4]): (row[1], row[2], row[5], row[6], row[7]) for row in rows}
        assert {key[0] for key in now} >= editions
        for key, cell in now.items():
            if key[0] in editions and key[1] is not None:
                # A cell that was withheld never comes back.
                assert key in before
                assert _only_suppressed(before[key], cell)
        editions = {key[0] for key in now}
        before = now
    assert editions
