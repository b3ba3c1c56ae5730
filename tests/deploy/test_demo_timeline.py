"""What happens at the demo's organisations, whenever it is started."""

from collections import Counter
from datetime import date

import pytest

from deploy.demo.clients import CLIENTS, NEIGHBOURS
from deploy.demo.history import seeded
from deploy.demo.timeline import first_day, make_events
from tenants.insights.windows import months_after
from tenants.offers.statuses import OfferStatus

CALENDAR = [date(2028, 2, 29), date(2027, 1, 1), date(2026, 12, 31)]


@pytest.mark.parametrize("today", CALENDAR, ids=str)
def test_the_calendar_does_not_matter(today: date) -> None:
    for client in (*CLIENTS, *NEIGHBOURS):
        events = make_events(client, today, seeded(client.slug))
        assert all((one.resolved_on or one.extended_on) < today for one in events)
        replies = [(one, one.reply) for one in events if one.reply is not None]
        assert all(reply.submitted_on <= today for _, reply in replies)
        ends = first_day(client, today)
        while (ends := months_after(ends, 12)) <= today:
            window = range(months_after(ends, -12).toordinal(), ends.toordinal())
            declined = [
                one
                for one in events
                if one.status is OfferStatus.DECLINED
                and one.resolved_on is not None
                and one.resolved_on.toordinal() in window
            ]
            answering = Counter(
                one.department.name
                for one, reply in replies
                if reply.submitted_on.toordinal() in window
            )
            if client.firm is not None:
                assert 120 <= len(declined) <= 250
            assert answering.total() >= 6
            if client is CLIENTS[0]:
                assert answering["Legal"] == 4
