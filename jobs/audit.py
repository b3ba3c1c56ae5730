"""The job that seals the logs."""

from uuid import UUID

from jobs.actor import Task, actor
from tenants import sealing
from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import Log
from tenants.db import run
from tenants.operators import service as operators
from tenants.organisations import attempts
from tenants.organisations import queries as organisations
from tenants.work import Session


@actor("audit.seal")
async def seal(task: Task) -> None:
    """Tell of failures to sign in, then seal what every log has gained; each by itself."""
    await _tell_failures(task.viewer)
    for organisation_id in await run(organisations.list_organisation_ids, task.viewer):
        await run(sealing.seal_events, Viewer.job(organisation_id), log=Log(organisation_id))
    for firm_id in await run(organisations.list_firm_ids, task.viewer):
        await run(sealing.seal_events, task.viewer, log=Log(firm_id, is_firms=True))
    await task.complete(_nothing_more)


async def _tell_failures(operator: Viewer) -> None:
    """Write who failed to sign in into the logs of those who know the account's owner.

    Here and not where it failed: there it would take longer for an account that exists. Before
    sealing, so that no event is younger than the batch that should have held it.
    """
    for key_hash, person_id in await run(attempts.list_failures, operator):
        owner = Viewer(ViewerKind.PERSON, person_id)
        roles, firms = await run(organisations.list_parts, owner, person_id=person_id)
        here = Viewer(operator.kind, roles=dict.fromkeys(roles, Role.JOB), firms=firms)
        await run(_tell, here, key_hash=key_hash, person_id=person_id)


async def _tell(session: Session, viewer: Viewer, *, key_hash: bytes, person_id: UUID) -> None:
    told = await attempts.tell_failure(session, viewer, key_hash=key_hash)
    await operators.note_failures(session, viewer, person_id=person_id, told=told)


async def _nothing_more(_session: Session, _viewer: Viewer) -> None:
    """Leave it at that: every log is sealed."""
