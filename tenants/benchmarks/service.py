"""What an organisation does in the benchmark: join it, leave it, contribute to it."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from tenants import audit, work
from tenants.access import Permission, Viewer, require
from tenants.announcements import EventKind
from tenants.audit import AuditAction
from tenants.benchmarks import queries
from tenants.benchmarks.measuring import Measurement, measure_answers, measure_offers
from tenants.benchmarks.models import BenchmarkConsent, BenchmarkMember
from tenants.benchmarks.observers import FirmPeople, observers_of
from tenants.benchmarks.windows import REJOIN_MONTHS, months_after_day, require_months
from tenants.disclosure.peers import PeerRules
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.insights import publishing_queries as insights
from tenants.integrations.idempotency import once
from tenants.metrics import MetricRows, find_metric
from tenants.model import new_id
from tenants.organisations import queries as organisations
from tenants.organisations.models import Organisation
from tenants.work import Session

MAX_TEXT: Final = 10_000


def rules_in_force() -> PeerRules:
    """Return the rules that this installation releases by."""
    return PeerRules()


async def join_benchmark(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    text: str,
    joined_on: date,
    family: str | None = None,
    idempotency_key: str | None = None,
) -> None:
    """Opt an organisation in: keep its consent, and give it a place in the peer catalogue.

    Who has consented already stays as it is. An organisation that the operator has not verified
    takes part from the first release after that.

    Args:
        session: The transaction.
        viewer: Somebody of HR, or a job of the organisation.
        organisation_id: Whose.
        text: The words that it consented to.
        joined_on: From when.
        family: The corporate family that it belongs to, which only a job may say; organisations of
            one count as one. If absent the one that it has, at first one of its own.
        idempotency_key: A repetition with the same key does nothing, even after it has left.

    Raises:
        Forbidden: The viewer's role may not decide that.
        InvalidInput: The family or the text is empty, or the text too long.
        NotFound: There is no such organisation.
        Conflict: It is in the catalogue as another family's, or withdrew less than twelve months
            ago after a release that it was in.
    """
    _require_deciding(viewer, organisation_id)
    if family is not None:
        require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    _require_words(text, family)
    await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="joinBenchmark",
        key=idempotency_key,
        make=partial(
            _join, session, viewer, organisation_id, text=text, joined_on=joined_on, family=family
        ),
    )


def _require_words(text: str, family: str | None) -> None:
    """Return only if consent has words, and the family a name.

    Raises:
        InvalidInput: They have not, or the text is too long.
    """
    for name, words in (("family", family), ("text", text)):
        if words is not None and not words.strip():
            message = f"The {name} must not be empty."
            raise InvalidInput(message, field=name)
    if len(text) > MAX_TEXT:
        message = f"The text must not be longer than {MAX_TEXT} characters."
        raise InvalidInput(message, field="text")


async def _join(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    *,
    text: str,
    joined_on: date,
    family: str | None,
) -> UUID:
    """Opt an organisation in and return the id of its consent."""
    organisation = await _locked(session, viewer, organisation_id)
    left_on = await queries.find_withdrawal(session, viewer, organisation_id=organisation_id)
    if left_on is not None and joined_on < (until := months_after_day(left_on, REJOIN_MONTHS)):
        message = f"The organisation left on {left_on}, and may join again from {until}."
        raise Conflict(message)
    member = await queries.find_member(session, viewer, organisation_id=organisation_id)
    if member is None:
        session.add(
            BenchmarkMember(
                organisation_id=organisation_id,
                family=(family or organisation.slug).strip(),
                began_on=organisation.created_at.astimezone(UTC).date(),
                verified_on=organisation.verified_on,
                **_place_of(organisation),
            )
        )
    elif family is not None and member.family != family.strip():
        message = "The organisation takes part as a member of another corporate family."
        raise Conflict(message, field="family")
    consent = await queries.find_consent(
        session, viewer, organisation_id=organisation_id, on=date.max
    )
    if consent is None or consent.given_on > joined_on:
        consent = BenchmarkConsent(
            organisation_id=organisation_id, id=new_id(), text=text, given_on=joined_on
        )
        session.add(consent)
        await audit.record(session, viewer, AuditAction.BENCHMARK_JOINED, organisation_id)
    await session.flush()
    return consent.id


async def leave_benchmark(
    session: Session, viewer: Viewer, *, organisation_id: UUID, left_on: date
) -> None:
    """Take every consent back from a day on, and remove what was contributed and not released.

    The next release is made without the organisation; those that were made stay as they are.

    Raises:
        Forbidden: The viewer's role may not decide that.
        Conflict: It takes no part on that day.
    """
    _require_deciding(viewer, organisation_id)
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
    await audit.record(session, viewer, AuditAction.BENCHMARK_LEFT, organisation_id)
    await queries.delete_contributions(session, viewer, organisation_id=organisation_id)


def _require_deciding(viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer may decide about the organisation's part.

    Raises:
        Forbidden: The role does not include it.
        NotFound: The organisation is unknown or not the viewer's.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.BENCHMARK_JOIN, organisation_id)


async def verify_organisation(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    verified_on: date,
    family: str | None = None,
) -> None:
    """Vouch that an organisation is a client and nobody's invention, and say whose family it is.

    Who could invent organisations could stand in the crowd behind a figure many times over. One
    that is verified already stays so since the day that it was.

    Args:
        session: The transaction.
        viewer: A job of the organisation, for the operator.
        organisation_id: Which.
        verified_on: Since when.
        family: The corporate family that it belongs to; unchanged if absent.

    Raises:
        Forbidden: The viewer is somebody else.
        InvalidInput: The family is empty.
        NotFound: There is no such organisation.
        Conflict: A family is given and the organisation has no place in the catalogue yet.
    """
    require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    if family is not None and not family.strip():
        message = "The family must not be empty."
        raise InvalidInput(message, field="family")
    organisation = await _locked(session, viewer, organisation_id)
    organisation.verified_on = organisation.verified_on or verified_on
    member = await queries.find_member(session, viewer, organisation_id=organisation_id)
    if member is not None:
        member.verified_on = organisation.verified_on
        member.family = member.family if family is None else family.strip()
    elif family is not None:
        message = "The organisation has not joined the benchmark, so it has no family there."
        raise Conflict(message, field="family")
    await session.flush()


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
        member.verified_on = organisation.verified_on
        await _record_observers(session, viewer, member, firm_people, today)
    if member is not None and consent is not None:
        if await _has_lost_answers(session, viewer, organisation_id, ends_on):
            member.erased_on = today
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


async def _has_lost_answers(
    session: Session, viewer: Viewer, organisation_id: UUID, ends_on: date
) -> bool:
    """Return whether fewer answers stand behind the contribution before than it rested on.

    Then candidates withdrew or erased theirs, and what it says may stand in for nobody any more.
    """
    earlier = await queries.list_earlier_contributions(
        session, viewer, organisation_id=organisation_id, ends_on=ends_on
    )
    if not earlier:
        return False
    questions = await insights.list_asked(session, viewer, organisation_id=organisation_id)
    answers = await queries.count_answers(
        session,
        viewer,
        organisation_id=organisation_id,
        starts_on=earlier[0].starts_on,
        ends_on=earlier[0].ends_on,
    )
    now = {one.metric: one.n for one in measure_answers(questions, answers)}
    return any(
        now.get(one.metric, 0) < one.n
        for one in earlier
        if (metric := find_metric(one.metric)) is not None and metric.rows is MetricRows.RESPONSES
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
