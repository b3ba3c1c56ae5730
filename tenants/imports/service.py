"""What an import does to an organisation: making it ready, then adding responses to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.imports import queries
from tenants.imports.coding import CodedResponse
from tenants.imports.mapping import MappedOrganisation
from tenants.keys import Purpose, mac
from tenants.organisations import service as organisations
from tenants.organisations.service import OrganisationProfile
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires import service as questionnaire_service
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.values import to_json
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Destination:
    """An organisation that is ready for an import.

    Attributes:
        organisation_id: Which.
        version_id: The published version of the mapping's questionnaire.
        question_ids: The id of each of its questions, by code.
    """

    organisation_id: UUID
    version_id: UUID
    question_ids: Mapping[str, UUID]


def receipt_key(organisation_id: UUID, source: str, record_id: str, occurrence: int) -> bytes:
    """Return the key by which an imported response is known: the same record has the same key.

    It tells nothing of the record without the secret key, and belongs to no receipt code.
    """
    record = record_id.encode("utf-8", "surrogatepass")
    parts = (organisation_id.bytes, source.encode(), record, str(occurrence).encode())
    return mac(Purpose.IMPORT, *parts)


async def prepare_organisation(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    create: MappedOrganisation | None,
    code: str,
    definition: Definition,
) -> Destination:
    """Make an organisation ready for an import, and note in its log that one begins.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Its id, also if it has to be made.
        create: What it is, if it has to be made.
        code: Of the questionnaire that was answered.
        definition: What it asks.
    """
    require(viewer, Permission.RESPONSE_IMPORT, organisation_id)
    if create is not None:
        await organisations.create_organisation(
            session,
            viewer,
            organisation_id=organisation_id,
            profile=OrganisationProfile(
                slug=create.slug,
                name=create.name,
                industry=create.industry,
                size_band=create.size_band,
                region=create.region,
                language=create.language,
            ),
            since=create.since,
        )
    version_id = await questionnaire_service.install_definition(
        session, viewer, organisation_id=organisation_id, code=code, definition=definition
    )
    await audit.record(session, viewer, AuditAction.IMPORT_STARTED, organisation_id)
    ids = await questionnaires.question_ids(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    return Destination(organisation_id, version_id, ids)


async def import_responses(
    session: Session,
    viewer: Viewer,
    *,
    destination: Destination,
    source: str,
    language: str,
    responses: Sequence[CodedResponse],
) -> int:
    """Add the responses that the organisation does not have yet, with their answers.

    They have no interview and no day, and a random id, as those that came through the form.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        destination: The organisation, made ready.
        source: Where they are from, as the mapping says it.
        language: In which they were answered.
        responses: All of this organisation, each record once.

    Returns:
        How many were added; the others were there already.
    """
    require(viewer, Permission.RESPONSE_IMPORT, destination.organisation_id)
    given = {uuid4(): response for response in responses}
    added = await queries.insert_responses(
        session,
        viewer,
        organisation_id=destination.organisation_id,
        version_id=destination.version_id,
        source=source,
        language=language,
        rows=[
            {
                "id": str(response_id),
                "confidentiality": response.confidentiality.value,
                "submitted_month": response.month.isoformat(),
                "segment": response.segment,
                "receipt_key": receipt_key(
                    destination.organisation_id, source, response.record_id, response.occurrence
                ).hex(),
            }
            for response_id, response in given.items()
        ],
    )
    if added:
        new = {key: response for key, response in given.items() if key in added}
        await queries.insert_answers(
            session,
            viewer,
            organisation_id=destination.organisation_id,
            rows=list(_answer_rows(new, destination.question_ids)),
        )
    return len(added)


def _answer_rows(
    responses: Mapping[UUID, CodedResponse], question_ids: Mapping[str, UUID]
) -> Iterator[dict[str, Any]]:
    """Yield every answer with the columns that it uses."""
    ids = {code: str(question_id) for code, question_id in question_ids.items()}
    for response_id, response in responses.items():
        key = str(response_id)
        for code, answer in response.answers.items():
            yield {"response_id": key, "question_id": ids[code], **_columns(answer)}


def _columns(answer: Answer) -> dict[str, Any]:
    columns: dict[str, Any] = {} if answer.value is None else to_json(answer.value)
    columns["state"] = answer.state.value
    if answer.do_not_quote:
        columns["do_not_quote"] = True
    return columns
