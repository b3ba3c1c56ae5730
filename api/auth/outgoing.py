"""Calls to addresses that a customer chose: never into our own network, never far, never long.

The name is resolved once, every address of it has to be public, and the connection goes to the one
that was looked at, so that a name that changes in between gains nothing.
"""

import asyncio
import ipaddress
import socket
from typing import Final

import httpx2

from tenants.settings import get_settings

LONGEST_ANSWER: Final = 1 << 20
SECONDS: Final = 10.0


class Unreachable(Exception):
    """The address cannot be called, or must not be; says why in a word, for the log."""


class PublicTransport(httpx2.AsyncBaseTransport):
    """Sends requests to public addresses only, within bounds of time and size."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._inner = httpx2.AsyncHTTPTransport(retries=0, trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the whole answer.

        Raises:
            Unreachable: The address is not public or not ours to call, or the answer is too long,
                too late, or none.
        """
        try:
            async with asyncio.timeout(SECONDS):
                return await self._send(request)
        except (TimeoutError, OSError, httpx2.HTTPError) as error:
            raise Unreachable(type(error).__name__) from None

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        is_private_allowed = get_settings().reach_private_addresses
        if request.url.scheme != "https" and not is_private_allowed:
            reason = "not https"
            raise Unreachable(reason)
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await resolve(host, port, allow_private=is_private_allowed)
        own = {b"host", b"accept-encoding"}
        headers = [one for one in request.headers.raw if one[0].lower() not in own]
        sent = httpx2.Request(
            request.method,
            request.url.copy_with(host=address),
            # Not compressed, so that what is counted is what it takes.
            headers=[(b"host", request.url.netloc), (b"accept-encoding", b"identity"), *headers],
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        answer = await self._inner.handle_async_request(sent)
        body = b""
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                await answer.aclose()
                reason = "the answer is too long"
                raise Unreachable(reason)
        await answer.aclose()
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=body, request=request
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


async def resolve(host: str, port: int, *, allow_private: bool = False) -> str:
    """Return an address of a host, all of whose addresses are public.

    Raises:
        Unreachable: It has none, or one that is not public.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        reason = "no such host"
        raise Unreachable(reason) from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (allow_private or all(map(is_public, addresses))):
        reason = "not a public address"
        raise Unreachable(reason)
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether an address is one of the open internet's."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        # An address inside another one leads where the inner one does.
        inner = known.ipv4_mapped or known.sixtofour or (known.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if known in _NAT64:
            return is_public(str(ipaddress.IPv4Address(known.packed[-4:])))
    return known.is_global and not known.is_multicast


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
