"""What can be done with the benchmark: join it, leave it, contribute to it, release it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tenants import work
from tenants.access import Permission, Viewer, require
from tenants.announcements import EventKind
from tenants.benchmarks import queries, release_queries
from tenants.benchmarks.measuring import Measurement, measure_answers, measure_offers
from tenants.benchmarks.models import BenchmarkConsent, BenchmarkMember, BenchmarkRelease
from tenants.benchmarks.observers import FirmPeople, family_hash, observers_of
from tenants.benchmarks.publication import GroupFigures, make_release
from tenants.benchmarks.windows import LAG_MONTHS, MINIMUM_AGE, require_months
from tenants.disclosure.peers import PeerRules
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.insights import publishing_queries as insights
from tenants.metrics import CONTRIBUTION_FLOOR
from tenants.model import new_id
from tenants.organisations import queries as organisations
from tenants.organisations.models import Organisation
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Released:
    """What a release came to, for the operator.

    Attributes:
        number: Of the release.
        families: Corporate families that contribute to any metric.
        organisations: Organisations that were compared.
        groups: What stands behind each group that anybody may be shown.
    """

    number: int
    families: int
    organisations: int
    groups: Sequence[GroupFigures]


def rules_in_force() -> PeerRules:
    """Return the rules that this installation releases by."""
    return PeerRules()


async def join_benchmark(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    family: str,
    text: str,
    joined_on: date,
) -> None:
    """Opt an organisation in: keep its consent, and give it a place in the peer catalogue.

    Who has consented already stays as it is.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        family: The corporate family that it belongs to; organisations of one count as one.
        text: The words that it consented to.
        joined_on: From when.

    Raises:
        InvalidInput: The family or the text is empty.
        NotFound: There is no such organisation.
        Conflict: It is in the catalogue as another family's.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    for name, words in (("family", family), ("text", text)):
        if not words.strip():
            message = f"The {name} must not be empty."
            raise InvalidInput(message, field=name)
    organisation = await _locked(session, viewer, organisation_id)
    member = await queries.find_member(session, viewer, organisation_id=organisation_id)
    if member is None:
        session.add(
            BenchmarkMember(
                organisation_id=organisation_id,
                family=family.strip(),
                began_on=organisation.created_at.astimezone(UTC).date(),
                **_place_of(organisation),
            )
        )
    elif member.family != family.strip():
        message = "The organisation takes part as a member of another corporate family."
        raise Conflict(message, field="family")
    consent = await queries.find_consent(
        session, viewer, organisation_id=organisation_id, on=date.max
    )
    if consent is None or consent.given_on > joined_on:
        session.add(
            BenchmarkConsent(
                organisation_id=organisation_id, id=new_id(), text=text, given_on=joined_on
            )
        )
    await session.flush()


async def leave_benchmark(
    session: Session, viewer: Viewer, *, organisation_id: UUID, left_on: date
) -> None:
    """Take every consent back from a day on, and remove what was contributed and not released.

    The next release is made without the organisation; those that were made stay as they are.

    Raises:
        Conflict: It takes no part on that day.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    await _locked(session, viewer, organisation_id)
    found = False
    while consent := await queries.find_consent(
        session, viewer, organisation_id=organisation_id, on=left_on
    ):
        consent.withdrawn_on = left_on
        await session.flush()
        found = True
    if not found:
        message = "The organisation does not take part in the benchmark."
        raise Conflict(message)
    await queries.delete_contributions(session, viewer, organisation_id=organisation_id)


async def contribute(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    starts_on: date,
    ends_on: date,
    firm_people: FirmPeople,
) -> int:
    """Write what an organisation contributes to a window, one row for each metric.

    Doing it again replaces the window's rows. Without consent there are none afterwards. It also
    brings its place in the catalogue up to date (family and first day stay), and who can see it.

    Args:
        session: The transaction, in the organisation's scope.
        viewer: A job of the organisation.
        organisation_id: Whose.
        starts_on: First day of the window.
        ends_on: Its end, exclusive; both are first days of months.
        firm_people: Who belongs to which firm, as `queries.list_firm_people` tells the operator:
            what one person of a firm can see counts as seen by the firm.

    Returns:
        How many metrics it contributes.

    Raises:
        InvalidInput: The window is not made of whole months.
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    require_months(starts_on, ends_on)
    today = datetime.now(UTC).date()
    organisation = await _locked(session, viewer, organisation_id)
    member = await queries.find_member(session, viewer, organisation_id=organisation_id)
    consent = await queries.find_consent(session, viewer, organisation_id=organisation_id, on=today)
    measurements: list[Measurement] = []
    if member is not None:
        for name, value in _place_of(organisation).items():
            setattr(member, name, value)
        await _record_observers(session, viewer, member, firm_people, today)
    if member is not None and consent is not None:
        measurements = await _measure(session, viewer, organisation_id, starts_on, ends_on)
    return await queries.replace_contributions(
        session,
        viewer,
        organisation_id=organisation_id,
        starts_on=starts_on,
        ends_on=ends_on,
        measurements=measurements,
    )


