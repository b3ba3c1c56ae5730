"""What candidates wrote, text by text, as the desk lists it: mapped to a query, not to a table.

A text's id follows from the ids of its response and question by a digest. It puts texts in an order
that has nothing to do with time or with each other, and two texts of one ANONYMOUS response have
nothing in common, because nobody is ever told such a response's id, which is random.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, and_, func, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from tenants.interviews.models import Answer, Confidentiality, Response
from tenants.model import Model


def text_id_of(
    response_id: InstrumentedAttribute[UUID], question_id: InstrumentedAttribute[UUID]
) -> ColumnElement[UUID]:
    """Return the id of the text that a response has for a question."""
    both = sql_cast(response_id, Text).concat(sql_cast(question_id, Text))
    return sql_cast(func.md5(both, type_=Text()), Uuid())


_written = func.coalesce(Answer.text, Answer.other_text, type_=Text())
_texts = (
    select(
        Answer.organisation_id,
        text_id_of(Answer.response_id, Answer.question_id).label("id"),
        Answer.response_id,
        Answer.question_id,
        _written.label("text"),
        Answer.do_not_quote,
        Response.confidentiality,
        Response.language,
        Response.interview_id,
    )
    .join(
        Response,
        and_(Response.organisation_id == Answer.organisation_id, Response.id == Answer.response_id),
    )
    .where(or_(Answer.text.is_not(None), Answer.other_text.is_not(None)))
    .subquery("desk_texts")
)


class DeskText(Model):
    """One free text of one response that is there to be read; nothing of it can be written."""

    __table__ = _texts
    __mapper_args__: dict[str, Any] = {"primary_key": [_texts.c.organisation_id, _texts.c.id]}  # noqa: RUF012 - as SQLAlchemy has it.

    if TYPE_CHECKING:
        organisation_id: Mapped[UUID]
        id: Mapped[UUID]
        response_id: Mapped[UUID]
        question_id: Mapped[UUID]
        text: Mapped[str]
        do_not_quote: Mapped[bool]
        confidentiality: Mapped[Confidentiality]
        language: Mapped[str | None]
        interview_id: Mapped[UUID | None]
