"""Style and scripts: small on the line, and asked for once."""

from typing import Final
from urllib.parse import parse_qs

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from api.pages import STATIC
from api.pages.rendering import version_of

_FOR_GOOD: Final = "public, max-age=31536000, immutable"


class _Versioned(StaticFiles):
    """Files that a browser keeps for good, where the address names what is in them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; while two releases serve, an address of the other one is not kept."""
        response = await super().get_response(path, scope)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v")
        if response.status_code < 400 and asked == [version_of(path)]:  # noqa: PLR2004 - an error.
            response.headers["Cache-Control"] = _FOR_GOOD
        return response


def static_files() -> ASGIApp:
    """Return what serves the files; they hold nothing secret, so that they may be compressed."""
    return GZipMiddleware(_Versioned(directory=STATIC), minimum_size=500)
