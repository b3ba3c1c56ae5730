"""Who could see an organisation, and from when until when; kept as keyed hashes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenants.keys import Purpose, mac

# Which people belong to each firm.
FirmPeople = Mapping[UUID, Collection[UUID]]


@dataclass(frozen=True, slots=True)
class Service:
    """An engagement: which firm, from when until when (half-open), and whom it names."""

    firm_id: UUID
    starts_on: date
    ends_on: date | None
    person_ids: Collection[UUID]


def firm_key(firm_id: UUID) -> bytes:
    """Return the key under which a firm observes."""
    return mac(Purpose.OBSERVER, b"firm", firm_id.bytes)


def person_key(person_id: UUID) -> bytes:
    """Return the key under which a person observes."""
    return mac(Purpose.OBSERVER, b"person", person_id.bytes)


def family_hash(family: str) -> str:
    """Return what stands for a corporate family where its name would tell one client of another."""
    return mac(Purpose.OBSERVER, b"family", family.encode()).hex()


def observers_of(
    services: Iterable[Service],
    member_ids: Collection[UUID],
    firm_people: FirmPeople,
    *,
    first_day: date,
) -> dict[tuple[bytes, date], date | None]:
    """Return who could see an organisation: observer's key and first day, to the day it ended.

    A firm sees what any of its people see: the client that it serves, the one that another firm
    serves of which one of its people is part, and the organisation in which one of them is a
    member. Whom an engagement names, and every member, sees under a key of their own as well.

    Args:
        services: The organisation's engagements, past ones included.
        member_ids: Its members today; since when they are is not kept.
        firm_people: Of every firm of the installation.
        first_day: The organisation's, from which members are taken to have seen it.

    Returns:
        An absent end says that it lasts. Periods are half-open.
    """
    firms_of: dict[UUID, set[UUID]] = defaultdict(set)
    for firm_id, people in firm_people.items():
        for person_id in people:
            firms_of[person_id].add(firm_id)
    found: dict[tuple[bytes, date], date | None] = {}
    for key, starts_on, ends_on in _sights(services, member_ids, firm_people, firms_of, first_day):
        place = (key, starts_on)
        earlier = found.get(place, date.min)
        lasting = earlier is None or ends_on is None
        found[place] = None if lasting else max(earlier or date.min, ends_on or date.min)
    return found


def _sights(
    services: Iterable[Service],
    member_ids: Collection[UUID],
    firm_people: FirmPeople,
    firms_of: Mapping[UUID, Collection[UUID]],
    first_day: date,
) -> Iterator[tuple[bytes, date, date | None]]:
    for service in services:
        people = {*service.person_ids, *firm_people.get(service.firm_id, ())}
        firms = {service.firm_id}.union(*(firms_of.get(one, ()) for one in people))
        for firm_id in sorted(firms):
            yield firm_key(firm_id), service.starts_on, service.ends_on
        for person_id in sorted(service.person_ids):
            yield person_key(person_id), service.starts_on, service.ends_on
    for person_id in sorted(member_ids):
        yield person_key(person_id), first_day, None
        for firm_id in sorted(firms_of.get(person_id, ())):
            yield firm_key(firm_id), first_day, None
