"""A client's questionnaire taken into the firm's library, without what is that client's alone."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from tenants.access import Permission, Viewer
from tenants.errors import InvalidInput
from tenants.library.gate import require_in_firm
from tenants.library.pushing import require_pushing
from tenants.organisations import queries as organisations
from tenants.questionnaires import version_queries
from tenants.questionnaires.translations import walk_texts
from tenants.work import Session

_OF_AN_OFFER: Final = "offer"


async def take_version(
    session: Session, viewer: Viewer, *, firm_id: UUID, organisation_id: UUID, version_id: UUID
) -> Mapping[str, Any]:
    """Return what a version of a client's questionnaire says, for the firm's library to have.

    Other clients will read it. So it must not ask for departments, places or job titles, which are
    this client's own, and must not name the client.

    Args:
        session: The transaction.
        viewer: An administrator of the firm, whom an engagement with the organisation names.
        firm_id: Whose library.
        organisation_id: Which client.
        version_id: Of one of its questionnaires, in whatever state.

    Raises:
        NotFound: The viewer does not belong to the firm, or there is no such version for them.
        Forbidden: The viewer does not administer the firm, or no engagement names them.
        InvalidInput: It holds something that no other client may read.
    """
    require_in_firm(viewer, Permission.LIBRARY_KEEP, firm_id)
    await require_pushing(session, viewer, organisation_id=organisation_id, firm_id=firm_id)
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    name = await organisations.find_organisation_name(
        session, viewer, organisation_id=organisation_id
    )
    document: Mapping[str, Any] = version.definition
    if any(_OF_AN_OFFER in one for one in _objects(document)):
        message = (
            "This questionnaire has conditions on offers, which name departments, places or jobs of"
            " this client. Take them out in a draft first: other clients would read them."
        )
        raise InvalidInput(message, field="versionId")
    for key, words in walk_texts(document):
        if name and any(name.casefold() in text.casefold() for text in words.values()):
            message = f"The text {key} names the client. Other clients would read it."
            raise InvalidInput(message, field="versionId")
    return document


def _objects(part: object) -> Iterator[Mapping[str, Any]]:
    """Yield every object of a document. Only conditions on offers have a key of that name."""
    if isinstance(part, Mapping):
        yield part
        for inner in part.values():
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)
