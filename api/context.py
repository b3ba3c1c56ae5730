"""What a resolver may reach: the viewer, the loaders and the one way to call the domain."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from strawberry.dataloader import DataLoader

from tenants import db
from tenants.access import Viewer
from tenants.nouns import Noun
from tenants.reading import Key, Listing, Page, Record, fetch_by_keys, fetch_pages
from tenants.text_reading import run_short
from tenants.work import Session

P = ParamSpec("P")
T = TypeVar("T")


class Context:
    """One per request.

    Attributes:
        viewer: Who asks.
        request_id: Told to the client with every error, and written to the log with it.
        last_event_id: Of the last event that a watcher has seen, when it says so.
        event_id: Of the event that is being shown to a watcher.
    """

    def __init__(
        self,
        viewer: Viewer,
        request_id: str = "-",
        *,
        authenticate: Callable[[], Awaitable[Viewer]] | None = None,
        last_event_id: str | None = None,
    ) -> None:
        """Start with nothing loaded.

        Args:
            viewer: Who asks.
            request_id: Of the request.
            authenticate: Says who asks by now; for what lasts longer than a request.
            last_event_id: Of the last event that a watcher has seen.
        """
        self.viewer = viewer
        self.request_id = request_id
        self.last_event_id = last_event_id
        self.event_id: str | None = None
        self._authenticate = authenticate
        self._lock: asyncio.Lock | None = None
        self._at_work: set[asyncio.Task[Any] | None] = set()
        self._records: dict[str, DataLoader[Key, Record | None]] = {}
        self._pages: dict[tuple[Any, ...], DataLoader[Key, Page]] = {}

    @property
    def _one_at_a_time(self) -> asyncio.Lock:
        if self._lock is None:
            self._lock = asyncio.Lock()
        return self._lock

    async def run(
        self,
        function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a domain function for the viewer, one at a time within a request.

        GraphQL resolves sibling fields concurrently; the lock keeps a request to one connection.
        """
        task = asyncio.current_task()
        self._at_work.add(task)
        try:
            async with self._one_at_a_time:
                return await db.run(function, self.viewer, *args, **kwargs)
        finally:
            self._at_work.discard(task)

    async def run_short(
        self,
        function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a domain function that writes by texts at its end, likewise, in few messages."""
        task = asyncio.current_task()
        self._at_work.add(task)
        try:
            async with self._one_at_a_time:
                return await run_short(function, self.viewer, *args, **kwargs)
        finally:
            self._at_work.discard(task)

    async def find_record(self, noun: Noun, key: Key) -> Record | None:
        """Return a row that the viewer may see, or None; asked for together, fetched together."""
        loader = self._records.get(noun.name)
        if loader is None:

            async def load(keys: list[Key]) -> Sequence[Record | None]:
                found = await self.run(fetch_by_keys, noun, keys)
                return [found.get(key) for key in keys]

            loader = self._records[noun.name] = DataLoader(load_fn=load)
        return await loader.load(key)

    async def find_page(self, listing: Listing, parent: Key) -> Page:
        """Return part of a list below a row; the same part below many rows is fetched together."""
        identity = (
            id(listing.relation),
            listing.window,
            listing.ordering,
            repr(sorted(listing.filters.items())),
            listing.rows,
            listing.total,
        )
        loader = self._pages.get(identity)
        if loader is None:

            async def load(parents: list[Key]) -> Sequence[Page]:
                found = await self.run(fetch_pages, listing, parents)
                return [found[parent] for parent in parents]

            loader = self._pages[identity] = DataLoader(load_fn=load)
        return await loader.load(parent)

    async def renew(self) -> None:
        """Drop what was loaded, and ask again who the viewer is and which roles are left.

        Raises:
            Unauthenticated: The token or session has ended meanwhile.
        """
        self.forget()
        if self._authenticate is not None:
            self.viewer = await self._authenticate()

    def stop(self) -> None:
        """End what runs in the database or waits for it: nobody waits for the answer any more.

        Loaders work in tasks of their own, which a cancelled request would leave behind.
        """
        for task in tuple(self._at_work):
            if task is not None:
                task.cancel()

    def forget(self) -> None:
        """Drop what was loaded, because a mutation has changed it."""
        self._records.clear()
        self._pages.clear()
