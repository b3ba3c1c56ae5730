"""A form as a browser posted it: from our own page, of bearable size, as names and values."""

from collections.abc import Mapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request

from tenants.questionnaires.forms import Form
from tenants.settings import get_settings

LONGEST_BODY: Final = 256 * 1024
MOST_FIELDS: Final = 2_000
# Read past the limit and thrown away, because a browser that is still sending shows no answer.
_LONGEST_DRAIN: Final = 16 * LONGEST_BODY
_FORM_TYPE: Final = "application/x-www-form-urlencoded"


class Refused(Exception):
    """What was posted is not looked at any further.

    Attributes:
        status: Of the response.
        notice: Which of the page's own texts says so.
    """

    def __init__(self, status: HTTPStatus, notice: str) -> None:
        """Keep the status and the name of the text."""
        super().__init__(status, notice)
        self.status = status
        self.notice = notice


async def read_posted(request: Request) -> Form:
    """Return the values of every posted field by its name, in the order of the form.

    Raises:
        Refused: Another site's page posted it (403), it is too long (413), not a form (415), or
            cannot be read (400).
    """
    if is_foreign(request.headers, own_origin=f"{request.url.scheme}://{request.url.netloc}"):
        raise Refused(HTTPStatus.FORBIDDEN, "foreign")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unreadable")
    body = await _read_body(request)
    try:
        # Bytes that are no UTF-8 become replacement characters, so every text can be shown again.
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def is_foreign(headers: Mapping[str, str], *, own_origin: str) -> bool:
    """Tell whether the browser says that another site's page posted the form.

    An `Origin` of null says nothing: our own pages send no referrer, and browsers then hide the
    origin, too.

    Args:
        headers: Of the request.
        own_origin: Scheme, host and port by which the request reached us.
    """
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return True
    public = urlsplit(get_settings().public_url)
    own = {"null", own_origin.lower(), f"{public.scheme}://{public.netloc}".lower()}
    return headers.get("origin", "null").lower() not in own


async def _read_body(request: Request) -> bytes:
    chunks: list[bytes] = []
    length = 0
    try:
        async with aclosing(request.stream()) as stream:
            async for chunk in stream:
                length += len(chunk)
                if length <= LONGEST_BODY:
                    chunks.append(chunk)
                elif length > _LONGEST_DRAIN:
                    break
    except ClientDisconnect:
        raise Refused(HTTPStatus.BAD_REQUEST, "unreadable") from None
    if length > LONGEST_BODY:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_long")
    return b"".join(chunks)
