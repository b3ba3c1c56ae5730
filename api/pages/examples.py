"""Operations to begin with, for the console's page on the API, GraphiQL and the Python client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.console_documents import document
from api.pages.operations import ask
from tenants.access import Viewer

_TITLES: Final = (
    ("Who am I, and what may I see?", "organisations"),
    ("The interviews that are still open", "interviews"),
    ("The newest figures, and why some are withheld", "insights"),
    ("Record that an offer was declined", "record_offer_outcome"),
    ("Watch what happens in an organisation", "events"),
)
_UNKNOWN: Final = {"id": "id-of-the-organisation", "slug": "its-slug"}


@dataclass(frozen=True, slots=True)
class Example:
    """An operation that works as it stands.

    Attributes:
        title: What it is for.
        query: Its document.
        variables: For an organisation of whoever looks at it.
    """

    title: str
    query: str
    variables: Mapping[str, Any]


async def list_examples(viewer: Viewer) -> tuple[str, Sequence[Example]]:
    """Return a person's name, and the examples with variables that work for that person.

    Raises:
        NoAnswer: The person cannot be asked for.
    """
    data = await ask(viewer, "api")
    organisation = next(iter(data["organisations"]["nodes"]), _UNKNOWN)
    slug = {"slug": organisation["slug"]}
    variables: Mapping[str, Mapping[str, Any]] = {
        "organisations": {},
        "interviews": slug,
        "insights": slug,
        "record_offer_outcome": {
            "input": {
                "organisationId": organisation["id"],
                "applicationId": "4711",
                "status": "DECLINED",
                "resolvedOn": "2026-11-20",
                "statedReasons": ["OTHER_OFFER"],
                "idempotencyKey": "4711-declined",
            }
        },
        "events": {"organisationId": organisation["id"]},
    }
    return data["viewer"]["name"], [
        Example(title, document(f"examples/{name}").strip(), variables[name])
        for title, name in _TITLES
    ]
