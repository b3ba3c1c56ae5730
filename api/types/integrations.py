"""What machines post, and what is done later."""

from datetime import datetime, timedelta

import strawberry

from api.derive import Info, as_type, of_noun
from api.errors import UserError, mutation, user_errors
from api.relay import Node, key_of
from api.types.access_grants import AccessGrant
from tenants import read_graph
from tenants.errors import SecretAlreadyShown
from tenants.integrations import service as integrations
from tenants.integrations.models import OAUTH_KINDS, IntakeState, IntegrationKind
from tenants.reading import Key, Record
from tenants.work import JobState

strawberry.enum(IntegrationKind, description=(IntegrationKind.__doc__ or "").strip())


@of_noun(read_graph.INTAKE_EVENT)
class IntakeEvent(Node):
    """One event that an applicant-tracking system posted.

    Attributes:
        action: The system's name for what happened.
        application_id: The system's id of the application it is about, if that was clear.
        state: What became of it; WAITING means that the candidate is not known yet.
        reason_code: Why it was not applied, for machines.
        reason: Why it was not applied, in words.
        received_at: When it arrived.
    """

    action: str
    application_id: str | None
    state: IntakeState
    reason_code: str | None
    reason: str | None
    received_at: datetime


@strawberry.input
class IntakeEventFilter:
    """Which posted events are wanted.

    Attributes:
        state: In any of these states.
    """

    state: list[IntakeState] | None = None


@of_noun(read_graph.JOB)
class Job(Node):
    """A piece of work that happens later.

    Attributes:
        name: What it does.
        state: Where it stands.
        attempts: How often it was started; more than once after a failure or a killed worker.
        progress: How much is done, in percent.
        error_code: What the last attempt failed with.
        created_at: When it was asked for, to the minute.
        finished_at: When it ended, one way or the other, to the minute.
    """

    name: str
    state: JobState
    attempts: int
    progress: int
    error_code: str | None
    created_at: datetime
    finished_at: datetime | None


@strawberry.input
class JobFilter:
    """Which jobs are wanted.

    Attributes:
        state: In any of these states.
        name: With this name.
    """

    state: list[JobState] | None = None
    name: str | None = None


@of_noun(read_graph.INTEGRATION)
class Integration(Node):
    """A machine client of an organisation. What it proves itself with is shown once, when made.

    Attributes:
        name: How people tell it from others.
        kind: What sort of machine it is.
        is_enabled: Whether it is let in.
        scopes: What it may ask for at most, as OAuth spells it.
        redirect_uris: Where a browser may be led back to with an authorization code.
        previous_secret_ends_at: Until when the secret before the last rotation counts, if it does.
        created_at: When it was set up.
        grants: The consents of people by which it acts for them.
    """

    name: str
    kind: IntegrationKind
    is_enabled: bool
    scopes: list[str]
    redirect_uris: list[str]
    previous_secret_ends_at: datetime | None
    created_at: datetime
    grants: list[AccessGrant]

    @strawberry.field
    def client_id(self, root: strawberry.Parent[Record]) -> str | None:
        """The OAuth client identifier; null for an applicant-tracking system."""
        is_oauth = root.values["kind"] in OAUTH_KINDS
        return integrations.client_id(*root.key) if is_oauth else None

    @strawberry.field
    def intake_url(self, root: strawberry.Parent[Record]) -> str | None:
        """Where an applicant-tracking system posts to; null for an OAuth client."""
        kind = root.values["kind"]
        return None if kind in OAUTH_KINDS else integrations.intake_url(kind, *root.key)


@strawberry.input
class CreateIntegrationInput:
    """A machine that is let in.

    Attributes:
        organisation_id: Whose data it is for.
        kind: What sort of machine.
        name: How people tell it from others.
        scopes: What it may ask for at most; needed for OAuth.
        redirect_uris: Where a browser may be led back to; needed for OAUTH_PUBLIC.
        idempotency_key: A repetition with the same key makes nothing and returns the same one,
            without its secret.
    """

    organisation_id: strawberry.ID
    kind: IntegrationKind
    name: str
    scopes: list[str] | None = None
    redirect_uris: list[str] | None = None
    idempotency_key: str | None = None


@strawberry.type
class CreateIntegrationPayload:
    """The integration, and what it proves itself with.

    Attributes:
        integration: Null when it was refused.
        secret: The client secret, or what an applicant-tracking system signs with; keep it now, it
            is not shown again. Null for OAUTH_PUBLIC.
        user_errors: Why it was refused, or SECRET_ALREADY_SHOWN for a repetition.
    """

    integration: Integration | None = None
    secret: str | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RotateIntegrationSecretInput:
    """An integration that gets a new secret.

    Attributes:
        integration_id: Which.
        overlap_hours: How long the secret so far still counts beside the new one; at most 720.
        idempotency_key: A repetition with the same key makes nothing and shows no secret.
    """

    integration_id: strawberry.ID
    overlap_hours: int = 0
    idempotency_key: str | None = None


