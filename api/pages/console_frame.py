"""What every page of the console stands in: the person, the places, what went wrong."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from api.auth.csrf import session_form_token
from api.pages import actions, console_words, digest, sign_in, talking
from api.pages.benchmark import BENCHMARK
from api.pages.console_lists import LISTS
from api.pages.console_mails import MAILS
from api.pages.console_roles import ROLES
from api.pages.desk import DESK
from api.pages.editions import EDITIONS
from api.pages.excerpts import EXCERPTS
from api.pages.integrations import INTEGRATIONS
from api.pages.operations import NoAnswer
from api.pages.rendering import lead_to, respond
from api.pages.why import WHY
from api.requests import BadRequest
from tenants.access import Viewer
from tenants.errors import BadCursor, Forbidden, InvalidInput, NotFound, Unauthenticated

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
PersonHandler: TypeAlias = Callable[[Request, Viewer], Awaitable[Response]]
Showing: TypeAlias = Callable[[Request, Viewer], Awaitable[actions.Shown | Response]]

# What a template may call.
_SPOKEN: Final = {
    "in_words": console_words.in_words,
    "day": console_words.day,
    "moment": console_words.moment,
    "local_moment": talking.local_moment,
    "full_name": console_words.full_name,
    "say": console_words.say,
    "roles": ROLES,
}
_PLACES: Final = (
    WHY,
    BENCHMARK,
    EXCERPTS,
    digest.DIGEST,
    actions.ACTIONS,
    DESK,
    *LISTS,
    MAILS,
    EDITIONS,
    INTEGRATIONS,
)
_FAULTS_OF_THE_ADDRESS: Final = frozenset({InvalidInput.code, BadCursor.code, BadRequest.code})


def shown(handle: Showing) -> PersonHandler:
    """Return a handler that shows what another one says to show."""

    async def show(request: Request, viewer: Viewer) -> Response:
        found = await handle(request, viewer)
        if isinstance(found, Response):
            return found
        return show_page(
            found.template,
            viewer,
            organisation=found.organisation,
            slug=request.path_params["slug"],
            here=found.here,
            **found.context,
        )

    return show


def with_person(handle: PersonHandler) -> Handler:
    """Return a handler that leads to signing in first, and says kindly what cannot be shown."""

    async def handle_anybody(request: Request) -> Response:
        viewer = await sign_in.find_person(request)
        if viewer is None:
            return sign_in.lead_to_sign_in(request)
        try:
            return await handle(request, viewer)
        except (NotFound, Forbidden):
            return _unknown(viewer)
        except NoAnswer as refusal:
            return _no_answer(request, viewer, refusal)

    return handle_anybody


def _no_answer(request: Request, viewer: Viewer, refusal: NoAnswer) -> Response:
    if refusal.code == Unauthenticated.code:
        return sign_in.lead_to_sign_in(request)
    if refusal.code in _FAULTS_OF_THE_ADDRESS:
        return lead_to(request.url.path) if request.url.query else _unknown(viewer)
    return show_page(
        "broken",
        viewer,
        here="nowhere",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        request_id=refusal.request_id,
    )


def _unknown(viewer: Viewer) -> Response:
    return show_page("unknown", viewer, here="nowhere", status=HTTPStatus.NOT_FOUND)


def show_page(
    template: str,
    viewer: Viewer,
    *,
    organisation: dict[str, Any] | None = None,
    slug: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    **context: Any,
) -> Response:
    """Return a page of the console.

    Args:
        template: Its name in templates/console/.
        viewer: Who is signed in.
        organisation: As the API gives it: its name, the viewer's role and permissions, and more.
        slug: Of the organisation.
        status: Of the response.
        **context: What else the template names.
    """
    may = set(organisation["viewerPermissions"]) if organisation is not None else set()
    return respond(
        f"console/{template}.html",
        "en",
        status=status,
        person=viewer.name,
        csrf=session_form_token(viewer.token_hash or b""),
        organisation=organisation,
        slug=slug,
        may=may,
        places=[one for one in _PLACES if one.permission.name in may],
        **_SPOKEN,
        **context,
    )


def known(found: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the API found.

    Raises:
        NotFound: It found nothing: unknown and not the viewer's to see are the same.
    """
    if found is None:
        raise NotFound
    return found
