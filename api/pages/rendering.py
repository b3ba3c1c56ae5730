"""Templates turned into responses that no cache keeps and no search engine lists."""

import hashlib
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from api.pages import STATIC
from api.pages.texts import language_name, paragraphs, words
from tenants.letter_html import direction

_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

_environment: Final = Environment(
    loader=PackageLoader("api.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def version_of(name: str) -> str:
    """Return what tells a static file from what it was in other releases."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def static_address(name: str) -> str:
    """Return the address of a static file, which changes when the file does."""
    return f"/static/{name}?v={version_of(name)}"


_environment.globals.update(static=static_address)
_environment.filters.update(paragraphs=paragraphs, direction=direction, language_name=language_name)


def respond(
    template: str, language: str, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> HTMLResponse:
    """Return a page.

    Args:
        template: Its name in templates/.
        language: In which it is; the pages' own words come with it.
        status: Of the response.
        **context: What else the template names.
    """
    html = _environment.get_template(template).render(
        context, language=language, words=words(language)
    )
    return HTMLResponse(html, status, {**_HEADERS, "Content-Language": language})


def lead_to(address: str) -> RedirectResponse:
    """Return a response that makes the browser ask for another page, after a post, too."""
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, _HEADERS)
