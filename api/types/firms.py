"""Consulting firms, their engagements with client organisations, and the people these name."""

from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from api.derive import Arguments, Info, as_type, of_noun
from api.relay import Connection, Node
from api.types.audit import AuditEventFilter, FirmAuditEvent
from api.types.identity_providers import IdentityProviderType, identity_provider_type
from api.types.library import LibraryTemplate, find_firm_codebook
from api.types.themes import Theme
from tenants import read_graph
from tenants.access import Role
from tenants.organisations import engagement_queries as queries
from tenants.organisations import providers
from tenants.organisations.models import FirmRole
from tenants.reading import Key, Record

ClientOrganisation: TypeAlias = Annotated[
    "Organisation", strawberry.lazy("api.types.organisations")  # type: ignore[name-defined]  # noqa: F821 - resolved lazily.
]


@of_noun(read_graph.FIRM_MEMBER)
class FirmMember:
    """Somebody who works for a firm; its administrators see them.

    Attributes:
        id: Opaque and stable; what `startEngagement`, `addConsultant`, `changeFirmRole` and
            `removeFirmMember` take.
        name: The person's name.
        email: The address that the person signs in with.
        role: ADMINISTRATOR or CONSULTANT.
    """

    id: strawberry.ID
    name: str
    email: str
    role: FirmRole


@of_noun(read_graph.FIRM_INVITATION)
class FirmInvitation:
    """Somebody was asked by mail to work for a firm, and has not accepted yet.

    Attributes:
        id: Opaque and stable; what `resendFirmInvitation` and `withdrawFirmInvitation` take.
        email: Where the mail went; whoever accepts signs in with this address.
        role: The part that waits.
        mail_number: How often it was sent; only the last mail's link works.
        created_at: When it was first sent.
        expires_at: When the link dies, or died.
    """

    id: strawberry.ID
    email: str
    role: FirmRole
    mail_number: int
    created_at: datetime
    expires_at: datetime


@of_noun(read_graph.CONSULTANT)
class Consultant:
    """Somebody whom an engagement names, who sees the client while it lasts.

    Attributes:
        id: Opaque and stable; what `removeConsultant` takes.
        name: The person's name.
    """

    id: strawberry.ID
    name: str


@of_noun(read_graph.ENGAGEMENT)
class Engagement(Node):
    """A firm serves an organisation for a time; outside it the client does not exist for them.

    Attributes:
        organisation: The client.
        firm_name: Which firm.
        firm_slug: Its short name; what `startEngagement` takes from the organisation's side.
        starts_on: The first day (UTC).
        ends_on: The day after the last one (UTC); null while no end is set.
        ended_by: Which side ended it before its time: HR for the organisation.
        consultants: Whom it names.
    """

    organisation: ClientOrganisation | None
    firm_name: str
    firm_slug: str
    starts_on: date
    ends_on: date | None
    ended_by: Role | None
    consultants: list[Consultant]


@of_noun(read_graph.FIRM, {"audit_events": Arguments(AuditEventFilter)})
class Firm:
    """A consulting firm, the third party that asks and keeps what was promised.

    Attributes:
        id: Opaque and stable; what `createOrganisation` takes.
        slug: Its short name in addresses.
        name: Its name.
        members: Who works for it, for its administrators; empty for others.
        templates: The questionnaires of its library.
        invitations: Who was asked to and has not accepted yet, likewise.
        audit_events: What was done with its library, people, provider and engagements, likewise;
            the newest first.
    """

    id: strawberry.ID
    slug: str
    name: str
    members: list[FirmMember]
    invitations: list[FirmInvitation]
    templates: list[LibraryTemplate]
    audit_events: Connection[FirmAuditEvent] | None

    @strawberry.field
    async def codebook(self, root: strawberry.Parent[Record], info: Info) -> list[Theme]:
        """The themes that it pushes to its clients: the shared ones, then its own."""
        return await find_firm_codebook(info, root.key)

    @strawberry.field
    def role(self, root: strawberry.Parent[Record], info: Info) -> FirmRole:
        """The viewer's part in the firm."""
        administers = info.context.viewer.firms.get(root.key.id) is Role.FIRM_ADMINISTRATOR
        return FirmRole.ADMINISTRATOR if administers else FirmRole.CONSULTANT

    @strawberry.field
    async def identity_provider(
        self, root: strawberry.Parent[Record], info: Info
    ) -> IdentityProviderType | None:
        """How its people sign in, other than by a password; for its administrators."""
        found = await info.context.run(providers.get_identity_provider, firm_id=root.key.id)
        return identity_provider_type(found)

    @strawberry.field
    async def engagements(self, root: strawberry.Parent[Record], info: Info) -> list[Engagement]:
        """The firm's engagements as far as the viewer has a part in them, the newest first."""
        keys = await info.context.run(queries.list_engagement_keys, firm_id=root.key.id)
        found = [await info.context.find_record(read_graph.ENGAGEMENT, Key(*key)) for key in keys]
        return [as_type(one) for one in found if one is not None]

    @strawberry.field
    async def clients(
        self, root: strawberry.Parent[Record], info: Info
    ) -> list[ClientOrganisation]:
        """The firm's client organisations as far as the viewer has a part in them."""
        keys = await info.context.run(queries.list_engagement_keys, firm_id=root.key.id)
        clients: dict[UUID, None] = dict.fromkeys(organisation for organisation, _ in keys)
        found = [
            await info.context.find_record(read_graph.ORGANISATION, Key(one, one))
            for one in clients
        ]
        return [as_type(one) for one in found if one is not None]
