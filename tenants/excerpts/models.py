"""Tables of the moderation desk: excerpts of free text, what is taken out, and who coded what."""

from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Float, ForeignKey, ForeignKeyConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.excerpts.redaction import RedactionKind
from tenants.insights.models import CellKind
from tenants.model import Coded, Model, Tenant, TenantKey, refers_to
from tenants.reasons import Audience


class ExcerptState(StrEnum):
    """Where an excerpt stands: being worked on, released to its audience, or kept on the desk."""

    DRAFT = "DRAFT"
    RELEASED = "RELEASED"
    WITHHELD = "WITHHELD"


class ExcerptStep(StrEnum):
    """What a moderator did last with an excerpt, and can undo until it is released."""

    CODED = "CODED"
    REDACTED = "REDACTED"
    PARAPHRASED = "PARAPHRASED"
    ROUTED = "ROUTED"
    WITHHELD = "WITHHELD"


class RedactedText(StrEnum):
    """In which text of an excerpt something may have to be taken out."""

    SOURCE = "SOURCE"
    PARAPHRASE = "PARAPHRASE"


class Excerpt(Tenant, Model):
    """A piece of what a candidate wrote, on its way to those who may read it.

    `begins` and `ends` are positions in the answer's text, half-open. `shown_text` is what readers
    get, written at release. The cell is that of an edition, written when the excerpt is published
    and never moved: `segment` is empty but for kind SEGMENT. `is_suppressed` says that too few are
    left in it, for good. `steps` holds what there was before each step that can be undone. The row
    goes with its answer.
    """

    __tablename__ = "excerpts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "response_id", "question_id"],
            ["answers.organisation_id", "answers.response_id", "answers.question_id"],
            ondelete="CASCADE",
        ),
        refers_to("edition_id", "editions"),
        Index("ix_excerpts_response_id", "organisation_id", "response_id", "question_id"),
        Index("ix_excerpts_state", "organisation_id", "state", "edition_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    response_id: Mapped[UUID]
    question_id: Mapped[UUID]
    begins: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)
    state: Mapped[ExcerptState] = mapped_column(Coded(ExcerptState))
    themes: Mapped[list[str]]
    audience: Mapped[Audience | None] = mapped_column(Coded(Audience))
    paraphrase: Mapped[str | None]
    shown_text: Mapped[str | None]
    edition_id: Mapped[UUID | None]
    cell_kind: Mapped[CellKind | None] = mapped_column(Coded(CellKind))
    segment: Mapped[str | None]
    is_suppressed: Mapped[bool]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class ExcerptRedaction(Tenant, Model):
    """Something that may have to be taken out of an excerpt; undecided while `is_accepted` is null.

    `begins` and `ends` are positions in the excerpt's own text, or in its paraphrase.
    """

    __tablename__ = "excerpt_redactions"
    __table_args__ = (
        refers_to("excerpt_id", "excerpts", ondelete="CASCADE"),
        Index("ix_excerpt_redactions_excerpt_id", "organisation_id", "excerpt_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    excerpt_id: Mapped[UUID]
    of_text: Mapped[RedactedText] = mapped_column(Coded(RedactedText))
    begins: Mapped[int] = mapped_column(Integer)
    ends: Mapped[int] = mapped_column(Integer)
    kind: Mapped[RedactionKind] = mapped_column(Coded(RedactionKind))
    score: Mapped[float | None] = mapped_column(Float)
    is_accepted: Mapped[bool | None]


class ExcerptCoding(TenantKey, Model):
    """The themes that one coder gave an excerpt, for the coders to be compared."""

    __tablename__ = "excerpt_codings"
    __table_args__ = (refers_to("excerpt_id", "excerpts", ondelete="CASCADE"),)

    excerpt_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    themes: Mapped[list[str]]