@strawberry.type
class RotateIntegrationSecretPayload:
    """The integration with its new secret.

    Attributes:
        integration: Null when it was refused.
        secret: The new secret; keep it now, it is not shown again.
        user_errors: Why it was refused, or SECRET_ALREADY_SHOWN for a repetition.
    """

    integration: Integration | None = None
    secret: str | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class UpdateIntegrationInput:
    """What is to be different about an integration; what is left out stays as it is.

    Attributes:
        integration_id: Which.
        name: How people tell it from others.
        scopes: What it may ask for at most; tokens that have more lose it at once.
        redirect_uris: Where a browser may be led back to.
        is_enabled: Whether it is let in. Disabled, its tokens and its intake stop at once.
    """

    integration_id: strawberry.ID
    name: str | None = None
    scopes: list[str] | None = None
    redirect_uris: list[str] | None = None
    is_enabled: bool | None = None


@strawberry.type
class UpdateIntegrationPayload:
    """The integration as it is now.

    Attributes:
        integration: Null when it was refused.
        user_errors: Why, in words that help.
    """

    integration: Integration | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class DeleteIntegrationInput:
    """An integration that is removed for good.

    Attributes:
        integration_id: Which.
    """

    integration_id: strawberry.ID


@strawberry.type
class DeleteIntegrationPayload:
    """What was removed.

    Attributes:
        integration_id: Of the integration that is no longer there; null when it was refused.
        user_errors: Why, in words that help.
    """

    integration_id: strawberry.ID | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


def _shown_before() -> list[UserError]:
    """Return what a repetition is told: the secret was in the first answer and is nowhere else."""
    message = "This was made by an earlier request, and its secret was shown then. Rotate it."
    return user_errors(SecretAlreadyShown(message, field="idempotencyKey"))


@mutation
async def create_integration(
    info: Info,
    input: CreateIntegrationInput,  # noqa: A002 - the argument's name in the API.
) -> CreateIntegrationPayload:
    """Let a machine in; its secret is shown this once."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    made = await info.context.run(
        integrations.create_integration,
        organisation_id=organisation.organisation_id,
        kind=input.kind,
        name=input.name,
        scopes=input.scopes or (),
        redirect_uris=input.redirect_uris or (),
        idempotency_key=input.idempotency_key,
    )
    key = Key(organisation.organisation_id, made.integration_id)
    record = await info.context.find_record(read_graph.INTEGRATION, key)
    # A public one has no secret that could have been shown.
    has_secret = record is not None and record.values["kind"] is not IntegrationKind.OAUTH_PUBLIC
    shown_before = made.is_repeat and has_secret
    return CreateIntegrationPayload(
        integration=as_type(record),
        secret=made.secret,
        user_errors=_shown_before() if shown_before else [],
    )


@mutation
async def rotate_integration_secret(
    info: Info,
    input: RotateIntegrationSecretInput,  # noqa: A002 - likewise.
) -> RotateIntegrationSecretPayload:
    """Give an integration a new secret, shown this once; the old one may count for a while."""
    key = key_of(read_graph.INTEGRATION, input.integration_id, field="integrationId")
    made = await info.context.run(
        integrations.rotate_integration_secret,
        organisation_id=key.organisation_id,
        integration_id=key.id,
        overlap=timedelta(hours=input.overlap_hours),
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(read_graph.INTEGRATION, key)
    return RotateIntegrationSecretPayload(
        integration=as_type(record),
        secret=made.secret,
        user_errors=_shown_before() if made.is_repeat else [],
    )


@mutation
async def update_integration(
    info: Info,
    input: UpdateIntegrationInput,  # noqa: A002 - likewise.
) -> UpdateIntegrationPayload:
    """Change an integration, or shut it out and let it in again."""
    key = key_of(read_graph.INTEGRATION, input.integration_id, field="integrationId")
    await info.context.run(
        integrations.update_integration,
        organisation_id=key.organisation_id,
        integration_id=key.id,
        name=input.name,
        scopes=input.scopes,
        redirect_uris=input.redirect_uris,
        is_enabled=input.is_enabled,
    )
    record = await info.context.find_record(read_graph.INTEGRATION, key)
    return UpdateIntegrationPayload(integration=as_type(record))


@mutation
async def delete_integration(
    info: Info,
    input: DeleteIntegrationInput,  # noqa: A002 - likewise.
) -> DeleteIntegrationPayload:
    """Remove an integration for good; its tokens and secrets stop working at once."""
    key = key_of(read_graph.INTEGRATION, input.integration_id, field="integrationId")
    await info.context.run(
        integrations.delete_integration, organisation_id=key.organisation_id, integration_id=key.id
    )
    return DeleteIntegrationPayload(integration_id=input.integration_id)
