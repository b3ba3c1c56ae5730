"""Sends operations, and watches subscriptions across broken connections."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, Self

import httpx2

_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 30.0
# The server says something at least every twelve seconds.
_SILENCE_SECONDS: Final = 40.0
# What a role may not see is null, and a part of the answer.
_PART_OF_THE_ANSWER: Final = "FORBIDDEN"


class Refused(Exception):
    """The API did not do what was asked.

    Attributes:
        code: Why; stable, branch on it. /docs/errors explains each.
        request_id: Tell it to whoever runs the installation.
    """

    def __init__(self, error: Mapping[str, Any]) -> None:
        """Keep what an error of GraphQL says."""
        extensions = error.get("extensions", {})
        super().__init__(error.get("message", "refused"))
        self.code: str = extensions.get("code", "UNKNOWN")
        self.request_id: str | None = extensions.get("requestId")


class Client:
    """Asks one installation with one token. Close it, or use it in a with statement."""

    def __init__(self, endpoint: str, token: str, *, timeout: float = 30.0) -> None:
        """Connect to nothing yet.

        Args:
            endpoint: The address that ends in /graphql.
            token: Of a person or an integration.
            timeout: For an answer, in seconds.
        """
        self._endpoint = endpoint
        self._timeout = timeout
        self._http = httpx2.Client(headers={"Authorization": f"Bearer {token}"})

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the client's connections."""
        self.close()

    def close(self) -> None:
        """Close the client's connections."""
        self._http.close()

    def execute(self, document: str, variables: Mapping[str, Any]) -> Any:
        """Return the data of a query or mutation.

        Raises:
            Refused: It was refused; fields that the role may not see are null instead.
            httpx2.HTTPError: The API cannot be reached.
        """
        response = self._http.post(
            self._endpoint,
            json={"query": document, "variables": variables},
            headers={"Accept": "application/graphql-response+json"},
            timeout=self._timeout,
        )
        return _data(response.json())

    def watch(self, document: str, variables: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the data of each event of a subscription, until it ends.

        A connection that breaks is made again, behind the last event that came.

        Raises:
            Refused: It was refused, or does not go on.
        """
        last: str | None = None
        pause = _PAUSE_SECONDS
        while True:
            try:
                for event_id, body in self._events(document, variables, last):
                    if body is None:
                        return
                    yield _data(body)
                    last, pause = event_id or last, _PAUSE_SECONDS
            except httpx2.TransportError:
                pass
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _events(
        self, document: str, variables: Mapping[str, Any], last: str | None
    ) -> Iterator[tuple[str | None, Any]]:
        """Yield id and body of each event of one connection; no body at the end."""
        headers = {"Accept": "text/event-stream"}
        if last is not None:
            headers["Last-Event-ID"] = last
        with self._http.stream(
            "POST",
            self._endpoint,
            json={"query": document, "variables": variables},
            headers=headers,
            timeout=httpx2.Timeout(self._timeout, read=_SILENCE_SECONDS),
        ) as response:
            if not response.headers["content-type"].startswith("text/event-stream"):
                response.read()
                _data(response.json())
            event: dict[str, str] = {}
            for line in response.iter_lines():
                if line:
                    name, _, value = line.partition(":")
                    event[name] = value.strip()
                    continue
                if event.get("event") == "complete":
                    yield None, None
                elif "data" in event:
                    yield event.get("id"), json.loads(event["data"])
                event = {}


def _data(body: Mapping[str, Any]) -> Any:
    """Return the data of a response.

    Raises:
        Refused: It has none, or something went wrong that is no part of the answer.
    """
    errors = body.get("errors", ())
    for error in errors:
        code = error.get("extensions", {}).get("code")
        if body.get("data") is None or code != _PART_OF_THE_ANSWER:
            raise Refused(error)
    return body["data"]
