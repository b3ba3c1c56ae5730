"""How an organisation's members sign in, other than by a password."""

from datetime import datetime

import strawberry

from api.auth.openid import redirect_uri
from api.derive import Info
from api.errors import UserError, mutation
from api.relay import encode_id, key_of
from tenants import read_graph
from tenants.organisations import providers
from tenants.organisations.models import IdentityProvider


@strawberry.type(name="IdentityProvider")
class IdentityProviderType:
    """The OpenID provider through which members sign in. Its secret is never shown.

    Attributes:
        name: What the button calls it.
        issuer: The provider's address, under which its discovery document lies.
        client_id: How the provider knows us.
        email_domains: Addresses of other domains are refused; empty allows all.
        is_required: Whether passwords are refused for the members.
        redirect_uri: What the provider has to let us send browsers back to.
        updated_at: When it was last changed.
    """

    name: str
    issuer: str
    client_id: str
    email_domains: list[str]
    is_required: bool
    redirect_uri: str
    updated_at: datetime


def identity_provider_type(found: IdentityProvider | None) -> IdentityProviderType | None:
    """Return a provider as the API shows it."""
    if found is None:
        return None
    return IdentityProviderType(
        name=found.name,
        issuer=found.issuer,
        client_id=found.client_id,
        email_domains=list(found.email_domains),
        is_required=found.required,
        redirect_uri=redirect_uri(),
        updated_at=found.updated_at,
    )


@strawberry.input
class ProviderSettings:
    """A provider, as it is to be from now on.

    Attributes:
        name: What the button calls it.
        issuer: The provider's address, under which its discovery document lies.
        client_id: How the provider knows us.
        client_secret: What we prove it with; absent keeps the one that is there.
        email_domains: Addresses of other domains are refused; empty allows all.
        is_required: Whether passwords are refused. Only who came through the provider may ask.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    email_domains: list[str] = strawberry.field(default_factory=list)
    is_required: bool = False

    def given(self) -> providers.ProviderInput:
        """Return it as the domain takes it."""
        return providers.ProviderInput(
            name=self.name,
            issuer=self.issuer,
            client_id=self.client_id,
            client_secret=self.client_secret,
            email_domains=tuple(self.email_domains),
            is_required=self.is_required,
        )


@strawberry.input
class ConfigureIdentityProviderInput(ProviderSettings):
    """How an organisation's members sign in from now on.

    Attributes:
        organisation_id: Whose members.
    """

    organisation_id: strawberry.ID


@strawberry.input
class ConfigureFirmIdentityProviderInput(ProviderSettings):
    """How a firm's people sign in from now on.

    Attributes:
        firm_id: Whose people.
    """

    firm_id: strawberry.ID


@strawberry.type
class ConfigureIdentityProviderPayload:
    """The provider as it is set up now.

    Attributes:
        identity_provider: Null when it was refused.
        user_errors: Why, in words that help.
    """

    identity_provider: IdentityProviderType | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RemoveIdentityProviderInput:
    """Whose provider to remove.

    Attributes:
        organisation_id: Whose members sign in by password alone from now on.
    """

    organisation_id: strawberry.ID


@strawberry.type
class RemoveIdentityProviderPayload:
    """Whose members sign in by password now.

    Attributes:
        organisation_id: Null when it was refused.
        user_errors: Why, in words that help.
    """

    organisation_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def configure_identity_provider(
    info: Info,
    input: ConfigureIdentityProviderInput,  # noqa: A002 - the argument's name in the API.
) -> ConfigureIdentityProviderPayload:
    """Let members sign in through an OpenID provider."""
    key = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        providers.configure_identity_provider,
        organisation_id=key.organisation_id,
        given=input.given(),
    )
    found = await info.context.run(
        providers.get_identity_provider, organisation_id=key.organisation_id
    )
    return ConfigureIdentityProviderPayload(identity_provider=identity_provider_type(found))


@mutation
async def remove_identity_provider(
    info: Info,
    input: RemoveIdentityProviderInput,  # noqa: A002 - the argument's name in the API.
) -> RemoveIdentityProviderPayload:
    """Let members sign in by password alone."""
    key = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(providers.remove_identity_provider, organisation_id=key.organisation_id)
    return RemoveIdentityProviderPayload(organisation_id=encode_id(read_graph.ORGANISATION, key))


@strawberry.type
class ConfigureFirmIdentityProviderPayload:
    """The provider as it is set up now.

    Attributes:
        identity_provider: Null when it was refused.
        user_errors: Why, in words that help.
    """

    identity_provider: IdentityProviderType | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RemoveFirmIdentityProviderInput:
    """Whose provider to remove.

    Attributes:
        firm_id: Whose people sign in by password alone from now on.
    """

    firm_id: strawberry.ID


@strawberry.type
class RemoveFirmIdentityProviderPayload:
    """Whose people sign in by password now.

    Attributes:
        firm_id: Null when it was refused.
        user_errors: Why, in words that help.
    """

    firm_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def configure_firm_identity_provider(
    info: Info,
    input: ConfigureFirmIdentityProviderInput,  # noqa: A002 - the argument's name in the API.
) -> ConfigureFirmIdentityProviderPayload:
    """Let a firm's people sign in through an OpenID provider; its administrators may."""
    key = key_of(read_graph.FIRM, input.firm_id, field="firmId")
    await info.context.run(
        providers.configure_identity_provider, firm_id=key.id, given=input.given()
    )
    found = await info.context.run(providers.get_identity_provider, firm_id=key.id)
    return ConfigureFirmIdentityProviderPayload(identity_provider=identity_provider_type(found))


@mutation
async def remove_firm_identity_provider(
    info: Info,
    input: RemoveFirmIdentityProviderInput,  # noqa: A002 - the argument's name in the API.
) -> RemoveFirmIdentityProviderPayload:
    """Let a firm's people sign in by password alone; its administrators may."""
    key = key_of(read_graph.FIRM, input.firm_id, field="firmId")
    await info.context.run(providers.remove_identity_provider, firm_id=key.id)
    return RemoveFirmIdentityProviderPayload(firm_id=encode_id(read_graph.FIRM, key))
