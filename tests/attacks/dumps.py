"""A dump of the database as an operator could take it: every table, every column, and the places.

Beside its columns each row has `ctid`, `xmin`, `xmax` and `cmin`: where it lies, and which
transaction and command wrote it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, NullPool, create_engine, text

Row = dict[str, Any]

# Of longer ones the length and the beginning are enough: nobody without the key sees more in them.
_BYTES_KEPT = 64

_COLUMNS = text(
    "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
    " JOIN information_schema.tables t USING (table_schema, table_name)"
    " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
    " ORDER BY c.table_name, c.ordinal_position"
)
_SCOPE = text(
    "SELECT set_config('app.organisations', :scope, true), set_config('app.operator', 'on', true)"
)


@dataclass(frozen=True)
class Dump:
    """Every row of the database at one moment, by table."""

    tables: Mapping[str, list[Row]]

    @cached_property
    def rows(self) -> list[tuple[str, Row]]:
        """Every row with the name of its table."""
        return [(table, row) for table, rows in self.tables.items() for row in rows]

    @cached_property
    def by_identity(self) -> dict[Any, list[int]]:
        """The numbers of the rows that name an id, anywhere, or were written by a transaction."""
        found: dict[Any, list[int]] = {}
        for number, (_, row) in enumerate(self.rows):
            for identity in identities(row):
                found.setdefault(identity, []).append(number)
        return found


def identities(row: Row) -> set[Any]:
    """Return every id that a row names in a column, list or JSON, and its transaction."""
    found: set[Any] = {("xmin", row["xmin"])}
    for value in row.values():
        if isinstance(value, UUID | dict | list | str):
            found.update(_ids(value))
    return found


def _ids(value: Any) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)
    elif isinstance(value, str) and len(value) in {32, 36}:
        try:
            yield UUID(value)
        except ValueError:
            return


def dump(url: str, organisations: Collection[UUID]) -> Dump:
    """Return every row of every table, as far as it belongs to the organisations or to nobody.

    Args:
        url: Of the database, as the owner of its tables.
        organisations: Whose rows; those of other tests would only make it slower.
    """
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        # An owner who is no superuser is bound by row-level security like everyone.
        scope = "{" + ",".join(str(one) for one in organisations) + "}"
        connection.execute(_SCOPE, {"scope": scope})
        tables: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(_COLUMNS):
            tables.setdefault(table, {})[column] = kind
        return Dump(
            {
                table: _rows(connection, table, columns, list(organisations))
                for table, columns in tables.items()
            }
        )


def _rows(
    connection: Connection, table: str, columns: Mapping[str, str], organisations: list[UUID]
) -> list[Row]:
    selected = ["ctid::text AS ctid"]
    selected += [f"{one}::text::bigint AS {one}" for one in ("xmin", "xmax", "cmin")]
    for column, kind in columns.items():
        if kind == "bytea":
            selected.append(f'substring("{column}" FOR {_BYTES_KEPT}) AS "{column}"')
            selected.append(f'octet_length("{column}") AS "{column}.length"')
        else:
            selected.append(f'"{column}"')
    statement = f'SELECT {", ".join(selected)} FROM "{table}"'  # noqa: S608 - names of our own.
    if "organisation_id" in columns:
        statement += " WHERE organisation_id = ANY(:organisations) OR organisation_id IS NULL"
    found = connection.execute(text(statement), {"organisations": organisations}).mappings()
    return [{**row, "ctid": _place(row["ctid"])} for row in found]


def _place(ctid: str) -> tuple[int, ...]:
    """Return page and line as numbers, so that places sort as they lie."""
    return tuple(int(part) for part in ctid.strip("()").split(","))
