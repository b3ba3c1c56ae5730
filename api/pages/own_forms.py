"""Forms for people who sign in: shown with a token, and read only with it."""

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.auth.bearer import cookie_name, is_secure
from api.auth.csrf import FIELD, FORM_COOKIE, fits, form_token
from api.pages.posted import Refused, read_posted
from api.pages.rendering import respond
from tenants.settings import get_settings


def show_form(
    request: Request, template: str, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> Response:
    """Return a page with a form that this browser can post.

    Args:
        request: What the page answers.
        template: Its name in templates/console/.
        status: Of the response.
        **context: What else the template names.
    """
    token, secret = form_token(request)
    context = {"problem": None, **context}
    response = respond(
        f"console/{template}.html",
        "en",
        status=status,
        csrf=token,
        is_demo=get_settings().outbox_dir is not None,
        **context,
    )
    if secret is not None:
        set_cookie(response, FORM_COOKIE, secret)
    return response


async def read_form(request: Request) -> dict[str, str]:
    """Return the value of each posted field, the last one of a name.

    Raises:
        Refused: As `read_posted`, or the form was not shown to this browser (403).
    """
    fields = {name: values[-1] for name, values in (await read_posted(request)).items()}
    if not fits(request, fields.get(FIELD, "")):
        raise Refused(HTTPStatus.FORBIDDEN, "stale")
    return fields


def set_cookie(response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """Set a cookie that no script reads, and that no other host or site makes a browser send."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=max_age,
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, name: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(
        cookie_name(name), path="/", secure=is_secure(), httponly=True, samesite="lax"
    )


def address_of(request: Request) -> str | None:
    """Return where a request comes from, if that is known."""
    return request.client.host if request.client is not None else None
