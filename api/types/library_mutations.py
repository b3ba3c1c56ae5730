"""Saving and retiring what a firm's library holds, and pushing it to organisations."""

from collections.abc import Mapping
from typing import Any

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.library import LibraryPush, LibraryTemplate, find_push
from api.types.questionnaire_mutations import QuestionnaireSourceInput, placed, source_document
from api.types.themes import Theme, ThemeWordingInput, show_theme
from tenants import read_graph
from tenants.errors import InvalidInput
from tenants.library import codebooks, pushing, service, taking
from tenants.reading import Key
from tenants.reasons import Audience, Controllability
from tenants.themes.codebook import ThemeLine


@strawberry.input
class SaveTemplateInput:
    """What a template of a firm's library shall say from its next version on.

    Attributes:
        firm_id: Whose library.
        code: Which template: one that is there, or a new one (a small letter, then small letters,
            digits and underscores). Questionnaires that are made of it have the code, too;
            `declined_offer` is the one that interviews are opened with.
        name: Its title.
        source: What it shall say; it has to be fit to be published.
        version_id: Instead of a source, a version of a client's questionnaire to take it from; it
            must not have conditions on offers, nor name the client.
        based_on: Number of the version that the change began with; 0 for a new template.
        note: What this version is about, for whoever pushes it and for the organisations.
    """

    firm_id: strawberry.ID
    code: str
    name: str
    based_on: int
    source: QuestionnaireSourceInput | None = None
    version_id: strawberry.ID | None = None
    note: str = ""


@strawberry.type
class SaveTemplatePayload:
    """The template as it is now.

    Attributes:
        template: Null when it was refused; then nothing was saved.
        user_errors: Why; CONFLICT when somebody else saved a version meanwhile.
    """

    template: LibraryTemplate | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RetireTemplateInput:
    """A template that shall be pushed no more.

    Attributes:
        template_id: Which.
    """

    template_id: strawberry.ID


@strawberry.type
class RetireTemplatePayload:
    """The template; what was pushed of it stays as it is.

    Attributes:
        template: Null when it was refused.
        user_errors: Why, in words that help.
    """

    template: LibraryTemplate | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class SaveFirmThemeInput:
    """What a firm says of a theme; what is absent stays as it is.

    Attributes:
        firm_id: Whose library.
        code: Which theme: one that is there, or a new one (2 to 40 capital letters, digits and
            underscores), which needs a label, a controllability and an audience.
        wordings: What it is called in some languages.
        controllability: Whether organisations can usually do anything about it.
        audience: Whom an excerpt of it is for unless a moderator routes it.
        is_retired: Whether new excerpts may have it no more; `false` brings it back.
    """

    firm_id: strawberry.ID
    code: str
    wordings: list[ThemeWordingInput] = strawberry.field(default_factory=list)
    controllability: Controllability | None = None
    audience: Audience | None = None
    is_retired: bool | None = None


@strawberry.type
class SaveFirmThemePayload:
    """The theme as the firm's codebook has it now.

    Attributes:
        theme: Null when it was refused.
        user_errors: Why, in words that help.
    """

    theme: Theme | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class PushTemplateInput:
    """A template that shall become a draft of an organisation.

    Attributes:
        template_id: Which; its newest version goes.
        organisation_id: Where to.
        replaces_revision: Of a draft that was edited in the organisation: that it was read and
            shall be replaced (`templateDiff { draftRevision draftChanges }`).
        idempotency_key: A repetition with the same key pushes nothing again.
    """

    template_id: strawberry.ID
    organisation_id: strawberry.ID
    replaces_revision: int | None = None
    idempotency_key: str | None = None


@strawberry.type
class PushTemplatePayload:
    """What was pushed; the organisation's people read the same.

    Attributes:
        push: Null when it was refused; then nothing was changed.
        user_errors: Why: CONFLICT when the draft was edited there or says this already,
            TOO_FEW_OFFERS for each condition that could single somebody out there.
    """

    push: LibraryPush | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class PushCodebookInput:
    """A firm's codebook that an organisation shall have under its own words.

    Attributes:
        firm_id: Whose.
        organisation_id: Where to.
        idempotency_key: A repetition with the same key pushes nothing again.
    """

    firm_id: strawberry.ID
    organisation_id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.type
