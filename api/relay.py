"""Global ids, nodes and connections, as Relay's specifications have them."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry

from tenants.access import Permission
from tenants.errors import Forbidden, NotFound
from tenants.nouns import Noun
from tenants.paging import Part
from tenants.read_graph import NOUNS
from tenants.reading import Key

P = TypeVar("P")
T = TypeVar("T")

_ID_BYTES = 32
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def encode_id(noun: Noun, key: Key) -> strawberry.ID:
    """Return the global id of a row: its noun and both parts of its key, opaque to clients."""
    return strawberry.ID(_opaque(noun, key.organisation_id.bytes + key.id.bytes))


def encode_row_id(noun: Noun, organisation_id: str, row_id: str) -> str:
    """Return the same for a key that PostgreSQL has written."""
    return _opaque(noun, bytes.fromhex((organisation_id + row_id).replace("-", "")))


def _opaque(noun: Noun, key: bytes) -> str:
    raw = b"%s:%s" % (noun.name.encode(), key)
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def decode_id(text: str) -> tuple[Noun, Key] | None:
    """Return which row a global id names, or None if it names none of ours."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    name, colon, key = raw[:-_ID_BYTES][:-1], raw[:-_ID_BYTES][-1:], raw[-_ID_BYTES:]
    noun = NOUNS.get(name.decode("ascii", "replace"))
    if noun is None or colon != b":":
        return None
    return noun, Key(UUID(bytes=key[:16]), UUID(bytes=key[16:]))


def key_of(noun: Noun, text: str, *, field: str) -> Key:
    """Return the key in a global id that must be of one noun.

    Raises:
        NotFound: It is of another noun, or malformed: the same answer as for an unknown row.
    """
    decoded = decode_id(text)
    if decoded is None or decoded[0] is not noun:
        raise NotFound(noun.name.lower(), field=field)
    return decoded[1]


@strawberry.interface
class Node:
    """A record with a global id that can be asked for by it.

    Attributes:
        id: Opaque, unique over all types, and stable.
    """

    id: strawberry.ID


@strawberry.type
class PageInfo:
    """Where a page of a connection lies in the whole list.

    Attributes:
        has_next_page: Whether something follows, when walking forward.
        has_previous_page: Whether something precedes.
        start_cursor: The cursor of the first edge.
        end_cursor: The cursor of the last edge.
    """

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    """A record in its place in a list.

    Attributes:
        node: The record.
        cursor: The place, for `after` and `before` in the same order.
    """

    node: T
    cursor: str


@strawberry.type
class Connection(Generic[T]):
    """A part of a list.

    Attributes:
        page_info: Where the part lies in the list.
        total_count: How many the whole list holds under the same filter.
    """

    page_info: PageInfo
    total_count: int | None
    found: strawberry.Private[list[Edge[T]]]
    missing: strawberry.Private[Permission | None] = None

    @strawberry.field
    def edges(self) -> list[Edge[T]] | None:
        """The records with their places; null with FORBIDDEN for a role that may only count."""
        self._require_rows()
        return self.found

    @strawberry.field
    def nodes(self) -> list[T] | None:
        """The records alone; null with FORBIDDEN for a role that may only count."""
        self._require_rows()
        return [edge.node for edge in self.found]

    def _require_rows(self) -> None:
        if self.missing is not None:
            message = f"Your role does not include {self.missing.value}."
            raise Forbidden(message)


First = Annotated[int | None, strawberry.argument(description="At most this many, up to 100.")]
After = Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="At most this many from the end.")]
Before = Annotated[str | None, strawberry.argument(description="End ahead of this cursor.")]


def as_connection(part: Part[P], shown: Callable[[P], T], total: int | None) -> Connection[T]:
    """Return a part of a list that is no noun's as the API shows it.

    Args:
        part: Which.
        shown: Makes an item's GraphQL object.
        total: How many the whole list holds, if that was asked for.
    """
    edges = [
        Edge(node=shown(item), cursor=cursor)
        for item, cursor in zip(part.items, part.cursors, strict=True)
    ]
    return Connection(
        page_info=PageInfo(
            has_next_page=part.has_next,
            has_previous_page=part.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=total,
        found=edges,
    )
