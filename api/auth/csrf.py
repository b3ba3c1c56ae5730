"""The token in each form of ours, which another site cannot know.

Beside the content type, the origin and what the browser says of the site. It is tied to the session
or, before there is one, to a cookie that comes with the form.
"""

import base64
import hmac
import secrets
from typing import Final

from starlette.requests import HTTPConnection

from api.auth.bearer import cookie_name, session_token
from tenants.keys import Purpose, mac
from tenants.tokens import hash_token

FORM_COOKIE: Final = "afterword_form"
FIELD: Final = "csrf"


def session_form_token(token_hash: bytes) -> str:
    """Return the token of the forms that are shown in a session."""
    return _encoded(mac(Purpose.FORM, b"session", token_hash))


def form_token(connection: HTTPConnection) -> tuple[str, str | None]:
    """Return the token of a form that is shown now, and the cookie to set if there is none yet."""
    session = session_token(connection)
    if session:
        return session_form_token(hash_token(session)), None
    known = connection.cookies.get(cookie_name(FORM_COOKIE))
    secret = known or secrets.token_urlsafe(24)
    return _cookie_form_token(secret), None if known else secret


def fits(connection: HTTPConnection, token: str) -> bool:
    """Tell whether a posted token came with a form of ours, shown to this browser."""
    session = session_token(connection)
    secret = connection.cookies.get(cookie_name(FORM_COOKIE))
    wanted = [
        *([session_form_token(hash_token(session))] if session else []),
        *([_cookie_form_token(secret)] if secret else []),
    ]
    return any(hmac.compare_digest(one, token) for one in wanted if token.isascii())


def _cookie_form_token(secret: str) -> str:
    return _encoded(mac(Purpose.FORM, b"cookie", secret.encode(errors="replace")))


def _encoded(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest[:18]).decode()
