"""Creating, changing, translating, copying, publishing and retiring questionnaires."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, camel_case, mutation
from api.relay import key_of
from api.types.questionnaire_inputs import QuestionnaireContentInput, content_document
from api.types.questionnaires import Questionnaire, QuestionnaireVersion
from tenants import read_graph
from tenants.errors import InvalidInput
from tenants.offers import narrow_conditions
from tenants.questionnaires import drafting, publishing
from tenants.questionnaires.definition import to_json
from tenants.questionnaires.templates import BuiltInTemplate, load
from tenants.reading import Key


@strawberry.input(one_of=True)
class QuestionnaireSourceInput:
    """What a new questionnaire begins with.

    Attributes:
        template: A built-in questionnaire.
        content: What is written here.
    """

    template: BuiltInTemplate | None = strawberry.UNSET
    content: QuestionnaireContentInput | None = strawberry.UNSET


@strawberry.input
class CreateQuestionnaireInput:
    """A questionnaire to be added, with a first draft.

    Attributes:
        organisation_id: Whose.
        name: Its title within the organisation.
        source: What the draft begins with.
        code: Its short name within the organisation; made of the name if null.
        idempotency_key: A repetition with the same key finds the same questionnaire.
    """

    organisation_id: strawberry.ID
    name: str
    source: QuestionnaireSourceInput
    code: str | None = None
    idempotency_key: str | None = None


@strawberry.type
class CreateQuestionnairePayload:
    """The questionnaire, whose only version is the draft.

    Attributes:
        questionnaire: Null when it was refused.
        user_errors: Why, in words that help.
    """

    questionnaire: Questionnaire | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class UpdateQuestionnaireDraftInput:
    """What a draft shall say instead.

    Attributes:
        version_id: The draft.
        revision: Of the draft that the change began with.
        content: Everything that it shall say.
    """

    version_id: strawberry.ID
    revision: int
    content: QuestionnaireContentInput


@strawberry.type
class UpdateQuestionnaireDraftPayload:
    """The draft as it is now.

    Attributes:
        version: Null when it was refused; then nothing was changed.
        user_errors: Why; CONFLICT when somebody else changed the draft meanwhile.
    """

    version: QuestionnaireVersion | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class TextTranslationInput:
    """A text of a draft in the language of the translation.

    Attributes:
        key: Which text, as in `translations { missing }`.
        text: What it says; an empty one takes the translation away.
    """

    key: str
    text: str


@strawberry.input
class TranslateQuestionnaireInput:
    """Texts of one language for a draft.

    Attributes:
        version_id: The draft.
        revision: Of the draft that the translation began with.
        language: Its code; a new one comes last.
        texts: The texts that are new or changed.
    """

    version_id: strawberry.ID
    revision: int
    language: str
    texts: list[TextTranslationInput]


@strawberry.type
class TranslateQuestionnairePayload:
    """The draft as it is now.

    Attributes:
        version: Null when it was refused; then nothing was changed.
        user_errors: Why; CONFLICT when somebody else changed the draft meanwhile.
    """

    version: QuestionnaireVersion | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class CopyQuestionnaireVersionInput:
    """A version to begin a draft with.

    Attributes:
        version_id: Which, in whatever state.
        name: Of a new questionnaire; if null the draft is the next version of the same one.
        idempotency_key: A repetition with the same key begins nothing.
    """

    version_id: strawberry.ID
    name: str | None = None
    idempotency_key: str | None = None


@strawberry.type
class CopyQuestionnaireVersionPayload:
    """The questionnaire that has the new draft.

    Attributes:
        questionnaire: Null when it was refused.
        user_errors: Why; CONFLICT when it has a draft already.
    """

    questionnaire: Questionnaire | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class PublishQuestionnaireVersionInput:
    """A draft to be published.

    Attributes:
        version_id: The draft.
        revision: Of the draft that was looked at.
    """

    version_id: strawberry.ID
    revision: int


@strawberry.type
class PublishQuestionnaireVersionPayload:
    """The version, which never changes from now on.

    Attributes:
        version: Null when it was refused; it is a draft still.
        user_errors: Why, one for each finding that has to be mended first.
    """

    version: QuestionnaireVersion | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RetireQuestionnaireVersionInput:
    """A published version to be taken out of use.

    Attributes:
        version_id: Which.
    """

    version_id: strawberry.ID


@strawberry.type
class RetireQuestionnaireVersionPayload:
    """The version; interviews that are pinned to it go on with it.

    Attributes:
        version: Null when it was refused.
        user_errors: Why, in words that help.
    """

    version: QuestionnaireVersion | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def create_questionnaire(
    info: Info,
    input: CreateQuestionnaireInput,  # noqa: A002 - the argument's name in the API.
) -> CreateQuestionnairePayload:
    """Add a questionnaire with a first draft, which candidates do not see yet."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    with placed("source", "content"):
        made = await info.context.run(
            drafting.create_questionnaire,
            organisation_id=organisation.organisation_id,
            name=input.name,
            code=input.code,
            document=source_document(input.source),
            idempotency_key=input.idempotency_key,
        )
    key = Key(organisation.organisation_id, made)
    record = await info.context.find_record(read_graph.QUESTIONNAIRE, key)
    return CreateQuestionnairePayload(questionnaire=as_type(record))


