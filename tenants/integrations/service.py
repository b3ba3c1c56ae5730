"""What can be done with integrations: setting one up."""

from datetime import UTC, datetime
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.integrations.models import Integration, IntegrationKind
from tenants.keys import Purpose, encrypt_text
from tenants.model import new_id
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session


async def create_integration(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    kind: IntegrationKind,
    name: str,
    secret: str,
) -> UUID:
    """Let an applicant-tracking system post events; its signing secret is kept encrypted."""
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    integration_id = new_id()
    session.add(
        Integration(
            organisation_id=organisation_id,
            id=integration_id,
            kind=kind,
            name=name,
            secret=encrypt_text(integration_id.bytes, secret),
            created_at=datetime.now(UTC),
        )
    )
    await session.flush()
    return integration_id


def intake_url(kind: IntegrationKind, organisation_id: UUID, integration_id: UUID) -> str:
    """Return the address that an applicant-tracking system posts to."""
    token = make_token(Purpose.INTAKE, Token(organisation_id, integration_id))
    return f"{get_settings().public_url}/intake/{kind.value.lower()}/{token}"
