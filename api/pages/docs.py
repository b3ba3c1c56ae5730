"""Documentation for integrators: a guide, the reference, the changelog; each as Markdown, too."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api import evolution, reference
from api.pages.error_codes import CODES
from api.pages.rendering import respond
from tenants.integrations.scopes import SCOPES
from tenants.settings import get_settings

_GUIDE: Final = Path(__file__).parent / "guide.md"
_MARKDOWN: Final = "text/markdown"


def routes() -> list[BaseRoute]:
    """Return the routes of the documentation."""
    return [
        Route("/docs", show_guide, methods=["GET"]),
        Route("/docs/guide.md", send_guide, methods=["GET"]),
        Route("/docs/reference", show_reference, methods=["GET"]),
        Route("/docs/reference.md", send_reference, methods=["GET"]),
        Route("/docs/changelog", show_changelog, methods=["GET"]),
        Route("/docs/changelog.md", send_changelog, methods=["GET"]),
        Route("/docs/errors.md", send_errors, methods=["GET"]),
        Route("/llms.txt", send_index, methods=["GET"]),
    ]


async def show_guide(_request: Request) -> Response:
    """Show how to ask, page, change, watch, and understand refusals."""
    return respond("docs/guide.html", "en", here="/docs", sections=sections(guide()))


async def send_guide(_request: Request) -> Response:
    """Send the guide as Markdown."""
    return PlainTextResponse(guide(), media_type=_MARKDOWN)


async def show_reference(_request: Request) -> Response:
    """Show every type and field of the schema."""
    return respond("docs/reference.html", "en", chapters=reference.chapters())


async def send_reference(_request: Request) -> Response:
    """Send the reference as Markdown."""
    return PlainTextResponse(reference.markdown(), media_type=_MARKDOWN)


async def show_changelog(_request: Request) -> Response:
    """Show what each release added, and what it deprecated until when."""
    text = evolution.CHANGELOG.read_text("utf-8")
    return respond("docs/guide.html", "en", here="/docs/changelog", sections=sections(text))


async def send_changelog(_request: Request) -> Response:
    """Send the changelog as Markdown."""
    return PlainTextResponse(evolution.CHANGELOG.read_text("utf-8"), media_type=_MARKDOWN)


async def send_errors(_request: Request) -> Response:
    """Send the error codes as Markdown."""
    return PlainTextResponse(errors(), media_type=_MARKDOWN)


async def send_index(_request: Request) -> Response:
    """Send what a language model should read first, as llmstxt.org has it."""
    return PlainTextResponse(index())


@cache
def guide() -> str:
    """Return the guide, with the address of this installation and the scopes that there are."""
    text = _GUIDE.read_text("utf-8")
    home = get_settings().public_url
    scopes = "\n".join(f"- `{name}` {one.words}" for name, one in SCOPES.items())
    for place, words in (("endpoint", f"{home}/graphql"), ("home", home), ("scopes", scopes)):
        text = text.replace(f"{{{place}}}", words)
    return text


def errors() -> str:
    """Return every error code with cause and remedy."""
    lines = ["# Error codes", ""]
    for code, one in CODES.items():
        lines += [f"## {code}", "", one.cause, "", one.remedy, ""]
    return "\n".join(lines)


def index() -> str:
    """Return the table of contents for programs that read."""
    home = get_settings().public_url
    return f"""# Afterword

> Declined-offer interviews as a GraphQL API: why candidates turn offers down, with the promise that
> no one learns who said what, and no client another's figures.

POST GraphQL to {home}/graphql with `Authorization: Bearer <token>`. What may not be seen is null
with FORBIDDEN or absent; a figure of too few people is `Suppressed`, never null or zero.

## Documentation

- [Guide]({home}/docs/guide.md): asking, pages, changes, refusals, tokens, subscriptions, limits
- [Reference]({home}/docs/reference.md): every type, field and argument
- [Error codes]({home}/docs/errors.md): cause and remedy of each
- [Changelog]({home}/docs/changelog.md): what each release added and deprecated
- [Schema]({home}/schema.graphql): in the schema definition language
"""


def sections(text: str) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Return the guide's sections: a heading, and paragraphs and blocks of code in their order.

    Each is ("text", words), ("item", words) or ("code", lines); nothing else of Markdown is used.
    """
    found: list[tuple[str, list[tuple[str, str]]]] = []
    code: list[str] | None = None
    for line in text.splitlines():
        if line.startswith("```"):
            if code is not None:
                found[-1][1].append(("code", "\n".join(code)))
            code = [] if code is None else None
        elif code is not None:
            code.append(line)
        elif line.startswith("#"):
            found.append((line.lstrip("# "), []))
        elif line.startswith("- "):
            found[-1][1].append(("item", line[2:]))
        elif line:
            found[-1][1].append(("text", line))
    return found
