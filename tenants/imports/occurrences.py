"""Which record ids a file had so far, kept on disk so that a file of any length can be read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One more row with a record id.

    Attributes:
        number: Which one it is, from 1.
        first_line: Where the first one stands.
    """

    number: int
    first_line: int


class Occurrences:
    """Counts how often each record id of each organisation was met."""

    def __init__(self, notebook: sqlite3.Connection) -> None:
        """Begin with nothing met."""
        self._notebook = notebook
        notebook.execute(
            "CREATE TABLE met (id BLOB PRIMARY KEY, number INTEGER, line INTEGER) WITHOUT ROWID"
        )

    def meet(self, organisation: str, record_id: str, line: int) -> Occurrence:
        """Count a row and return which one of its id it is."""
        words = f"{organisation}\0{record_id}".encode("utf-8", "surrogatepass")
        row = self._notebook.execute(
            "INSERT INTO met VALUES (?, 1, ?) ON CONFLICT (id) DO UPDATE SET number = number + 1"
            " RETURNING number, line",
            (blake2b(words, digest_size=16).digest(), line),
        ).fetchone()
        return Occurrence(*row)


@contextmanager
def counting() -> Iterator[Occurrences]:
    """Return a count that is gone after the block.

    It is a private SQLite database without a name: in memory while it is small, then in a
    temporary file that nobody else can open. It holds digests and never an id itself. Threads may
    use it in turn.
    """
    notebook = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    try:
        notebook.execute("PRAGMA journal_mode = OFF")
        notebook.execute("PRAGMA synchronous = OFF")
        yield Occurrences(notebook)
    finally:
        notebook.close()
