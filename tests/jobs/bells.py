"""A fixture that hears every bell."""

from collections.abc import Iterator, Sequence

import pytest

from tenants import db
from tenants.work import Bell


@pytest.fixture
def bells() -> Iterator[list[Bell]]:
    """Hear every bell that is rung."""
    heard: list[Bell] = []

    def ring(rung: Sequence[Bell]) -> None:
        heard.extend(rung)

    before = db._ring.copy()
    db.ring_with(ring)
    yield heard
    db._ring[:] = before
