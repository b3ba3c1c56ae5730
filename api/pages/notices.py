"""Pages for what cannot be done, each saying what to do instead."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from api.pages.rendering import respond
from api.pages.texts import TEXTS, accepted_languages, chosen_language


def notify(
    request: Request, name: str, status: HTTPStatus, *, address: str | None = None
) -> Response:
    """Return the page of a notice, in the language that was asked for or that the browser prefers.

    Args:
        request: Only its language matters; nothing else shows on the page.
        name: Of the heading among the pages' own texts; the text below it ends in `_body`.
        status: Of the response.
        address: Where to go from here, if anywhere.
    """
    wanted = [
        request.query_params.get("lang"),
        *accepted_languages(request.headers.get("accept-language", "")),
    ]
    language = chosen_language(wanted, TEXTS[name])
    return respond("notice.html", language, status=status, name=name, address=address)