async def _locked(session: Session, viewer: Viewer, organisation_id: UUID) -> Organisation:
    organisation = await queries.lock_organisation(session, viewer, organisation_id=organisation_id)
    if organisation is None:
        noun = "organisation"
        raise NotFound(noun)
    return organisation


def _place_of(organisation: Organisation) -> dict[str, Any]:
    return {
        "industry": organisation.industry,
        "size_band": organisation.size_band,
        "region": organisation.region,
    }


async def _record_observers(
    session: Session,
    viewer: Viewer,
    member: BenchmarkMember,
    firm_people: FirmPeople,
    today: date,
) -> None:
    organisation_id = member.organisation_id
    observers = observers_of(
        await queries.list_services(session, viewer, organisation_id=organisation_id),
        await queries.list_member_ids(session, viewer, organisation_id=organisation_id),
        firm_people,
        first_day=member.began_on,
    )
    await queries.record_observers(
        session, viewer, organisation_id=organisation_id, observers=observers, today=today
    )


async def _measure(
    session: Session, viewer: Viewer, organisation_id: UUID, starts_on: date, ends_on: date
) -> list[Measurement]:
    window: Any = {"organisation_id": organisation_id, "starts_on": starts_on, "ends_on": ends_on}
    counts = await queries.count_offers(session, viewer, **window)
    answered, delivered = await insights.count_invitations(session, viewer, **window)
    questions = await insights.list_asked(session, viewer, organisation_id=organisation_id)
    answers = await queries.count_answers(session, viewer, **window)
    return [
        *measure_offers(counts, answered=answered, delivered=delivered),
        *measure_answers(questions, answers),
    ]


async def release(
    session: Session,
    viewer: Viewer,
    *,
    starts_on: date,
    ends_on: date,
    as_of: date,
    again: bool = True,
) -> Released:
    """Freeze the contributions of a window as the next release, and nobody changes it afterwards.

    Whoever has consented by `as_of`, is at least 90 days old then and contributes enough takes
    part. The same inputs give the same figures and the same hash of them.

    Args:
        session: The transaction, under the benchmark role.
        viewer: `Viewer.benchmark()`.
        starts_on: First day of the window.
        ends_on: Its end, exclusive; both are first days of months.
        as_of: The day of the release.
        again: Whether a window that was released before is released under a new number; else the
            release that it has is returned, without groups.

    Raises:
        Forbidden: The viewer is somebody else.
        InvalidInput: The window is not made of whole months.
    """
    release_queries.require_benchmark(viewer)
    require_months(starts_on, ends_on)
    number = await release_queries.next_number(session, viewer)
    if not again:
        there = await release_queries.find_release(
            session, viewer, starts_on=starts_on, ends_on=ends_on
        )
        if there is not None:
            return Released(there.number, 0, 0, ())
    inputs = await release_queries.read_inputs(
        session,
        viewer,
        starts_on=starts_on,
        ends_on=ends_on,
        as_of=as_of,
        minimum_age=MINIMUM_AGE,
    )
    rules = rules_in_force()
    draft = make_release(inputs, rules, family_hash)
    kept = _rules_json(rules)
    days = {"starts_on": str(starts_on), "ends_on": str(ends_on), "as_of": str(as_of)}
    await release_queries.add_release(
        session,
        viewer,
        release=BenchmarkRelease(
            number=number,
            starts_on=starts_on,
            ends_on=ends_on,
            as_of_on=as_of,
            rules=kept,
            inputs_hash=inputs.digest(**days, rules=kept),
            released_at=datetime.now(UTC),
        ),
        comparisons=draft.comparisons,
    )
    compared = {one.organisation_id for one in draft.comparisons}
    families = {inputs.places[one].family for one in compared}
    return Released(number, len(families), len(compared), draft.groups)


async def announce_everywhere(session: Session, viewer: Viewer, *, number: int) -> None:
    """Have a release announced in every organisation, in a job of each: it is not the release's.

    Raises:
        Forbidden: The viewer is not the operator.
    """
    for organisation_id in await organisations.list_organisation_ids(session, viewer):
        work.enqueue(session, "benchmarks.announce", organisation_id, number=number)


async def announce_release(
    session: Session, viewer: Viewer, *, organisation_id: UUID, number: int
) -> None:
    """Tell those who watch an organisation of a release, if it was compared in it.

    Raises:
        Forbidden: The viewer is no job of the organisation.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    if await queries.was_compared(session, viewer, organisation_id=organisation_id, number=number):
        work.announce(session, EventKind.BENCHMARK_RELEASED, organisation_id, release_number=number)


def _rules_json(rules: PeerRules) -> dict[str, Any]:
    """Return everything that decides about a release beside its inputs."""
    return {
        **rules.to_json(),
        "contribution_minimum": {rows.value: least for rows, least in CONTRIBUTION_FLOOR.items()},
        "minimum_age_days": MINIMUM_AGE.days,
        "lag_months": LAG_MONTHS,
    }
