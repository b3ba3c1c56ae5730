"""Deciding on actions, changing them, and noting how they go."""

from datetime import date

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.actions import Action, ActionNote
from api.types.benchmarks import MetricKey
from tenants import read_graph
from tenants.actions import service
from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.statuses import ActionStatus
from tenants.reading import Key


@strawberry.input
class CreateActionInput:
    """A new action; what is left out, the catalogue says.

    Attributes:
        organisation_id: Whose.
        kind: What sort of improvement.
        owner_role: The role or department function that sees to it.
        due_on: By when it shall be done.
        review_on: When somebody looks at what came of it.
        title: A few words.
        description: What shall be different. Name nobody.
        themes: Codes of the codebook: what it answers.
        segment: One of `insights { segments }`; the whole organisation if absent.
        metric: What it should move: one that `metrics` lists.
        idempotency_key: A repetition with the same key does nothing and returns the same action.
    """

    organisation_id: strawberry.ID
    kind: ActionKind
    owner_role: OwnerRole
    due_on: date
    review_on: date
    title: str = ""
    description: str = ""
    themes: list[str] | None = None
    segment: str | None = None
    metric: MetricKey | None = None
    idempotency_key: str | None = None


@strawberry.input
class UpdateActionInput:
    """Everything that an action shall say from now on.

    Attributes:
        action_id: Which.
        revision: Of the action that the change began with.
        kind: What sort of improvement.
        owner_role: The role or department function that sees to it.
        due_on: By when it shall be done.
        review_on: When somebody looks at what came of it.
        title: A few words.
        description: What shall be different. Name nobody.
        themes: Codes of the codebook: what it answers.
        segment: The part of the organisation; cannot change once the action has begun.
        metric: What it should move; likewise.
    """

    action_id: strawberry.ID
    revision: int
    kind: ActionKind
    owner_role: OwnerRole
    due_on: date
    review_on: date
    title: str = ""
    description: str = ""
    themes: list[str] | None = None
    segment: str | None = None
    metric: MetricKey | None = None


@strawberry.input
class ChangeActionStatusInput:
    """Where an action stands now.

    Attributes:
        action_id: Which.
        revision: Of the action that the change began with.
        status: One of its `mayBecome`.
        on: The day on which it was so; today if absent.
        note: What else there is to say. Name nobody.
    """

    action_id: strawberry.ID
    revision: int
    status: ActionStatus
    on: date | None = None
    note: str = ""


@strawberry.input
class AddActionNoteInput:
    """How an action goes.

    Attributes:
        action_id: Which.
        text: How it goes. Name nobody.
        idempotency_key: A repetition with the same key does nothing and returns the same note.
    """

    action_id: strawberry.ID
    text: str
    idempotency_key: str | None = None


@strawberry.type
class CreateActionPayload:
    """The action as it was proposed.

    Attributes:
        action: Null when it was refused.
        user_errors: Why, in words that help.
    """

    action: Action | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class UpdateActionPayload:
    """The action as it stands now.

    Attributes:
        action: Null when it was refused.
        user_errors: Why, in words that help.
    """

    action: Action | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ChangeActionStatusPayload:
    """The action as it stands now.

    Attributes:
        action: Null when it was refused.
        user_errors: Why, in words that help.
    """

    action: Action | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class AddActionNotePayload:
    """The note as it was written.

    Attributes:
        note: Null when it was refused.
        user_errors: Why, in words that help.
    """

    note: ActionNote | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


def _said(given: CreateActionInput | UpdateActionInput) -> service.ActionInput:
    return service.ActionInput(
        kind=given.kind,
        owner_role=given.owner_role,
        due_on=given.due_on,
        review_on=given.review_on,
        title=given.title,
        description=given.description,
        themes=given.themes,
        segment=given.segment,
        metric=given.metric,
    )


async def _find(info: Info, key: Key) -> Action | None:
    found: Action | None = as_type(await info.context.find_record(read_graph.ACTION, key))
    return found


@mutation
async def create_action(
    info: Info,
    input: CreateActionInput,  # noqa: A002 - the argument's name in the API.
) -> CreateActionPayload:
    """Propose an improvement."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    action_id = await info.context.run(
        service.create_action,
        organisation_id=organisation.organisation_id,
        action=_said(input),
        idempotency_key=input.idempotency_key,
    )
    key = Key(organisation.organisation_id, action_id)
    return CreateActionPayload(action=await _find(info, key))


@mutation
async def update_action(
    info: Info,
    input: UpdateActionInput,  # noqa: A002 - the argument's name in the API.
) -> UpdateActionPayload:
    """Make an action say something else, unless somebody else changed it meanwhile."""
    key = key_of(read_graph.ACTION, input.action_id, field="actionId")
    await info.context.run(
        service.update_action,
        organisation_id=key.organisation_id,
        action_id=key.id,
        revision=input.revision,
        action=_said(input),
    )
    return UpdateActionPayload(action=await _find(info, key))


@mutation
async def change_action_status(
    info: Info,
    input: ChangeActionStatusInput,  # noqa: A002 - the argument's name in the API.
) -> ChangeActionStatusPayload:
    """Say where an action stands now."""
    key = key_of(read_graph.ACTION, input.action_id, field="actionId")
    await info.context.run(
        service.change_action_status,
        organisation_id=key.organisation_id,
        action_id=key.id,
        revision=input.revision,
        status=input.status,
        on=input.on,
        note=input.note,
    )
    return ChangeActionStatusPayload(action=await _find(info, key))


@mutation
async def add_action_note(
    info: Info,
    input: AddActionNoteInput,  # noqa: A002 - the argument's name in the API.
) -> AddActionNotePayload:
    """Note how an action goes."""
    key = key_of(read_graph.ACTION, input.action_id, field="actionId")
    note_id = await info.context.run(
        service.add_action_note,
        organisation_id=key.organisation_id,
        action_id=key.id,
        text=input.text,
        idempotency_key=input.idempotency_key,
    )
    note = await info.context.find_record(read_graph.ACTION_NOTE, Key(key.organisation_id, note_id))
    return AddActionNotePayload(note=as_type(note))
