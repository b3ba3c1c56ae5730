"""What operators of the installation do, and how they come to be operators."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from tenants import work
from tenants.access import Permission, Viewer, require_operating, require_operator
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.integrations.idempotency import MAX_KEY_LENGTH
from tenants.keys import Purpose, mac
from tenants.model import new_id
from tenants.operators import queries
from tenants.operators.models import InstallationAction
from tenants.organisations import queries as organisations
from tenants.organisations import service as people
from tenants.work import Job, Session

_FAILURES: Final = {
    AuditAction.SIGN_IN_FAILED: InstallationAction.OPERATOR_SIGN_IN_FAILED,
    AuditAction.SIGN_IN_LIMITED: InstallationAction.OPERATOR_SIGN_IN_LIMITED,
}
_OF_A_KEY: Final = b"release of the benchmark"


async def add_operator(
    session: Session, viewer: Viewer, *, email: str, name: str | None = None
) -> bool:
    """Let a person operate the installation from their next request on.

    Args:
        session: The transaction.
        viewer: The operator of the installation, by a command.
        email: The address that the person signs in with.
        name: Makes an account of that name if there is none; its password is chosen by the link
            for a forgotten one.

    Returns:
        Whether that is new.

    Raises:
        Forbidden: The viewer is somebody else.
        NotFound: Nobody has that address, and no name is given.
    """
    require_operator(viewer)
    person = await organisations.find_person_by_email(session, viewer, email=email)
    if person is None and name is None:
        noun = "person"
        raise NotFound(noun, field="email")
    person_id = (
        await people.create_person(session, viewer, email=email, name=name or "")
        if person is None
        else person.id
    )
    await session.flush()
    added = await queries.add_operator(session, viewer, person_id=person_id)
    if added:
        await queries.record(
            session, viewer, action=InstallationAction.OPERATOR_ADDED, subject_id=person_id
        )
    return added


async def remove_operator(session: Session, viewer: Viewer, *, email: str) -> None:
    """Let a person operate the installation no more, from their next request on.

    Raises:
        Forbidden: The viewer is no command of the installation.
        NotFound: Nobody with that address operates it.
    """
    require_operator(viewer)
    person = await organisations.find_person_by_email(session, viewer, email=email)
    if person is None or not await queries.remove_operator(session, viewer, person_id=person.id):
        noun = "operator"
        raise NotFound(noun, field="email")
    await queries.record(
        session, viewer, action=InstallationAction.OPERATOR_REMOVED, subject_id=person.id
    )


async def note_session(session: Session, viewer: Viewer, *, action: InstallationAction) -> None:
    """Write down that somebody signed in or out, if it is an operator; nothing of anybody else."""
    if viewer.operates and viewer.id is not None:
        await queries.record(session, viewer, action=action, subject_id=viewer.id)


async def note_failures(
    session: Session, viewer: Viewer, *, person_id: UUID, told: Mapping[AuditAction, datetime]
) -> None:
    """Write down what failed for an operator's account; nothing for anybody else's.

    Args:
        session: The transaction in which the organisations' logs are told.
        viewer: The operator of the installation, by a job.
        person_id: Whose account.
        told: What happened first of each kind, as `attempts.tell_failure` returned it.
    """
    if not told or not await queries.is_operator(session, viewer, person_id=person_id):
        return
    for what, at in told.items():
        action = _FAILURES[what]
        await queries.record(session, viewer, action=action, subject_id=person_id, at=at)


async def release_benchmark(
    session: Session, viewer: Viewer, *, idempotency_key: str | None
) -> Job:
    """Have everybody contribute and the next release made, over the months that are complete.

    Args:
        session: The transaction.
        viewer: An operator who is signed in.
        idempotency_key: A repetition of the same operator with the same key finds the same job.

    Returns:
        The job that does it.

    Raises:
        Conflict: A release is being made already.
        Forbidden: The viewer does not operate the installation.
        InvalidInput: The key is empty or longer than 255 characters.
    """
    require_operating(viewer, Permission.BENCHMARK_RELEASE)
    newest = await queries.find_newest_release(session, viewer)
    job_id = _job_of(viewer, idempotency_key)
    made = await queries.find_release_job(session, viewer, job_id=job_id)
    if made is not None:
        return made
    if await queries.find_release_job(session, viewer) is not None:
        message = "A release is being made already. Ask again when it is finished."
        raise Conflict(message)
    work.enqueue(session, queries.RELEASE, None, job_id=job_id, after=newest, contribute=1)
    await queries.record(
        session, viewer, action=InstallationAction.BENCHMARK_RELEASE_ASKED, subject_id=job_id
    )
    await session.flush()
    return await get_release_job(session, viewer, job_id=job_id)


async def get_release_job(session: Session, viewer: Viewer, *, job_id: UUID) -> Job:
    """Return a job of the installation that makes a release, as it stands.

    Raises:
        NotFound: There is none, or the viewer does not operate the installation: the same answer.
    """
    found = None
    if viewer.operates_with(Permission.BENCHMARK_RELEASE):
        found = await queries.find_release_job(session, viewer, job_id=job_id)
    if found is None:
        noun = "job"
        raise NotFound(noun, field="id")
    return found


def _job_of(viewer: Viewer, key: str | None) -> UUID:
    """Return the id of the job that a key stands for: nothing else has to be kept of the key."""
    if key is None:
        return new_id()
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        message = f"An idempotency key has 1 to {MAX_KEY_LENGTH} characters."
        raise InvalidInput(message, field="idempotencyKey")
    principal = viewer.id.bytes if viewer.id else b""
    return UUID(bytes=mac(Purpose.TOKEN, _OF_A_KEY, principal, key.encode())[:16], version=4)
