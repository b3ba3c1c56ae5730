"""Where the last line of every mail leads: a page by which no more mails come."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.links import opt_out_viewer
from api.pages.notices import notify
from api.pages.rendering import respond
from api.pages.texts import chosen_language
from tenants.db import run
from tenants.errors import LinkUnusable
from tenants.interviews import delivery

Look = Callable[..., Awaitable[tuple[str, str]]]

TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "title": {
            "en": "No more mails",
            "de": "Keine E-Mails mehr",
            "ar": "إيقاف الرسائل",
        },
        "ask": {
            "en": "Nobody will write to you again on behalf of {organisation}: neither a reminder"
            " nor about another offer. This is for good, also once your data have been erased: we"
            " keep nothing of your address but a fingerprint to know it by.",
            "de": "Niemand schreibt Ihnen mehr im Auftrag von {organisation}: weder zur Erinnerung"
            " noch wegen eines anderen Angebots. Das gilt für immer, auch wenn Ihre Daten gelöscht"
            " sind: Von Ihrer Adresse bleibt nur ein Fingerabdruck, an dem wir sie erkennen.",
            "ar": "لن يراسلكم أحد بعد الآن بالنيابة عن {organisation}: لا للتذكير ولا بشأن عرض آخر."
            " يسري ذلك نهائيًا، حتى بعد حذف بياناتكم: لا نحتفظ من عنوانكم إلا ببصمة نتعرف بها عليه.",
        },
        "button": {
            "en": "Stop all mails",
            "de": "Alle E-Mails abbestellen",
            "ar": "إيقاف جميع الرسائل",
        },
        "done": {
            "en": "You will get no more mails",
            "de": "Sie bekommen keine E-Mails mehr",
            "ar": "لن تصلكم رسائل بعد الآن",
        },
        "done_body": {
            "en": "That holds for everything that is sent on behalf of {organisation}. Nobody there"
            " is told that you asked for it.",
            "de": "Das gilt für alles, was im Auftrag von {organisation} verschickt wird. Dort"
            " erfährt niemand, dass Sie das gewünscht haben.",
            "ar": "يسري ذلك على كل ما يُرسل بالنيابة عن {organisation}. ولن يُبلَّغ أحد هناك بأنكم"
            " طلبتم ذلك.",
        },
    }
)


def routes() -> list[BaseRoute]:
    """Return the route: below `/o/` the token that came with a mail.

    Opening it changes nothing, because scanners open links before people do. Posting to it does, by
    the page's button or by a mail program with one click (RFC 8058), which sends no origin and
    whatever content: the token alone says that somebody has the mail.
    """
    return [
        Route("/o/{token}", _show, methods=["GET"]),
        Route("/o/{token}", _stop, methods=["POST"]),
    ]


async def _show(request: Request) -> Response:
    return await _answer(request, delivery.get_opt_out, is_done=False)


async def _stop(request: Request) -> Response:
    return await _answer(request, delivery.opt_out, is_done=True)


async def _answer(request: Request, look: Look, *, is_done: bool) -> Response:
    viewer = opt_out_viewer(request.path_params["token"])
    if viewer is None:
        return notify(request, "unknown", HTTPStatus.NOT_FOUND)
    try:
        organisation, language = await run(look, viewer)
    except LinkUnusable:
        return notify(request, "unknown", HTTPStatus.NOT_FOUND)
    spoken = chosen_language([language], TEXTS["title"])
    own: dict[str, Any] = {
        name: wording[spoken].format(organisation=organisation) for name, wording in TEXTS.items()
    }
    return respond("opt_out.html", spoken, own=own, is_done=is_done)
