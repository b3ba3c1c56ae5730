"""Tables of a firm's library, and of what was pushed from it to an organisation."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, new_id, refers_to
from tenants.reasons import Audience, Controllability


class LibraryTemplate(Model):
    """A questionnaire of a firm's library, in versions; what it says is in these."""

    __tablename__ = "library_templates"
    __table_args__ = (UniqueConstraint("firm_id", "code"),)

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    name: Mapped[str]
    is_retired: Mapped[bool]


class LibraryTemplateVersion(Model):
    """What a template said from one saving to the next; never changed, so that it is its log."""

    __tablename__ = "library_template_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["firm_id", "template_id"], ["library_templates.firm_id", "library_templates.id"]
        ),
    )

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    template_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    languages: Mapped[list[str]]
    content_hash: Mapped[str]
    note: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    saved_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class LibraryTheme(Model):
    """What a firm says of one theme since one saving; the newest counts, and none is changed.

    Null and absent languages are as the shared codebook has them.
    """

    __tablename__ = "library_themes"
    __table_args__ = (Index("ix_library_themes_firm_id_code", "firm_id", "code", "id"),)

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    descriptions: Mapped[dict[str, str]] = mapped_column(JSONB)
    controllability: Mapped[Controllability | None] = mapped_column(Coded(Controllability))
    audience: Mapped[Audience | None] = mapped_column(Coded(Audience))
    is_retired: Mapped[bool | None]
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    saved_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class PushKind(StrEnum):
    """What was pushed."""

    TEMPLATE = "TEMPLATE"
    CODEBOOK = "CODEBOOK"


class LibraryPush(Tenant, Model):
    """That a firm pushed something of its library to an organisation, and what that changed there.

    It is the organisation's: it tells everything that its people need to know without reaching into
    the firm's library, and stays when the firm has gone.
    """

    __tablename__ = "library_pushes"
    __table_args__ = (refers_to("questionnaire_id", "questionnaires"),)

    kind: Mapped[PushKind] = mapped_column(Coded(PushKind))
    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"))
    firm_name: Mapped[str]
    pushed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    pushed_by_name: Mapped[str]
    pushed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Of a template only.
    template_id: Mapped[UUID | None]
    template_name: Mapped[str | None]
    template_number: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str | None]
    questionnaire_id: Mapped[UUID | None]
    version_id: Mapped[UUID | None]
    content_hash: Mapped[str | None]
