"""What becomes of requisitions, and who hires for them."""

from uuid import UUID

from tenants.access import Viewer
from tenants.model import new_id
from tenants.offers import queries
from tenants.offers.ats.events import RequisitionFacts
from tenants.offers.inputs import RequisitionInput
from tenants.offers.models import Application, HiringManager, Requisition
from tenants.work import Session

_WORDS = ("title", "department", "location")


async def take_requisition(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    facts: RequisitionFacts,
    overwrite: bool = True,
) -> Requisition:
    """Return the requisition as the system knows it now, added if it is new, locked.

    Args:
        session: The transaction.
        viewer: Who says so.
        organisation_id: Whose requisition.
        facts: What is known of it.
        overwrite: Whether this wins over what is known; otherwise it only fills gaps.
    """
    requisition = await queries.lock_requisition(
        session, viewer, organisation_id=organisation_id, external_id=facts.external_id
    )
    _take(requisition, facts, overwrite=overwrite)
    if overwrite and facts.hiring_manager_ids is not None:
        await _replace_hiring_managers(session, viewer, requisition, facts.hiring_manager_ids)
    return requisition


async def join_requisition(
    session: Session,
    viewer: Viewer,
    application: Application,
    facts: RequisitionFacts,
    *,
    newer: bool,
) -> None:
    """Give a locked application its requisition, unless a later word has given it another one."""
    requisition = await take_requisition(
        session,
        viewer,
        organisation_id=application.organisation_id,
        facts=facts,
        overwrite=newer,
    )
    if newer or application.requisition_id is None:
        application.requisition_id = requisition.id


async def join_requisition_by_hand(
    session: Session, viewer: Viewer, application: Application, given: RequisitionInput
) -> None:
    """Give a locked application the requisition that somebody recorded.

    Without a system's id the words are the key; one that the system told stays in place and only
    has its gaps filled.
    """
    organisation_id = application.organisation_id
    if given.external_id is not None:
        facts = RequisitionFacts(
            external_id=given.external_id,
            title=given.title,
            department=given.department,
            location=given.location,
        )
        await join_requisition(session, viewer, application, facts, newer=True)
        return
    if application.requisition_id is not None:
        present = await queries.lock_requisition_of(
            session,
            viewer,
            organisation_id=organisation_id,
            requisition_id=application.requisition_id,
        )
        if present.external_id is not None:
            _take(present, given, overwrite=False)
            return
    found = await queries.find_requisition_by_hand(
        session,
        viewer,
        organisation_id=organisation_id,
        title=given.title,
        department=given.department,
        location=given.location,
    )
    if found is None:
        found = Requisition(
            organisation_id=organisation_id,
            id=new_id(),
            title=given.title,
            department=given.department,
            location=given.location,
        )
        session.add(found)
        await session.flush()
    application.requisition_id = found.id


def _take(
    requisition: Requisition, facts: RequisitionFacts | RequisitionInput, *, overwrite: bool
) -> None:
    for name in _WORDS:
        value = getattr(facts, name)
        if value is not None and (overwrite or not getattr(requisition, name)):
            setattr(requisition, name, value)


async def _replace_hiring_managers(
    session: Session, viewer: Viewer, requisition: Requisition, ats_user_ids: tuple[str, ...]
) -> None:
    """Leave the system's hiring managers as it names them, and those whom HR assigned as well."""
    organisation_id = requisition.organisation_id
    people = await queries.people_of_ats_users(
        session, viewer, organisation_id=organisation_id, ats_user_ids=ats_user_ids
    )
    rows = await queries.list_hiring_managers(
        session, viewer, organisation_id=organisation_id, requisition_id=requisition.id
    )
    assigned = {row.person_id for row in rows if row.ats_user_id is None}
    wanted = {user: people.get(user) for user in ats_user_ids if people.get(user) not in assigned}
    for row in rows:
        if row.ats_user_id is None:
            continue
        # One whom the memberships now take for somebody else is written anew: a change in place
        # could meet the key of another row halfway.
        if row.ats_user_id in wanted and wanted[row.ats_user_id] == row.person_id:
            del wanted[row.ats_user_id]
        else:
            await session.delete(row)
    await session.flush()
    session.add_all(
        HiringManager(
            organisation_id=organisation_id,
            id=new_id(),
            requisition_id=requisition.id,
            person_id=person,
            ats_user_id=user,
        )
        for user, person in wanted.items()
    )
    await session.flush()
