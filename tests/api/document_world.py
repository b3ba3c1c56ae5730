"""The mutations of trusted documents, for tests that go through every mutation."""

from typing import Any

from api.trusted import document_id

DOCUMENTS = {"registerDocuments": "documentIds", "retireDocuments": "retiredCount"}


def document_inputs(organisation: str) -> dict[str, dict[str, Any]]:
    """Return an input of each of these mutations."""
    text_ = "{ __typename }"
    client = {"organisationId": organisation, "client": "careers"}
    return {
        "registerDocuments": {**client, "documents": [{"id": document_id(text_), "text": text_}]},
        "retireDocuments": client,
    }
