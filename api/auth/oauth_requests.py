"""A request to the OAuth server, read so strictly that nothing odd reaches the library behind it.

RFC 6749 makes every parameter of printable ASCII (appendix A), forbids to send one twice, takes one
without a value for one that was left out, and ignores those that it does not know (section 3.1 and
3.2).
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from authlib.oauth2 import OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc6749.requests import OAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tenants.access import Role, Viewer, ViewerKind
from tenants.keys import Purpose
from tenants.settings import get_settings
from tenants.tokens import read_token

_LONGEST_BODY: Final = 64 * 1024
_MOST_FIELDS: Final = 100
_LONGEST_VALUE: Final = 8 * 1024
_KNOWN: Final = frozenset(
    {
        *("client_id", "client_secret", "code", "code_challenge", "code_challenge_method"),
        *("code_verifier", "grant_type", "redirect_uri", "refresh_token", "response_type"),
        *("scope", "state", "token", "token_type_hint"),
    }
)
# The application's own value; it goes back as it came.
_FREE: Final = frozenset({"state"})
_FORM_TYPE: Final = "application/x-www-form-urlencoded"

Parameters = Mapping[str, str]


@dataclass
class Answer:
    """What the library answers, until it becomes a response.

    Attributes:
        status: The HTTP status.
        body: JSON, or nothing for a redirect.
        headers: By name.
    """

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str | None:
        """Where a redirect leads."""
        return self.headers.get("Location")

    @location.setter
    def location(self, address: str) -> None:
        self.headers["Location"] = address

    def response(self) -> Response:
        """Return the response, which no cache keeps."""
        content = json.dumps(self.body) if isinstance(self.body, dict) else ""
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache", **self.headers}
        return Response(content, self.status, headers)


def refusal(error: OAuth2Error) -> Answer:
    """Return the answer that an error is."""
    status, body, headers = error()
    return Answer(status, body, dict(headers))


class _Payload(OAuth2Payload):
    """Parameters, each of which was sent once."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = dict(parameters)

    @property
    def data(self) -> dict[str, str]:
        return self._parameters

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, {name: [value] for name, value in self._parameters.items()})


class ServerRequest(OAuth2Request):
    """A request as the library takes it."""

    def __init__(
        self, method: str, path: str, headers: Mapping[str, str], parameters: Parameters
    ) -> None:
        """Keep the parameters.

        Raises:
            OAuth2Error: The installation is reached without TLS from other machines.
        """
        # How the installation is reached from outside; a proxy may have ended TLS.
        super().__init__(method, get_settings().public_url + path, headers=dict(headers))
        self.payload = _Payload(parameters)

    @property
    def args(self) -> dict[str, str]:
        """The parameters of an address."""
        return self.payload.data if self.method == "GET" else {}

    @property
    def form(self) -> dict[str, str]:
        """The parameters of a body."""
        return self.payload.data if self.method == "POST" else {}


async def read_form(request: Request) -> ServerRequest:
    """Return a posted request.

    Raises:
        OAuth2Error: It is not a form, too long, or has parameters that cannot be.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != _FORM_TYPE:
        message = f"Send the request as {_FORM_TYPE}."
        raise InvalidRequestError(message)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST_BODY:
                message = "The request is too long."
                raise InvalidRequestError(message, status_code=413)
    except ClientDisconnect:
        message = "The request ended early."
        raise InvalidRequestError(message) from None
    parameters = read_parameters(bytes(body))
    headers = {
        name: request.headers[name] for name in ("Authorization",) if name in request.headers
    }
    asked = ServerRequest("POST", request.url.path, headers, parameters)
    _check_one_way_to_authenticate(asked)
    return asked


def read_parameters(encoded: bytes) -> Parameters:
    """Return the parameters of a form or of an address.

    Raises:
        OAuth2Error: One is there twice, too long, or holds what it may not.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        message = "The parameters cannot be read."
        raise InvalidRequestError(message) from None
    pairs = [(name, value) for name, value in pairs if name in _KNOWN]
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        message = "A parameter is there twice."
        raise InvalidRequestError(message)
    found = {name: value for name, value in pairs if value}
    for name, value in found.items():
        if not _is_sound(name, value):
            message = "A parameter is too long, or holds what it may not."
            raise InvalidRequestError(message)
    return found


def _is_sound(name: str, value: str) -> bool:
    if len(value) > _LONGEST_VALUE or not (value.isascii() and value.isprintable()):
        return False
    return name in _FREE or not {'"', "\\"} & set(value)


def _check_one_way_to_authenticate(request: ServerRequest) -> None:
    """Return only if a client shows one kind of credentials, and they can be read.

    Raises:
        OAuth2Error: There are two kinds (RFC 6749, section 2.3), or they are mangled.
    """
    if "Authorization" not in request.headers:
        return
    try:
        name, secret = extract_basic_authorization(request.headers)
    except ValueError:
        name, secret = None, None
    if not name or not secret or not (name + secret).isascii():
        message = "Authenticate with HTTP Basic: client identifier and secret."
        raise InvalidClientError(message, status_code=401)
    named = request.payload.client_id
    if request.payload.data.get("client_secret") or named not in {None, name}:
        message = "Authenticate in one way only."
        raise InvalidRequestError(message)


def client_viewer(request: ServerRequest) -> Viewer:
    """Return the viewer in whose scope the integration is found that a request names.

    Nobody, when it names none that this installation knows; then nothing is looked up.
    """
    name, _ = extract_basic_authorization(request.headers)
    token = read_token(Purpose.CLIENT, name or request.payload.client_id or "")
    if token is None:
        return Viewer()
    return Viewer(
        ViewerKind.INTEGRATION,
        token.subject_id,
        roles={token.organisation_id: Role.AUTHORIZATION_SERVER},
    )
