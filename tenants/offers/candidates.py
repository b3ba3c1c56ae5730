"""What becomes of candidates: known, known better, merged with another record, erased.

What is said late never overwrites what was said since; it only fills gaps. One thing is heeded
however late it comes: that somebody must not be mailed.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.errors import Conflict
from tenants.keys import Purpose, mac
from tenants.model import new_id
from tenants.offers import queries
from tenants.offers.ats.events import CandidateErased, CandidateFacts, CandidateMerged
from tenants.offers.inputs import CandidateInput
from tenants.offers.models import Application, Candidate
from tenants.work import Session

_PERSONAL = ("first_name", "last_name", "email", "language", "time_zone")


def external_key(organisation_id: UUID, external_id: str) -> bytes:
    """Return what is kept of a system's id of a candidate: a hash that only this key makes."""
    return mac(Purpose.CANDIDATE, organisation_id.bytes, external_id.encode())


async def join_candidate(
    session: Session,
    viewer: Viewer,
    application: Application,
    facts: CandidateFacts,
    *,
    newer: bool,
) -> Candidate:
    """Return the candidate of a locked application after the system named the person.

    Args:
        session: The transaction.
        viewer: Who says so.
        application: Whose candidate it is. It keeps the one it has if that was said later.
        facts: What is known of the candidate.
        newer: Whether this is the latest that was said of the application.
    """
    organisation_id = application.organisation_id
    by_hand = await queries.find_candidate_by_hand(
        session, viewer, organisation_id=organisation_id, candidate_id=application.candidate_id
    )
    if by_hand is not None and by_hand.erased_at is not None:
        return by_hand
    first = await queries.lock_keyed_candidate(
        session,
        viewer,
        organisation_id=organisation_id,
        external_key=external_key(organisation_id, facts.external_id),
    )
    person = await _survivor(session, viewer, first)
    if newer or by_hand is not None or application.candidate_id in {None, person.id}:
        _take(person, facts, overwrite=newer and person is first)
        application.candidate_id = person.id
    if by_hand is not None:
        _take(person, by_hand, overwrite=False)
        await session.flush()
        await session.delete(by_hand)
    return person


async def join_candidate_by_hand(
    session: Session, viewer: Viewer, application: Application, given: CandidateInput
) -> None:
    """Give a locked application the candidate that somebody recorded.

    Raises:
        Conflict: The candidate was erased, and stays so.
    """
    if given.external_id is not None:
        facts = CandidateFacts(
            external_id=given.external_id,
            first_name=given.first_name,
            last_name=given.last_name,
            email=given.email,
            language=given.language,
        )
        person = await join_candidate(session, viewer, application, facts, newer=True)
        if person.erased_at is None and given.time_zone is not None:
            person.time_zone = given.time_zone
    elif application.candidate_id is not None:
        person = await queries.lock_candidate(
            session,
            viewer,
            organisation_id=application.organisation_id,
            candidate_id=application.candidate_id,
        )
        _take(person, given, overwrite=True)
    else:
        person = Candidate(
            organisation_id=application.organisation_id, id=new_id(), may_be_emailed=True
        )
        _take(person, given, overwrite=True)
        session.add(person)
        await session.flush()
        application.candidate_id = person.id
    if person.erased_at is not None:
        message = "This candidate was erased; nothing can be recorded about them any more."
        raise Conflict(message, field="candidate")


async def lock_candidate_of(session: Session, viewer: Viewer, application: Application) -> None:
    """Keep the candidate of an application from changing until the transaction ends.

    Whoever looks at an offer to write to its candidate, and whoever changes the candidate to write
    about its offers, then come one after the other, and the second one sees both.
    """
    if application.candidate_id is not None:
        await queries.lock_candidate(
            session,
            viewer,
            organisation_id=application.organisation_id,
            candidate_id=application.candidate_id,
        )


