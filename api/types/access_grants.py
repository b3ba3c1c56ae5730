"""What people let integrations do for them, and ending it."""

from datetime import datetime

import strawberry

from api.derive import Info, as_type, of_noun
from api.errors import UserError, mutation
from api.relay import key_of
from tenants import read_graph
from tenants.integrations import service as integrations
from tenants.integrations import token_queries
from tenants.reading import Key


@of_noun(read_graph.ACCESS_GRANT)
class AccessGrant:
    """A person let an integration act for them; every token of theirs comes of such a consent.

    Attributes:
        id: Opaque and stable; what `revokeAccess` takes.
        person_name: Who.
        integration_name: Which integration.
        organisation_name: In which organisation, and in no other one.
        scopes: What it may do at most, as OAuth spells it; the person's role narrows it further.
        created_at: Since when.
        expires_at: When the person is asked again.
    """

    id: strawberry.ID
    person_name: str | None
    integration_name: str
    organisation_name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime


@strawberry.input
class RevokeAccessInput:
    """A consent that ends.

    Attributes:
        grant_id: One of `viewer.accessGrants`, or of an integration's `grants`.
    """

    grant_id: strawberry.ID


@strawberry.type
class RevokeAccessPayload:
    """The consent that ended.

    Attributes:
        revoked_grant_id: Null when there was none.
        user_errors: Why, in words that help.
    """

    revoked_grant_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def revoke_access(
    info: Info,
    input: RevokeAccessInput,  # noqa: A002 - the argument's name in the API.
) -> RevokeAccessPayload:
    """End a consent, the viewer's own or, for whoever manages integrations, anybody's."""
    key = key_of(read_graph.ACCESS_GRANT, input.grant_id, field="grantId")
    await info.context.run(
        integrations.revoke_access, organisation_id=key.organisation_id, grant_id=key.id
    )
    return RevokeAccessPayload(revoked_grant_id=input.grant_id)


async def find_own_grants(info: Info) -> list[AccessGrant]:
    """Return the consents by which applications act for the viewer, the newest first."""
    keys = await info.context.run(token_queries.list_own_grants)
    found = [await info.context.find_record(read_graph.ACCESS_GRANT, Key(*one)) for one in keys]
    return [as_type(one) for one in found if one is not None]
