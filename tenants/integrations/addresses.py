"""Where a browser may be led with the outcome of an authorization request.

An address is compared letter by letter, so what is registered has to be exactly what will be asked
for (RFC 9700, section 2.1).
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from tenants.errors import InvalidInput

MOST_ADDRESSES: Final = 20
_LONGEST: Final = 500
# What a URI is made of (RFC 3986), without "#": a fragment never reaches a server.
_URI: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")


def checked_redirect_uris(given: Sequence[str], *, field: str) -> list[str]:
    """Return the addresses, each once, in their order.

    Args:
        given: As an administrator registers them.
        field: What to name as the input at fault.

    Raises:
        InvalidInput: One is neither https nor of this machine, or there are too many.
    """
    addresses = list(dict.fromkeys(given))
    if len(addresses) > MOST_ADDRESSES:
        message = f"Register at most {MOST_ADDRESSES} redirect addresses."
        raise InvalidInput(message, field=field)
    for one in addresses:
        if not _leads_to_one_place(one):
            message = (
                "A redirect address begins with https://, or with http:// for this machine itself"
                " (127.0.0.1, [::1], localhost), has no fragment, and at most"
                f" {_LONGEST} characters."
            )
            raise InvalidInput(message, field=field)
    return addresses


def _leads_to_one_place(address: str) -> bool:
    if len(address) > _LONGEST or _URI.fullmatch(address) is None:
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "*" in host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