async def update_candidate(
    session: Session, viewer: Viewer, *, organisation_id: UUID, facts: CandidateFacts
) -> Candidate | None:
    """Return the candidate with the new facts; None of somebody unknown or forgotten.

    People who have not applied are none of our business, so they are not added; when they apply,
    the application tells the same.
    """
    first = await queries.find_keyed_candidate(
        session,
        viewer,
        organisation_id=organisation_id,
        external_key=external_key(organisation_id, facts.external_id),
    )
    if first is None:
        return None
    person = await _survivor(session, viewer, first)
    if person.erased_at is not None:
        return None
    _take(person, facts, overwrite=person is first)
    return person


async def merge_candidates(
    session: Session, viewer: Viewer, *, organisation_id: UUID, event: CandidateMerged
) -> tuple[Candidate, Sequence[Application]]:
    """Return the record that is left of two, and the applications that moved to it.

    The given-up one keeps no name, and leads to the other one whatever is still said about it.
    """
    old_key = external_key(organisation_id, event.old_id)
    applications = await queries.lock_applications_of(
        session, viewer, organisation_id=organisation_id, external_key=old_key
    )
    old = await queries.lock_keyed_candidate(
        session, viewer, organisation_id=organisation_id, external_key=old_key
    )
    kept = await queries.lock_keyed_candidate(
        session,
        viewer,
        organisation_id=organisation_id,
        external_key=external_key(organisation_id, event.new_id),
    )
    survivor = await _survivor(session, viewer, kept)
    if survivor.id != old.id and old.merged_into_id is None:
        if old.erased_at is None:
            _take(survivor, old, overwrite=False)
        _forget(old)
        old.merged_into_id = survivor.id
        for application in applications:
            application.candidate_id = survivor.id
    return survivor, applications


async def erase_candidate(
    session: Session, viewer: Viewer, *, organisation_id: UUID, event: CandidateErased
) -> Sequence[Application]:
    """Forget a candidate, known or not; return the applications that nobody may be asked about.

    Where the system names no application that went too, they live on under another record of the
    same person.
    """
    key = external_key(organisation_id, event.candidate_id)
    if event.application_ids is None:
        gone = await queries.lock_applications_of(
            session, viewer, organisation_id=organisation_id, external_key=key
        )
    else:
        gone = [
            await queries.lock_application(
                session, viewer, organisation_id=organisation_id, external_id=external_id
            )
            for external_id in sorted(event.application_ids)
        ]
    person = await queries.lock_keyed_candidate(
        session, viewer, organisation_id=organisation_id, external_key=key
    )
    if person.erased_at is None:
        await audit.record(
            session, viewer, AuditAction.CANDIDATE_ERASED, organisation_id, person.id
        )
        await audit.cut(session, viewer, organisation_id, person.id)
    _forget(person)
    for application in gone:
        # Its offer does not wait for somebody who will never be named.
        application.candidate_id = application.candidate_id or person.id
    return gone


async def _survivor(session: Session, viewer: Viewer, candidate: Candidate) -> Candidate:
    """Return the record that a candidate was merged into, itself if into none."""
    while candidate.merged_into_id is not None:
        candidate = await queries.lock_candidate(
            session,
            viewer,
            organisation_id=candidate.organisation_id,
            candidate_id=candidate.merged_into_id,
        )
    return candidate


def _take(
    person: Candidate, said: CandidateFacts | CandidateInput | Candidate, *, overwrite: bool
) -> None:
    """Take what was said of a person, unless the person was erased."""
    if person.erased_at is not None:
        return
    for name in _PERSONAL:
        # No system tells of time zones.
        value = getattr(said, name, None)
        if value is not None and (overwrite or getattr(person, name) is None):
            setattr(person, name, value)
    may_be_emailed = getattr(said, "may_be_emailed", None)
    if may_be_emailed is False or (may_be_emailed is True and overwrite):
        person.may_be_emailed = may_be_emailed


def _forget(person: Candidate) -> None:
    """Leave nothing of a person but the keyed hash that keeps them forgotten."""
    for name in _PERSONAL:
        setattr(person, name, None)
    person.erased_at = person.erased_at or datetime.now(UTC)
