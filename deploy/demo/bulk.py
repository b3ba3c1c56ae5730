"""Writes many rows of one table in one statement."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    literal_column,
    select,
    text,
)

from tenants.model import Tenant, TenantKey
from tenants.work import Session


@asynccontextmanager
async def in_bulk(session: Session) -> AsyncIterator[None]:
    """Let PostgreSQL keep the plans of its own checks during the block.

    The application role plans every statement anew, for good reasons. A foreign key is a statement
    for each row, and planning that takes longer than running it.
    """
    await session.execute(text("SET LOCAL plan_cache_mode = auto"))
    yield
    await session.execute(text("SET LOCAL plan_cache_mode TO DEFAULT"))


async def write_rows(
    session: Session,
    model: type[Tenant | TenantKey],
    organisation_id: UUID,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Insert rows of one organisation in the order in which they are given.

    PostgreSQL itself turns JSON into each column's type, so that a table takes one statement
    instead of one execution for each row.

    Args:
        session: The transaction.
        model: The table's class.
        organisation_id: Whose rows they are.
        rows: Without the organisation; a column that is left out is null.
    """
    if not rows:
        return
    table = inspect(model).local_table
    names = [one.name for one in table.columns if one.name != "organisation_id"]
    document = json.dumps(rows, default=_plain, separators=(",", ":"))
    source = func.json_populate_recordset(
        literal_column(f"NULL::{table.name}"), cast(bindparam("rows", document, Text), JSON)
    ).table_valued(*(column(name) for name in names))
    organisation = bindparam("organisation", organisation_id, Uuid)
    await session.execute(
        insert(table).from_select(
            ["organisation_id", *names],
            select(organisation, *(source.c[name] for name in names)),
            include_defaults=False,
        )
    )


def _plain(value: Any) -> str:
    """Return a value as PostgreSQL reads it in JSON."""
    match value:
        case UUID():
            return value.hex
        case date():
            return value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
        case _:
            message = f"{type(value)} has no form in JSON"
            raise TypeError(message)
