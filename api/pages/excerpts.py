"""The page of released excerpts: what candidates said, in the order of a lot and by no name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request

from api.pages.actions import Shown
from api.pages.console_words import day, in_words
from api.pages.operations import ask
from tenants.access import Permission, Viewer
from tenants.errors import NotFound

SIZE: Final = 20
_FOR: Final = {
    "HIRING_MANAGER": "For hiring managers",
    "HR": "For HR",
    "ORGANISATION": "For the whole organisation",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the console's navigation.

    Attributes:
        name: In addresses.
        title: What it is called.
        permission: What a role needs to see it.
    """

    name: str
    title: str
    permission: Permission


EXCERPTS: Final = Place("excerpts", "In their words", Permission.EXCERPT_READ)


@dataclass(frozen=True, slots=True)
class Quote:
    """One excerpt as the page shows it.

    Attributes:
        text: What may be read.
        is_paraphrase: Whether these are the moderator's words.
        themes: Names of its themes, each with whether it can be changed, in words.
        cell: Whose words they may be, in words.
        audience: Whom it is for, in words.
    """

    text: str
    is_paraphrase: bool
    themes: tuple[tuple[str, str], ...]
    cell: str
    audience: str


@dataclass(frozen=True, slots=True)
class ExcerptsView:
    """A page of excerpts.

    Attributes:
        quotes: Those of the page.
        total: How many there are.
        previous: Where the page before this one is, if there is one.
        next: Where the page after this one is, if there is one.
    """

    quotes: tuple[Quote, ...]
    total: int
    previous: str | None
    next: str | None


async def show_excerpts(request: Request, viewer: Viewer) -> Shown:
    """Show what moderators released for the viewer's role."""
    data, view = await ask_excerpts(viewer, request.path_params["slug"], request.query_params)
    if data["organisation"] is None:
        raise NotFound
    return Shown(EXCERPTS.name, data["organisation"], EXCERPTS.name, {"view": view})


async def ask_excerpts(
    viewer: Viewer, slug: str, query: Mapping[str, str]
) -> tuple[dict[str, Any], ExcerptsView | None]:
    """Return what the API says, and the page; no page for a role that reads no excerpts.

    Args:
        viewer: Who looks at it.
        slug: Of which organisation; the page is None if the API finds none.
        query: `after` or `before` is a cursor.

    Raises:
        NoAnswer: A cursor is not of this list.
    """
    before, after = query.get("before"), query.get("after")
    data = await ask(
        viewer,
        EXCERPTS.name,
        slug=slug,
        before=before,
        after=None if before else after,
        **{"last" if before else "first": SIZE},
    )
    organisation = data["organisation"] or {}
    found = organisation.get("list")
    if found is None:
        return data, None
    themes = {one["code"]: one for one in organisation["codebook"] or ()}
    info = found["pageInfo"]

    def place(**cursor: str) -> str:
        return f"/console/{slug}/{EXCERPTS.name}?{urlencode(cursor)}"

    return data, ExcerptsView(
        quotes=tuple(_quote(one, themes) for one in found["nodes"]),
        total=found["totalCount"],
        previous=place(before=info["startCursor"]) if info["hasPreviousPage"] else None,
        next=place(after=info["endCursor"]) if info["hasNextPage"] else None,
    )


def _quote(one: Mapping[str, Any], themes: Mapping[str, Mapping[str, Any]]) -> Quote:
    known = [themes[code] for code in one["themes"] if code in themes]
    return Quote(
        text=one["text"],
        is_paraphrase=one["isParaphrase"],
        themes=tuple((theme["label"], in_words(theme["controllability"])) for theme in known),
        cell=_cell(one),
        audience=_FOR[one["audience"]],
    )


def _cell(one: Mapping[str, Any]) -> str:
    """Return in words among whom the author is."""
    if one["cell"] is None:
        return "From somebody who gave a name, or not shown to others yet"
    when = f"{day(one['from'])} to {day(one['to'])}"
    if one["cell"] == "SEGMENT":
        return f"Somebody who was offered a position in {one['segment']}, {when}"
    if one["cell"] == "NO_SEGMENT":
        return f"Somebody whose department is not known, {when}"
    return f"Any of the organisation's candidates, {when}"
