"""What a firm does to itself, told in its own log and in those of its clients."""

from uuid import UUID

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.organisations import engagement_queries as queries
from tenants.work import Session


async def note_with_clients(
    session: Session, viewer: Viewer, *, firm_id: UUID, action: AuditAction, subject_id: UUID
) -> None:
    """Write what a firm's administrator did to the firm into its log and each served client's."""
    await audit.record_in_firm(session, viewer, action, firm_id, subject_id)
    for organisation_id in await queries.list_served(session, viewer, firm_id=firm_id):
        await audit.record(session, viewer, action, organisation_id, subject_id)