@mutation
async def update_questionnaire_draft(
    info: Info,
    input: UpdateQuestionnaireDraftInput,  # noqa: A002 - likewise.
) -> UpdateQuestionnaireDraftPayload:
    """Make a draft say something else, unless somebody else changed it meanwhile."""
    key = key_of(read_graph.QUESTIONNAIRE_VERSION, input.version_id, field="versionId")
    with placed("content"):
        await info.context.run(
            drafting.update_draft,
            organisation_id=key.organisation_id,
            version_id=key.id,
            revision=input.revision,
            document=content_document(input.content, _standard_texts()),
        )
    return UpdateQuestionnaireDraftPayload(version=await _version(info, key))


@mutation
async def translate_questionnaire(
    info: Info,
    input: TranslateQuestionnaireInput,  # noqa: A002 - likewise.
) -> TranslateQuestionnairePayload:
    """Put texts of one language into a draft, which speaks it from then on."""
    key = key_of(read_graph.QUESTIONNAIRE_VERSION, input.version_id, field="versionId")
    await info.context.run(
        drafting.translate_draft,
        organisation_id=key.organisation_id,
        version_id=key.id,
        revision=input.revision,
        language=input.language,
        texts={one.key: one.text for one in input.texts},
    )
    return TranslateQuestionnairePayload(version=await _version(info, key))


@mutation
async def copy_questionnaire_version(
    info: Info,
    input: CopyQuestionnaireVersionInput,  # noqa: A002 - likewise.
) -> CopyQuestionnaireVersionPayload:
    """Begin a draft with what a version says, in the same questionnaire or a new one."""
    key = key_of(read_graph.QUESTIONNAIRE_VERSION, input.version_id, field="versionId")
    made = await info.context.run(
        drafting.copy_version,
        organisation_id=key.organisation_id,
        version_id=key.id,
        name=input.name,
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(
        read_graph.QUESTIONNAIRE, Key(key.organisation_id, made)
    )
    return CopyQuestionnaireVersionPayload(questionnaire=as_type(record))


@mutation
async def publish_questionnaire_version(
    info: Info,
    input: PublishQuestionnaireVersionInput,  # noqa: A002 - likewise.
) -> PublishQuestionnaireVersionPayload:
    """Publish a draft: it never changes from then on, and new interviews ask it."""
    key = key_of(read_graph.QUESTIONNAIRE_VERSION, input.version_id, field="versionId")
    await info.context.run(
        narrow_conditions.publish_version,
        organisation_id=key.organisation_id,
        version_id=key.id,
        revision=input.revision,
    )
    return PublishQuestionnaireVersionPayload(version=await _version(info, key))


@mutation
async def retire_questionnaire_version(
    info: Info,
    input: RetireQuestionnaireVersionInput,  # noqa: A002 - likewise.
) -> RetireQuestionnaireVersionPayload:
    """Take a published version out of use; interviews under way keep it."""
    key = key_of(read_graph.QUESTIONNAIRE_VERSION, input.version_id, field="versionId")
    await info.context.run(
        publishing.retire_version, organisation_id=key.organisation_id, version_id=key.id
    )
    return RetireQuestionnaireVersionPayload(version=await _version(info, key))


async def _version(info: Info, key: Key) -> QuestionnaireVersion | None:
    found: QuestionnaireVersion | None = as_type(
        await info.context.find_record(read_graph.QUESTIONNAIRE_VERSION, key)
    )
    return found


def source_document(given: QuestionnaireSourceInput) -> dict[str, Any]:
    """Return what a source says, as `definition.to_json` writes it."""
    if given.template is not strawberry.UNSET and given.template is not None:
        return to_json(load(given.template.value))
    content: Any = given.content
    return content_document(content, _standard_texts())


def _standard_texts() -> dict[str, Any]:
    texts: dict[str, Any] = to_json(load(BuiltInTemplate.DECLINED_OFFER.value))["texts"]
    return texts


@contextmanager
def placed(*place: str) -> Iterator[None]:
    """Name the place in the input of what is refused in the document that was made of it."""
    try:
        yield
    except InvalidInput as error:
        if error.field and error.field[0] in {"title", "languages", "texts", "pages"}:
            error.field = (*place, *(camel_case(part) for part in error.field))
        raise
