"""Deleting drafts of questionnaires."""

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.questionnaires import Questionnaire
from tenants import read_graph
from tenants.questionnaires import drafting
from tenants.reading import Key


@strawberry.input
class DeleteQuestionnaireDraftInput:
    """A draft that nobody needs any more.

    Attributes:
        version_id: The draft.
        revision: Of the draft that was looked at.
    """

    version_id: strawberry.ID
    revision: int


@strawberry.type
class DeleteQuestionnaireDraftPayload:
    """What was deleted.

    Attributes:
        deleted_version_id: The draft that is gone; null when it was refused.
        questionnaire: With the versions that are left; null when it had no other one and is gone.
        user_errors: Why it was refused; CONFLICT when somebody else changed the draft meanwhile.
    """

    deleted_version_id: strawberry.ID | None = None
    questionnaire: Questionnaire | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def delete_questionnaire_draft(
    info: Info,
    input: DeleteQuestionnaireDraftInput,  # noqa: A002 - the argument's name in the API.
) -> DeleteQuestionnaireDraftPayload:
    """Delete a draft for good; what was published stays, and so does who works with it."""
    key = key_of(read_graph.QUESTIONNAIRE_VERSION, input.version_id, field="versionId")
    left = await info.context.run(
        drafting.delete_draft,
        organisation_id=key.organisation_id,
        version_id=key.id,
        revision=input.revision,
    )
    record = None
    if left is not None:
        record = await info.context.find_record(
            read_graph.QUESTIONNAIRE, Key(key.organisation_id, left)
        )
    return DeleteQuestionnaireDraftPayload(
        deleted_version_id=input.version_id, questionnaire=as_type(record)
    )
