"""Organisations that somebody made up, in the database: what keeps them out of every crowd.

The attacker lets them join together with one newcomer, so that three come at once. Nobody can be
seen to see several of them, so that no coalition tells of it; what helps is that they do not count.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tenants.access import Viewer
from tenants.benchmarks import release_queries
from tenants.benchmarks.releases import Released
from tenants.db import run
from tenants.metrics import DECLINE_RATE, RENEGE_RATE
from tenants.organisations.models import Organisation
from tenants.work import Session
from tests.attacks.releases.attacker import Seen, is_found, step_of
from tests.attacks.releases.test_releases import NEW, TOWN
from tests.tenants.benchmarks.town import AS_OF, Member, give, look, make_member, make_release

pytestmark = pytest.mark.usefixtures("connection")

# What is made up gives to one metric each, so that one town serves for both rules.
NOT_VOUCHED_FOR, TOO_YOUNG = "m.verified_on IS NOT NULL", "m.began_on <= :oldest"
METRIC = {NOT_VOUCHED_FOR: DECLINE_RATE, TOO_YOUNG: RENEGE_RATE}
MADE_UP = (0.55, 0.65)


async def not_vouched_for(session: Session, viewer: Viewer) -> None:
    """Leave an organisation as one that a firm has made: the operator has not admitted it."""
    (organisation_id,) = viewer.roles
    (await session.get_one(Organisation, organisation_id)).verified_on = None


async def make_sybils(rule: str) -> list[Member]:
    """Make organisations up that one rule alone keeps out."""
    young: dict[str, Any] = {
        "founded": AS_OF - timedelta(days=30),
        "joined_on": AS_OF - timedelta(days=30),
    }
    made = [await make_member(**(young if rule == TOO_YOUNG else {})) for _ in MADE_UP]
    for one, value in zip(made, MADE_UP, strict=True):
        if rule == NOT_VOUCHED_FOR:
            await run(not_vouched_for, one.job)
        await give(one, value, metric=METRIC[rule])
    return made


def finds(released: Released, metric: str) -> bool:
    """Return whether whoever knows all but the newcomer finds its value in the group of all."""
    (group,) = [one for one in released.groups if (one.metric, one.peer_group) == (metric, "ALL")]
    values: Mapping[str, float] = {
        **{one.name: one.value for one in TOWN},
        **{f"sybil-{at}": value for at, value in enumerate(MADE_UP)},
    }
    if group.contributors == len(TOWN):
        return False
    assert group.contributors == len(values) + 1
    seen = Seen(
        {**values, NEW.name: NEW.value},
        frozenset(values),
        group.shown,
        step_of(group.contributors - 1),
    )
    return is_found(seen, NEW.name)


async def test_made_up_organisations_are_no_crowd_for_a_newcomer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = []
    for one in TOWN:
        member = await make_member()
        for metric in METRIC.values():
            await give(member, one.value, metric=metric)
        town.append(member)
    await make_release()
    newcomer = await make_member()
    for metric in METRIC.values():
        await give(newcomer, NEW.value, metric=metric)
    made_up = [one for rule in METRIC for one in await make_sybils(rule)]
    await look([newcomer, *made_up])
    released = await make_release()
    assert not any(finds(released, metric) for metric in METRIC.values())
    freeze = release_queries._FREEZE_PLACES.text
    open_until_now = set(METRIC)
    for rule, metric in METRIC.items():
        assert rule in freeze
        monkeypatch.setattr(release_queries, "_FREEZE_PLACES", text(freeze.replace(rule, "true")))
        released = await make_release()
        open_until_now.discard(rule)
        assert finds(released, metric), rule
        for other in open_until_now:
            assert not finds(released, METRIC[other]), other
        monkeypatch.undo()
