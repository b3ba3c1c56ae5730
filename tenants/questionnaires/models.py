"""Tables of questionnaires, their versions and the questions of each version."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, refers_to
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.reasons import Audience


class VersionState(StrEnum):
    """Where a version stands; a published one never changes."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class Questionnaire(Tenant, Model):
    """A questionnaire of one organisation, in versions."""

    __tablename__ = "questionnaires"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    code: Mapped[str]
    name: Mapped[str]


class QuestionnaireVersion(Tenant, Model):
    """One version: its whole definition, frozen at publication.

    The application may not change a row, a published one's retirement apart: a draft is deleted and
    written anew with the next `revision`. The database keeps it to that.
    """

    __tablename__ = "questionnaire_versions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "questionnaire_id", "number"),
        refers_to("questionnaire_id", "questionnaires"),
    )

    questionnaire_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[VersionState] = mapped_column(Coded(VersionState))
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    languages: Mapped[list[str]]
    content_hash: Mapped[str]
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revision: Mapped[int] = mapped_column(Integer, server_default="1")


class Question(Tenant, Model):
    """A question of a version, as rows that answers can be joined to."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("organisation_id", "questionnaire_version_id", "code"),
        refers_to("questionnaire_version_id", "questionnaire_versions"),
    )

    questionnaire_version_id: Mapped[UUID]
    code: Mapped[str]
    position: Mapped[int] = mapped_column(SmallInteger)
    page: Mapped[str]
    type: Mapped[QuestionTypeKey] = mapped_column(Coded(QuestionTypeKey))
    concept: Mapped[str | None]
    audience: Mapped[Audience] = mapped_column(Coded(Audience))
    required: Mapped[bool]
    wording: Mapped[dict[str, str]] = mapped_column(JSONB)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
