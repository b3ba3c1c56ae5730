"""GraphiQL from our own files, for whoever is signed in to the console.

The files are built by `api/graphiql/build.mjs` and committed compressed.
"""

import gzip
import json
import secrets
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages import STATIC
from api.pages.examples import list_examples
from api.pages.rendering import respond, static_address
from api.pages.sign_in import find_person, lead_to_sign_in

_FILES: Final = STATIC / "graphiql"
_TYPES: Final = {
    "graphiql.js": "text/javascript",
    "graphiql.css": "text/css",
    "editor.js": "text/javascript",
    "graphql.js": "text/javascript",
    "json.js": "text/javascript",
    "codicon.ttf": "font/ttf",
}
# As for every page, but for the style elements that Monaco makes: they carry the page's nonce.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'nonce-{nonce}';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'none'"
)


def routes() -> list[BaseRoute]:
    """Return the routes of the page and of its files, which come before other static ones."""
    return [
        Route("/graphiql", show_graphiql, methods=["GET"]),
        Route("/static/graphiql/{name}", send_file, methods=["GET"]),
    ]


async def show_graphiql(request: Request) -> Response:
    """Show GraphiQL to a person, with the examples of the console as saved queries."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to_sign_in(request)
    _, examples = await list_examples(viewer)
    nonce = secrets.token_urlsafe(16)
    page: dict[str, Any] = {
        "endpoint": "/graphql",
        "nonce": nonce,
        "workers": {name: _address(f"{name}.js") for name in ("editor", "json", "graphql")},
        "examples": [
            {
                "title": one.title,
                "query": one.query,
                "variables": json.dumps(one.variables, indent=2),
            }
            for one in examples
        ],
    }
    response = respond(
        "graphiql.html",
        "en",
        page=page,
        script=_address("graphiql.js"),
        style=_address("graphiql.css"),
    )
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
    return response


def _address(name: str) -> str:
    """Return the address of a file, which changes when the file does."""
    return static_address(f"graphiql/{name}.gz").replace(".gz?", "?")


async def send_file(request: Request) -> Response:
    """Send one of GraphiQL's files as it is kept, or unpacked to who cannot unpack it."""
    name = request.path_params["name"]
    media_type = _TYPES.get(name)
    if name == "LICENCES.txt":
        return PlainTextResponse((_FILES / name).read_text("utf-8"))
    if media_type is None:
        return PlainTextResponse("There is no such file.", HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(_packed(name), headers=headers, media_type=media_type)
    return Response(gzip.decompress(_packed(name)), headers=headers, media_type=media_type)


@cache
def _packed(name: str) -> bytes:
    return (_FILES / f"{name}.gz").read_bytes()
