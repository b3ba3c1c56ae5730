"""A firm's new client: the organisation, and the questionnaire that it begins with."""

from typing import Final
from uuid import UUID

from tenants.access import Viewer
from tenants.organisations import engagements
from tenants.organisations.service import OrganisationProfile
from tenants.questionnaires.service import install_definition
from tenants.questionnaires.templates import load
from tenants.work import Session

TEMPLATE: Final = "declined_offer"


async def create_organisation(
    session: Session,
    viewer: Viewer,
    *,
    firm_id: UUID | None,
    profile: OrganisationProfile,
    idempotency_key: str | None = None,
) -> tuple[UUID, Viewer]:
    """Add a client organisation of a firm, with an engagement and the built-in questionnaire.

    Raises what `engagements.create_client` does, and returns the same.
    """
    organisation_id, known = await engagements.create_client(
        session, viewer, firm_id=firm_id, profile=profile, idempotency_key=idempotency_key
    )
    # The firm's administrator has no part in questionnaires; the installation gives the first one.
    await install_definition(
        session,
        Viewer.job(organisation_id),
        organisation_id=organisation_id,
        code=TEMPLATE,
        definition=load(TEMPLATE),
    )
    return organisation_id, known
