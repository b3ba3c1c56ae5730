"""What the matrices and the tests of isolation say of the codebook and the moderation desk."""

from typing import Any, Final

from sqlalchemy import select, text

from tenants.access import Viewer
from tenants.db import run
from tenants.excerpts import service, settling
from tenants.excerpts.desk_models import DeskText
from tenants.interviews.models import Confidentiality
from tenants.reasons import Audience
from tenants.work import Session
from tests.api.world import World
from tests.factories import Client

_ON_THE_DESK: Final = "yes never never never"
_BY_MODERATORS: Final = "ok FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND"
# The third party alone, and who reads what was released: everybody but candidates and strangers.
ROWS = {
    "DeskText": {"text": "yes no no no no no no"},
    "DeskExcerpt": {"excerpt": "yes no no no no no no"},
    # For the whole organisation, and published; the others, test_excerpts.py says.
    "Excerpt": {"excerpt": "yes yes no yes no no no"},
}
# Fields of an organisation, in the words of `roles.FIELDS`, and of the types of the desk.
OF_ORGANISATION = {
    "codebook": "yes yes yes yes",
    "excerpts": "all all own all",
    "deskTexts": "all FORBIDDEN FORBIDDEN FORBIDDEN",
    "deskExcerpts": "all FORBIDDEN FORBIDDEN FORBIDDEN",
    "coderAgreement": "yes FORBIDDEN FORBIDDEN FORBIDDEN",
}
FIELDS = {
    "DeskText": dict.fromkeys(
        ("id", "text", "doNotQuote", "confidentiality", "question", "response", "excerpts"),
        _ON_THE_DESK,
    ),
    "DeskExcerpt": dict.fromkeys(
        (
            *("id", "begins", "ends", "text", "doNotQuote", "state", "themes", "audience"),
            *("paraphrase", "shownText", "isPublished", "isWaiting", "undoableStep"),
            *("redactions", "source", "preview", "suggestions"),
        ),
        _ON_THE_DESK,
    ),
    "Excerpt": dict.fromkeys(
        ("id", "text", "isParaphrase", "themes", "audience", "cell", "segment", "from", "to"),
        "yes yes never yes",
    ),
}
# How many rows each of these lists has in the world of the matrix.
ALL = {
    ("Organisation", "excerpts"): "rows 1",
    ("Organisation", "deskTexts"): "rows 8",
    ("Organisation", "deskExcerpts"): "rows 1",
}
OWN = {("Organisation", "excerpts"): "rows 0"}
# Parts of other types, as `roles.PARTS` has them.
PARTS = {
    "Theme": "code controllability audience isRetired level wordings label description",
    "ThemeWording": "language label description",
    "SaveThemePayload": "theme userErrors",
    "ExcerptRedaction": "id ofText begins ends text kind score isAccepted",
    "ThemeSuggestion": "code score note",
    "CoderAgreement": "excerpts kappa lower upper observed message",
    "DeskExcerptPayload": "excerpt userErrors",
}
STEPS: Final = (
    "codeExcerpt",
    "resolveRedactions",
    "addRedaction",
    "paraphraseExcerpt",
    "routeExcerpt",
    "releaseExcerpt",
    "withholdExcerpt",
    "undoExcerptStep",
)
MUTATIONS = dict.fromkeys(("saveTheme", "makeExcerpt", *STEPS), _BY_MODERATORS)
PAYLOADS = {
    "saveTheme": "theme { code }",
    **dict.fromkeys(("makeExcerpt", *STEPS), "excerpt { id }"),
}
# Where they take an id.
ID_ARGUMENTS = {
    ("saveTheme", "organisationId"),
    ("makeExcerpt", "textId"),
    ("resolveRedactions", "redactionIds"),
    *((name, "excerptId") for name in STEPS),
}


def of_organisation(
    organisation: str, *, text_id: str = "", excerpt_id: str = ""
) -> dict[str, dict[str, Any]]:
    """Return an input of each mutation."""
    theme = {"organisationId": organisation, "code": "PAY_BASE", "controllability": "CONTROLLABLE"}
    given: dict[str, dict[str, Any]] = {
        "codeExcerpt": {"themes": ["PAY_BASE"]},
        "resolveRedactions": {"accept": True},
        "addRedaction": {"begins": 0, "ends": 1},
        "routeExcerpt": {"audience": "HR"},
    }
    return {
        "saveTheme": theme,
        "makeExcerpt": {"textId": text_id},
        **{name: {"excerptId": excerpt_id, **given.get(name, {})} for name in STEPS},
    }


async def find_text(client: Client, words: str) -> DeskText:
    """Return the ATTRIBUTED text of the desk that says some words."""

    async def find(session: Session, _viewer: Viewer) -> DeskText:
        rows = await session.scalars(
            select(DeskText)
            .where(DeskText.text == words, DeskText.confidentiality == Confidentiality.ATTRIBUTED)
            .order_by(DeskText.id)
        )
        found = rows.first()
        assert found is not None
        return found

    return await run(find, client.job)


async def make_excerpt(client: Client, words: str, *, audience: Audience | None = None) -> Any:
    """Make an excerpt of a text, coded and routed, so that it can be released."""
    viewer = client.consultant
    names: dict[str, Any] = {"organisation_id": client.organisation_id}
    found = await find_text(client, words)
    excerpt_id = await run(service.make_excerpt, viewer, text_id=found.id, **names)
    given: dict[str, Any] = {"excerpt_id": excerpt_id, **names}
    await run(service.code_excerpt, viewer, themes=["PROCESS_SLOW"], **given)
    await run(service.resolve_redactions, viewer, accept=True, **given)
    await run(service.route_excerpt, viewer, audience=audience or Audience.ORGANISATION, **given)
    return excerpt_id


async def release(client: Client, excerpt_id: Any) -> None:
    """Release an excerpt."""
    await run(
        settling.release_excerpt,
        client.consultant,
        organisation_id=client.organisation_id,
        excerpt_id=excerpt_id,
    )


async def keep_on_the_desk(client: Client) -> None:
    """Leave a row in each table of the desk."""
    excerpt_id = await make_excerpt(client, "meant for all")
    await run(
        service.add_redaction,
        client.consultant,
        organisation_id=client.organisation_id,
        excerpt_id=excerpt_id,
        begins=0,
        ends=5,
    )


async def desk_inputs(world: World) -> dict[str, dict[str, Any]]:
    """Return an input of each mutation about a text and an excerpt of the world."""
    found = await find_text(world.client, "meant for all")
    return of_organisation(
        world.organisation,
        text_id=world.id("DeskText", found.id),
        excerpt_id=world.id("DeskExcerpt", await make_excerpt(world.client, "meant for all")),
    )


async def make_rows(world: World) -> dict[str, dict[str, str]]:
    """Make an excerpt for everybody, published; return the global id of each row of ROWS."""
    client = world.client
    found = await find_text(client, "meant for all")
    excerpt_id = await make_excerpt(client, "meant for all")
    await release(client, excerpt_id)

    async def publish(session: Session, _viewer: Viewer) -> None:
        # The world is too small for a cell: whom one needs, test_excerpts.py says.
        await session.execute(
            text(
                "UPDATE excerpts SET cell_kind = 'ORGANISATION', segment = '', edition_id ="
                " (SELECT id FROM editions LIMIT 1)"
            )
        )

    await run(publish, client.job)
    return {
        "DeskText": {"text": world.id("DeskText", found.id)},
        "DeskExcerpt": {"excerpt": world.id("DeskExcerpt", excerpt_id)},
        "Excerpt": {"excerpt": world.id("Excerpt", excerpt_id)},
    }
