"""All SQL of trusted documents."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.integrations.models import TrustedDocument
from tenants.work import Session


async def add_documents(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    client: str,
    documents: Mapping[bytes, str],
) -> int:
    """Add those of the documents that the client does not have yet; return how many."""
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    now = datetime.now(UTC)
    rows = [
        {
            "organisation_id": organisation_id,
            "digest": digest,
            "client": client,
            "text": text,
            "registered_at": now,
        }
        for digest, text in sorted(documents.items())
    ]
    if not rows:
        return 0
    added = insert(TrustedDocument).on_conflict_do_nothing().returning(TrustedDocument.digest)
    return len((await session.scalars(added, rows)).all())


async def count_documents(
    session: Session, viewer: Viewer, *, organisation_id: UUID, client: str
) -> int:
    """Return how many documents a client has."""
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    count = await session.scalar(
        select(func.count()).where(
            TrustedDocument.organisation_id == organisation_id, TrustedDocument.client == client
        )
    )
    return count or 0


async def delete_documents(
    session: Session, viewer: Viewer, *, organisation_id: UUID, client: str
) -> int:
    """Delete every document of a client; return how many."""
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    deleted = await session.scalars(
        delete(TrustedDocument)
        .where(TrustedDocument.organisation_id == organisation_id, TrustedDocument.client == client)
        .returning(TrustedDocument.digest)
    )
    return len(deleted.all())


async def find_document(session: Session, viewer: Viewer, *, digest: bytes) -> str | None:
    """Return the document with a digest that some client of the viewer's organisations has."""
    text: str | None = await session.scalar(
        select(TrustedDocument.text)
        .where(
            TrustedDocument.organisation_id.in_(
                viewer.organisations_with(Permission.ORGANISATION_READ)
            ),
            TrustedDocument.digest == digest,
        )
        .limit(1)
    )
    return text


async def list_clients(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[tuple[str, int, datetime]]:
    """Return each client with how many documents it has and when the last one came."""
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    found = await session.execute(
        select(TrustedDocument.client, func.count(), func.max(TrustedDocument.registered_at))
        .where(TrustedDocument.organisation_id == organisation_id)
        .group_by(TrustedDocument.client)
        .order_by(TrustedDocument.client)
    )
    return [(client, count, last) for client, count, last in found]
