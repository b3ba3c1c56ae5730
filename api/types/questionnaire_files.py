"""Importing questionnaires of other tools."""

import asyncio
import base64
import binascii

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.questionnaires import Questionnaire
from tenants import read_graph
from tenants.errors import InvalidInput
from tenants.questionnaires import drafting, version_queries
from tenants.questionnaires.importers import (
    MOST_BYTES,
    Outcome,
    QuestionnaireFormat,
    read_questionnaire,
)
from tenants.reading import Key


@strawberry.input
class ImportQuestionnaireInput:
    """A file of another tool to make a questionnaire of.

    Attributes:
        organisation_id: Whose.
        name: Its title within the organisation.
        format: Which tool wrote the file.
        file: The file, in base 64; at most 2 MiB.
        code: Its short name within the organisation; made of the name if null.
        idempotency_key: A repetition with the same key finds the same questionnaire.
    """

    organisation_id: strawberry.ID
    name: str
    format: QuestionnaireFormat
    file: str
    code: str | None = None
    idempotency_key: str | None = None


@strawberry.type
class ImportItem:
    """What became of one item of the file.

    Attributes:
        name: As the file calls it.
        outcome: Whether it is there as it was, with losses, or not at all.
        reason: Why; empty for what is as it was.
    """

    name: str
    outcome: Outcome
    reason: str


@strawberry.type
class ImportQuestionnairePayload:
    """The questionnaire, whose only version is a draft, and the report.

    Attributes:
        questionnaire: Null when nothing could be imported.
        report: Every item of the file.
        user_errors: Why, in words that help.
    """

    questionnaire: Questionnaire | None = None
    report: list[ImportItem] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def import_questionnaire(
    info: Info,
    input: ImportQuestionnaireInput,  # noqa: A002 - the argument's name in the API.
) -> ImportQuestionnairePayload:
    """Make a draft of another tool's file, and report what became of each of its items."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        version_queries.require_editor, organisation_id=organisation.organisation_id
    )
    document, items = await asyncio.to_thread(
        read_questionnaire, input.format, _decoded(input.file)
    )
    made = await info.context.run(
        drafting.create_questionnaire,
        organisation_id=organisation.organisation_id,
        name=input.name,
        code=input.code,
        document=document,
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(
        read_graph.QUESTIONNAIRE, Key(organisation.organisation_id, made)
    )
    return ImportQuestionnairePayload(
        questionnaire=as_type(record),
        report=[
            ImportItem(name=one.name[:200], outcome=one.outcome, reason=one.reason) for one in items
        ],
    )


def _decoded(file: str) -> bytes:
    try:
        if len(file) <= 2 * MOST_BYTES:
            return base64.b64decode(file, validate=True)
    except (binascii.Error, ValueError):
        pass
    message = f"A file comes in base 64 and has at most {MOST_BYTES} bytes."
    raise InvalidInput(message, field="file")
