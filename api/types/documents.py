"""Trusted documents: registering what a client may send."""

from typing import Final

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from api.relay import key_of
from tenants import read_graph
from tenants.errors import InvalidInput
from tenants.integrations import documents

# Each is parsed and validated, while others wait; the command takes whole manifests.
MOST_AT_ONCE: Final = 100


@strawberry.input
class TrustedDocumentInput:
    """A document that a client is to send by its id.

    Attributes:
        id: SHA-256 of the text in hexadecimal digits, with or without `sha256:` before it.
        text: Of one or more operations with the fragments that they spread.
    """

    id: str
    text: str


@strawberry.input
class RegisterDocumentsInput:
    """Documents that are added to those of a client.

    Attributes:
        organisation_id: Where the client is used.
        client: Its name, of your choosing; `retireDocuments` takes back all that it has.
        documents: At most 100; `afterword documents register` takes a whole manifest.
        idempotency_key: A repetition with the same key adds nothing; without one neither.
    """

    organisation_id: strawberry.ID
    client: str
    documents: list[TrustedDocumentInput]
    idempotency_key: str | None = None


@strawberry.type
class RegisterDocumentsPayload:
    """What was registered.

    Attributes:
        document_ids: What to send as `documentId`, in the order of the input; null when refused.
        user_errors: Why, in words that help.
    """

    document_ids: list[str] | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RetireDocumentsInput:
    """A client whose documents are taken back.

    Attributes:
        organisation_id: Where it is used.
        client: Its name.
    """

    organisation_id: strawberry.ID
    client: str


@strawberry.type
class RetireDocumentsPayload:
    """What was taken back.

    Attributes:
        retired_count: How many documents the client had; null when it was refused.
        user_errors: Why, in words that help.
    """

    retired_count: int | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def register_documents(
    info: Info,
    input: RegisterDocumentsInput,  # noqa: A002 - the argument's name in the API.
) -> RegisterDocumentsPayload:
    """Let a client send documents by their ids; each must be valid in this schema."""
    key = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    if not 0 < len(input.documents) <= MOST_AT_ONCE:
        message = f"Register 1 to {MOST_AT_ONCE} documents at once."
        raise InvalidInput(message, field="documents")
    from api.trusted import check_entry  # noqa: PLC0415 - it validates against the whole schema.

    documents.require_registering(info.context.viewer, key.organisation_id)
    found = {}
    for place, one in enumerate(input.documents):
        try:
            found[check_entry(one.id, one.text)] = one.text
        except InvalidInput as error:
            raise InvalidInput(error.message, field=("documents", str(place))) from None
    await info.context.run(
        documents.register_documents,
        organisation_id=key.organisation_id,
        client=input.client,
        documents=found,
        idempotency_key=input.idempotency_key,
    )
    ids = [f"sha256:{one.id.removeprefix('sha256:')}" for one in input.documents]
    return RegisterDocumentsPayload(document_ids=ids)


@mutation
async def retire_documents(
    info: Info,
    input: RetireDocumentsInput,  # noqa: A002 - likewise.
) -> RetireDocumentsPayload:
    """Take back all documents of a client, within half a minute everywhere."""
    key = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    retired = await info.context.run(
        documents.retire_documents, organisation_id=key.organisation_id, client=input.client
    )
    return RetireDocumentsPayload(retired_count=retired)