class PushCodebookPayload:
    """What was pushed; the organisation's people read the same.

    Attributes:
        push: Null when it was refused; then nothing was changed.
        user_errors: Why; CONFLICT when it would change nothing.
    """

    push: LibraryPush | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def save_template(
    info: Info,
    input: SaveTemplateInput,  # noqa: A002 - the argument's name in the API.
) -> SaveTemplatePayload:
    """Let a template of a firm's library say something from its next version on."""
    firm = key_of(read_graph.FIRM, input.firm_id, field="firmId")
    document = await _document(info, firm, input)
    with placed("source", "content"):
        made = await info.context.run(
            service.save_template,
            firm_id=firm.id,
            code=input.code,
            name=input.name,
            document=document,
            based_on=input.based_on,
            note=input.note,
        )
    return SaveTemplatePayload(template=await _template(info, Key(firm.id, made)))


@mutation
async def retire_template(
    info: Info,
    input: RetireTemplateInput,  # noqa: A002 - likewise.
) -> RetireTemplatePayload:
    """Let nobody push a template any more."""
    key = key_of(read_graph.LIBRARY_TEMPLATE, input.template_id, field="templateId")
    await info.context.run(service.retire_template, firm_id=key.organisation_id, template_id=key.id)
    return RetireTemplatePayload(template=await _template(info, key))


@mutation
async def save_firm_theme(
    info: Info,
    input: SaveFirmThemeInput,  # noqa: A002 - likewise.
) -> SaveFirmThemePayload:
    """Add a theme to a firm's codebook, or override, retire or restore one."""
    firm = key_of(read_graph.FIRM, input.firm_id, field="firmId")
    line = ThemeLine(
        code=input.code,
        labels={one.language: one.label for one in input.wordings},
        descriptions={
            one.language: one.description for one in input.wordings if one.description is not None
        },
        controllability=input.controllability,
        audience=input.audience,
        is_retired=input.is_retired,
    )
    theme = await info.context.run(codebooks.save_firm_theme, firm_id=firm.id, line=line)
    return SaveFirmThemePayload(theme=show_theme(theme))


@mutation
async def push_template(
    info: Info,
    input: PushTemplateInput,  # noqa: A002 - likewise.
) -> PushTemplatePayload:
    """Make or renew the draft of a template in an organisation; what is published stays."""
    template = key_of(read_graph.LIBRARY_TEMPLATE, input.template_id, field="templateId")
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    pushed = await info.context.run(
        pushing.push_template,
        organisation_id=organisation.organisation_id,
        firm_id=template.organisation_id,
        template_id=template.id,
        replaces_revision=input.replaces_revision,
        idempotency_key=input.idempotency_key,
    )
    return PushTemplatePayload(push=await find_push(info, organisation, pushed))


@mutation
async def push_codebook(
    info: Info,
    input: PushCodebookInput,  # noqa: A002 - likewise.
) -> PushCodebookPayload:
    """Copy a firm's themes to an organisation, under what it says itself."""
    firm = key_of(read_graph.FIRM, input.firm_id, field="firmId")
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    pushed = await info.context.run(
        codebooks.push_codebook,
        organisation_id=organisation.organisation_id,
        firm_id=firm.id,
        idempotency_key=input.idempotency_key,
    )
    return PushCodebookPayload(push=await find_push(info, organisation, pushed))


async def _document(info: Info, firm: Key, given: SaveTemplateInput) -> Mapping[str, Any]:
    """Return what a template shall say, from the one place that is named.

    Raises:
        InvalidInput: None is named, or both are.
    """
    taken: Mapping[str, Any] | None = None
    if given.version_id is not None:
        version = key_of(read_graph.QUESTIONNAIRE_VERSION, given.version_id, field="versionId")
        taken = await info.context.run(
            taking.take_version,
            firm_id=firm.id,
            organisation_id=version.organisation_id,
            version_id=version.id,
        )
    if (taken is None) is (given.source is None):
        message = "Say either what the template shall say, or from which version it is taken."
        raise InvalidInput(message, field="source")
    if given.source is None:
        assert taken is not None  # noqa: S101 - one of the two is there.
        return taken
    return source_document(given.source)


async def _template(info: Info, key: Key) -> LibraryTemplate | None:
    found: LibraryTemplate | None = as_type(
        await info.context.find_record(read_graph.LIBRARY_TEMPLATE, key)
    )
    return found
