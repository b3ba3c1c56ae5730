"""What every table shares: keys, names of constraints, the tenant's column."""

from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy
from sqlalchemy import Dialect, ForeignKey, ForeignKeyConstraint, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid_utils import compat


def new_id() -> UUID:
    """Return a uuid7: unique, sorted by the time of its making, which it tells.

    Responses, answers and excerpts take `uuid.uuid4` instead, because it tells nothing.
    """
    return compat.uuid7()


class Model(DeclarativeBase):
    """Base of every table, with named constraints so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sqlalchemy.Text,
        bytes: sqlalchemy.LargeBinary,
        list[str]: sqlalchemy.ARRAY(sqlalchemy.Text),
    }


class TenantKey:
    """Column and key of every table whose rows belong to one organisation."""

    @declared_attr
    def organisation_id(cls) -> Mapped[UUID]:  # noqa: N805 - SQLAlchemy calls it on the class.
        """The organisation, always first in every key."""
        return mapped_column(ForeignKey("organisations.id"), primary_key=True, sort_order=-2)


class Tenant(TenantKey):
    """A tenant's row with an id of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class Coded(TypeDecorator[StrEnum]):
    """A text column that holds an enum's values, so that a new member needs no migration."""

    impl = sqlalchemy.Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        """Keep the enum that the column's values belong to."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Return the text of a member."""
        del dialect
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Return the member that a text stands for."""
        del dialect
        return None if value is None else self.members(value)


def refers_to(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """Return the foreign key of one tenant row to another of the same organisation.

    A key on `id` alone would accept another organisation's row and tell that it exists.
    """
    return ForeignKeyConstraint(
        ["organisation_id", column], [f"{table}.organisation_id", f"{table}.id"], **options
    )
