"""Connections of one's own, and the messages that go over them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from tenants import db
from tenants.pipeline import Lent, Prepared
from tests.tenants.interviews.sending import Messages, forget


@pytest.fixture
async def readers() -> AsyncIterator[None]:
    """Give connections with prepared statements, and a process that has read no version yet."""
    forget()
    async with db.reading(3):
        yield
    forget()


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> Messages:
    """Return what tells how many messages were sent since it was asked last."""
    sent: list[object] = []
    send = Lent.send

    async def counted(self: Lent, statements: Sequence[Prepared]) -> Any:
        sent.append(statements)
        return await send(self, statements)

    monkeypatch.setattr(Lent, "send", counted)

    def count() -> int:
        number = len(sent)
        sent.clear()
        return number

    return count
