"""What the demo hands out at every start: tokens, a candidate's link, the intake's secret."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.demo.clients import Client
from deploy.demo.world import PEOPLE
from tenants.access import Viewer
from tenants.db import run
from tenants.integrations import service as integrations
from tenants.integrations.models import IntegrationKind
from tenants.interviews import queries as interview_queries
from tenants.interviews import service as interviews
from tenants.keys import Purpose, mac
from tenants.model import new_id
from tenants.offers import service as offers
from tenants.offers.statuses import OfferStatus
from tenants.organisations import queries as organisation_queries
from tenants.organisations import service as organisations
from tenants.organisations.models import TokenKind
from tenants.tokens import Token, make_token
from tenants.work import Session

TOKEN_LIFETIME = timedelta(days=1)


def greenhouse_secret(client: Client) -> str:
    """Return the signing secret of a client's Greenhouse intake, the same at every start."""
    return mac(Purpose.TOKEN, b"demo greenhouse", client.slug.encode()).hex()


def reporting_secret(client: Client) -> str:
    """Return the secret of a client's example integration, the same at every start."""
    return mac(Purpose.TOKEN, b"demo reporting", client.slug.encode()).hex()


async def reporting_client_id(client: Client) -> str:
    """Return the client identifier of the example integration, made at the first start."""
    made = await run(
        integrations.create_integration,
        Viewer.job(client.organisation_id),
        organisation_id=client.organisation_id,
        kind=IntegrationKind.OAUTH_CONFIDENTIAL,
        name="Reporting",
        scopes=["offers:read", "interviews:read", "insights:read", "benchmark:read"],
        secret=reporting_secret(client),
        idempotency_key="demo",
    )
    return integrations.client_id(client.organisation_id, made.integration_id)


async def fresh_tokens() -> dict[str, str]:
    """Return a new bearer token for everybody, good for a day."""
    operator = Viewer.operator()
    tokens = {}
    for person in PEOPLE:
        found = await run(organisation_queries.find_person_by_email, operator, email=person.email)
        if found is not None:
            tokens[person.key] = await run(
                organisations.issue_token,
                operator,
                person_id=found.id,
                kind=TokenKind.API,
                lifetime=TOKEN_LIFETIME,
            )
    return tokens


async def fresh_link(client: Client) -> str:
    """Record a refusal of yesterday and return the token of the link that its mail carries."""
    today = datetime.now(UTC).date()
    number = new_id().hex[-8:]
    offer_id = await run(
        interviews.record_offer_outcome,
        Viewer.job(client.organisation_id),
        organisation_id=client.organisation_id,
        offer=offers.OfferInput(
            application_id=f"demo-{number}",
            status=OfferStatus.DECLINED,
            extended_on=today - timedelta(days=8),
            resolved_on=today - timedelta(days=1),
            candidate=offers.CandidateInput(
                external_id=f"demo-{number}",
                first_name="Alex",
                last_name="Morgan",
                email=f"alex.morgan.{number}@candidates.example",
                language=client.language,
            ),
            requisition=offers.RequisitionInput(
                external_id=f"{client.slug}-1",
                title=client.departments[0].titles[0],
                department=client.departments[0].name,
                location=client.departments[0].location,
            ),
        ),
    )
    invitation_id = await run(
        _invitation_of, Viewer.job(client.organisation_id), client.organisation_id, offer_id
    )
    return make_token(Purpose.LINK, Token(client.organisation_id, invitation_id, 1))


async def _invitation_of(
    session: Session, viewer: Viewer, organisation_id: UUID, offer_id: UUID
) -> UUID:
    interview = await interview_queries.find_interview_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=offer_id
    )
    if interview is None:
        message = "the demo's offer has no interview"
        raise LookupError(message)
    invitation = await interview_queries.find_invitation(
        session, viewer, organisation_id=organisation_id, interview_id=interview.id
    )
    if invitation is None:
        message = "the demo's candidate was not invited"
        raise LookupError(message)
    return invitation.id
