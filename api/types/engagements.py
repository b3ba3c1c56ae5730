"""Founding client organisations, and starting, staffing and ending engagements."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.firms import Engagement
from tenants import read_graph
from tenants.errors import NotFound
from tenants.organisations import engagements
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.organisations.service import OrganisationProfile
from tenants.questionnaires import clients
from tenants.reading import Key

NewOrganisation: TypeAlias = Annotated[
    "Organisation", strawberry.lazy("api.types.organisations")  # type: ignore[name-defined]  # noqa: F821 - resolved lazily.
]


@strawberry.input
class CreateOrganisationInput:
    """A client organisation to be founded.

    Attributes:
        firm_id: By which firm; may be absent for the administrator of one firm only.
        slug: Its short name in addresses: a-z, 0-9 and - between.
        name: Its name.
        industry: What it does.
        size_band: How many people it employs.
        region: Where it mainly hires.
        language: The language that candidates are addressed in unless theirs is known.
        idempotency_key: A repetition with the same key finds the same organisation.
    """

    slug: str
    name: str
    industry: Industry
    size_band: SizeBand
    region: Region
    language: str = "en"
    firm_id: strawberry.ID | None = None
    idempotency_key: str | None = None


@strawberry.type
class CreateOrganisationPayload:
    """The organisation, served by the firm from today.

    Attributes:
        organisation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    organisation: NewOrganisation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class StartEngagementInput:
    """An engagement to be started.

    Attributes:
        organisation_id: Of which organisation.
        firm_slug: From the organisation's side: with which firm that has served it before.
        starts_on: The first day (UTC).
        ends_on: The day after the last one (UTC); open if absent.
        consultant_ids: From the firm's side: whom of its members it names.
        idempotency_key: A repetition with the same key finds the same engagement.
    """

    organisation_id: strawberry.ID
    starts_on: date
    ends_on: date | None = None
    firm_slug: str | None = None
    consultant_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    idempotency_key: str | None = None


@strawberry.input
class EndEngagementInput:
    """An engagement to be ended.

    Attributes:
        engagement_id: Which.
        ends_on: The day from which on its people see nothing (UTC); today if absent.
    """

    engagement_id: strawberry.ID
    ends_on: date | None = None


@strawberry.input
class AddConsultantInput:
    """Somebody to be named on an engagement.

    Attributes:
        engagement_id: On which.
        person_id: Which member of the firm.
    """

    engagement_id: strawberry.ID
    person_id: strawberry.ID


@strawberry.input
class RemoveConsultantInput:
    """Somebody to be taken off an engagement.

    Attributes:
        engagement_id: Off which.
        person_id: Which of its consultants, or members of the firm.
    """

    engagement_id: strawberry.ID
    person_id: strawberry.ID


@strawberry.type
class EngagementPayload:
    """The engagement as it stands now.

    Attributes:
        engagement: Null when it was refused, or when it is no longer the viewer's to see.
        user_errors: Why, in words that help.
    """

    engagement: Engagement | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class StartEngagementPayload(EngagementPayload):
    """The engagement, newly started or found."""


@strawberry.type
class EndEngagementPayload(EngagementPayload):
    """The engagement with its end."""


@strawberry.type
class AddConsultantPayload(EngagementPayload):
    """The engagement with its people."""


@strawberry.type
class RemoveConsultantPayload(EngagementPayload):
    """The engagement with those whom it still names."""


async def _found(info: Info, key: Key) -> Engagement | None:
    found: Engagement | None = as_type(await info.context.find_record(read_graph.ENGAGEMENT, key))
    return found


@mutation
async def create_organisation(
    info: Info,
    input: CreateOrganisationInput,  # noqa: A002 - the argument's name in the API.
) -> CreateOrganisationPayload:
    """Found a client organisation of the viewer's firm, with an engagement that names nobody."""
    firm = (
        None if input.firm_id is None else key_of(read_graph.FIRM, input.firm_id, field="firmId").id
    )
    organisation_id, info.context.viewer = await info.context.run(
        clients.create_organisation,
        firm_id=firm,
        profile=OrganisationProfile(
            slug=input.slug,
            name=input.name,
            industry=input.industry,
            size_band=input.size_band,
            region=input.region,
            language=input.language,
        ),
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(
        read_graph.ORGANISATION, Key(organisation_id, organisation_id)
    )
    return CreateOrganisationPayload(organisation=as_type(record))


@mutation
async def start_engagement(
    info: Info,
    input: StartEngagementInput,  # noqa: A002 - the argument's name in the API.
) -> StartEngagementPayload:
    """Let a firm serve an organisation from a day until the day before another."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    people = [
        key_of(read_graph.FIRM_MEMBER, one, field="consultantIds").id
        for one in input.consultant_ids
    ]
    engagement_id = await info.context.run(
        engagements.start_engagement,
        organisation_id=organisation.id,
        firm_slug=input.firm_slug,
        starts_on=input.starts_on,
        ends_on=input.ends_on,
        consultant_ids=people,
        idempotency_key=input.idempotency_key,
    )
    return StartEngagementPayload(
        engagement=await _found(info, Key(organisation.id, engagement_id))
    )


@mutation
async def end_engagement(
    info: Info,
    input: EndEngagementInput,  # noqa: A002 - the argument's name in the API.
) -> EndEngagementPayload:
    """End an engagement; from its last day on its people see nothing of the client."""
    key = key_of(read_graph.ENGAGEMENT, input.engagement_id, field="engagementId")
    await info.context.run(
        engagements.end_engagement,
        organisation_id=key.organisation_id,
        engagement_id=key.id,
        ends_on=input.ends_on,
    )
    return EndEngagementPayload(engagement=await _found(info, key))


@mutation
async def add_consultant(
    info: Info,
    input: AddConsultantInput,  # noqa: A002 - the argument's name in the API.
) -> AddConsultantPayload:
    """Name a member of the firm on an engagement."""
    key = key_of(read_graph.ENGAGEMENT, input.engagement_id, field="engagementId")
    await info.context.run(
        engagements.add_consultant,
        organisation_id=key.organisation_id,
        engagement_id=key.id,
        person_id=key_of(read_graph.FIRM_MEMBER, input.person_id, field="personId").id,
    )
    return AddConsultantPayload(engagement=await _found(info, key))


@mutation
async def remove_consultant(
    info: Info,
    input: RemoveConsultantInput,  # noqa: A002 - the argument's name in the API.
) -> RemoveConsultantPayload:
    """Take somebody off an engagement, who sees nothing of the client from then on."""
    key = key_of(read_graph.ENGAGEMENT, input.engagement_id, field="engagementId")
    try:
        person = key_of(read_graph.CONSULTANT, input.person_id, field="personId")
    except NotFound:
        person = key_of(read_graph.FIRM_MEMBER, input.person_id, field="personId")
    await info.context.run(
        engagements.remove_consultant,
        organisation_id=key.organisation_id,
        engagement_id=key.id,
        person_id=person.id,
    )
    return RemoveConsultantPayload(engagement=await _found(info, key))
