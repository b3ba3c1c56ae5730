"""The applicant-tracking systems that can post: one entry each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tenants.integrations.models import IntegrationKind
from tenants.offers.ats import greenhouse
from tenants.offers.ats.events import Parsed


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one system's posts are read.

    Attributes:
        signature_header: The header that the signature comes in.
        verify: Takes body, signature and secret; tells whether they belong together.
        event_key: Takes headers and body; returns what a delivery and its repetitions share.
        parse: Takes a verified body; returns what it says, or raises Unreadable.
    """

    signature_header: str
    verify: Callable[[bytes, str | None, str], bool]
    event_key: Callable[[Mapping[str, str], bytes], str]
    parse: Callable[[bytes], Parsed]


ADAPTERS: Final[Mapping[IntegrationKind, Adapter]] = MappingProxyType(
    {
        IntegrationKind.GREENHOUSE: Adapter(
            greenhouse.SIGNATURE_HEADER,
            greenhouse.verify,
            greenhouse.event_key,
            greenhouse.parse,
        ),
    }
)
