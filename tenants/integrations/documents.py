"""Trusted documents: what a client may be allowed to send, and nothing else."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import InvalidInput, NotFound
from tenants.integrations import document_queries as queries
from tenants.integrations.idempotency import once
from tenants.work import Session

LONGEST_CLIENT: Final = 100
# Of one client; a large front-end has some hundreds of operations.
MOST_DOCUMENTS: Final = 5_000


async def register_documents(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    client: str,
    documents: Mapping[bytes, str],
    idempotency_key: str | None = None,
) -> None:
    """Add documents to those that a client may send; the others that it has stay.

    Args:
        session: The transaction.
        viewer: Somebody who manages integrations.
        organisation_id: Where the client is used.
        client: Its name, of the organisation's choosing.
        documents: Text by SHA-256 of the text; valid documents of our schema.
        idempotency_key: A repeat with the same key adds nothing.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include managing integrations.
        InvalidInput: The client has no name or a long one, or too many documents.
    """
    require_registering(viewer, organisation_id)
    if not 0 < len(client.strip()) <= LONGEST_CLIENT:
        message = f"A client's name has 1 to {LONGEST_CLIENT} characters."
        raise InvalidInput(message, field="client")

    async def make() -> UUID:
        added = await queries.add_documents(
            session,
            viewer,
            organisation_id=organisation_id,
            client=client.strip(),
            documents=documents,
        )
        held = await queries.count_documents(
            session, viewer, organisation_id=organisation_id, client=client.strip()
        )
        if held > MOST_DOCUMENTS:
            message = f"A client has at most {MOST_DOCUMENTS} documents; retire it first."
            raise InvalidInput(message, field="documents")
        if added:
            await audit.record(session, viewer, AuditAction.DOCUMENTS_REGISTERED, organisation_id)
        return organisation_id

    await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="registerDocuments",
        key=idempotency_key,
        make=make,
    )


async def retire_documents(
    session: Session, viewer: Viewer, *, organisation_id: UUID, client: str
) -> int:
    """Take back every document of a client; return how many there were.

    Another client's document with the same text stays trusted.

    Raises:
        NotFound: The organisation is unknown or not the viewer's, or has no such client.
        Forbidden: The role does not include managing integrations.
    """
    require_registering(viewer, organisation_id)
    retired = await queries.delete_documents(
        session, viewer, organisation_id=organisation_id, client=client.strip()
    )
    if not retired:
        noun = "client"
        raise NotFound(noun, field="client")
    await audit.record(session, viewer, AuditAction.DOCUMENTS_RETIRED, organisation_id)
    return retired


def require_registering(viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer may say which documents an organisation's clients send.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include managing integrations.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
