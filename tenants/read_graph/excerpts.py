"""Free text on the moderation desk, and excerpts as their readers see them, as nouns."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, exists, func, not_, or_, select

from tenants.access import Permission, Role, Viewer
from tenants.excerpts import queries
from tenants.excerpts.desk_models import DeskText, text_id_of
from tenants.excerpts.models import Excerpt, ExcerptRedaction, ExcerptState
from tenants.insights.models import Edition
from tenants.interviews.models import Answer, Confidentiality
from tenants.nouns import Column, Noun, ToMany, ToOne
from tenants.paging import Ordering
from tenants.read_graph.orders import by_id

_P = Permission


def _is_open(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001 - the filter's own value.
    """Return which texts have no excerpt yet or an unsettled one, or which have settled ones."""
    of_text = and_(
        Excerpt.organisation_id == DeskText.organisation_id,
        Excerpt.response_id == DeskText.response_id,
        Excerpt.question_id == DeskText.question_id,
    )
    drafted = exists().where(of_text, Excerpt.state == ExcerptState.DRAFT)
    left = or_(not_(exists().where(of_text)), drafted)
    return left if wanted else not_(left)


# In the order of ids, which is random, and tells nothing of time or of who wrote what else.
DESK_TEXTS = ToMany(
    "DeskText",
    permission=_P.EXCERPT_MODERATE,
    orderings=(Ordering("RANDOM", DeskText.id, UUID),),
    filters={
        "is_open": _is_open,
        "confidentiality": DeskText.confidentiality.in_,
    },
)
DESK_EXCERPTS = ToMany(
    "DeskExcerpt",
    permission=_P.EXCERPT_MODERATE,
    orderings=by_id(Excerpt.id),
    filters={"state": Excerpt.state.in_},
)
EXCERPTS = ToMany("Excerpt", permission=_P.EXCERPT_READ, orderings=by_id(Excerpt.id))

DESK_TEXT = Noun(
    name="DeskText",
    organisation_id=DeskText.organisation_id,
    id=DeskText.id,
    visible=queries.visible_desk_texts,
    columns={
        "text": Column(DeskText.text),
        "do_not_quote": Column(DeskText.do_not_quote),
        "confidentiality": Column(DeskText.confidentiality),
    },
    to_one={
        "question": ToOne("Question", DeskText.question_id, _P.QUESTIONNAIRE_READ),
        # Nothing leads from an ANONYMOUS text to another one of the same response.
        "response": ToOne(
            "Response",
            case(
                (
                    DeskText.confidentiality != Confidentiality.ANONYMOUS,
                    DeskText.response_id,
                ),
                else_=None,
            ),
            _P.RESPONSE_READ,
        ),
    },
    to_many={
        "excerpts": ToMany(
            "DeskExcerpt",
            key=text_id_of(Excerpt.response_id, Excerpt.question_id),
            permission=_P.EXCERPT_MODERATE,
            orderings=(Ordering("BEGINS", Excerpt.begins, int),),
            paged=False,
        )
    },
)


def _of_answer(expression: Any) -> ColumnElement[Any]:
    """Return something of the answer that an excerpt is of."""
    return (
        select(expression)
        .where(
            Answer.organisation_id == Excerpt.organisation_id,
            Answer.response_id == Excerpt.response_id,
            Answer.question_id == Excerpt.question_id,
        )
        .scalar_subquery()
    )


_PIECE = func.substr(
    func.coalesce(Answer.text, Answer.other_text),
    Excerpt.begins + 1,
    Excerpt.ends - Excerpt.begins,
    type_=Text(),
)
_IS_PUBLISHED = Excerpt.edition_id.is_not(None)
_REDACTIONS = ToMany(
    "ExcerptRedaction",
    key=ExcerptRedaction.excerpt_id,
    permission=_P.EXCERPT_MODERATE,
    orderings=(Ordering("BEGINS", ExcerptRedaction.begins, int),),
    paged=False,
)

DESK_EXCERPT = Noun(
    name="DeskExcerpt",
    organisation_id=Excerpt.organisation_id,
    id=Excerpt.id,
    visible=queries.visible_desk_excerpts,
    columns={
        "begins": Column(Excerpt.begins),
        "ends": Column(Excerpt.ends),
        "text": Column(_of_answer(_PIECE)),
        "do_not_quote": Column(_of_answer(Answer.do_not_quote)),
        "state": Column(Excerpt.state),
        "themes": Column(Excerpt.themes),
        "audience": Column(Excerpt.audience),
        "paraphrase": Column(Excerpt.paraphrase),
        "shown_text": Column(Excerpt.shown_text),
        "is_published": Column(_IS_PUBLISHED),
        "is_waiting": Column(and_(Excerpt.state == ExcerptState.RELEASED, not_(_IS_PUBLISHED))),
        "undoable_step": Column(Excerpt.steps[-1]["step"].astext),
    },
    to_one={
        "source": ToOne(
            "DeskText",
            text_id_of(Excerpt.response_id, Excerpt.question_id),
            _P.EXCERPT_MODERATE,
        )
    },
    to_many={"redactions": _REDACTIONS},
)


def _visible_redactions(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which proposals a role decides about: those of the excerpts it works on."""
    return queries.visible_on_desk(viewer, role, ExcerptRedaction.organisation_id)


def _redacted_piece() -> ColumnElement[Any]:
    """Return what a proposal would take out, of the text or of its paraphrase."""
    whole = case(
        (ExcerptRedaction.of_text == "PARAPHRASE", Excerpt.paraphrase), else_=_of_answer(_PIECE)
    )
    return (
        select(
            func.substr(
                whole,
                ExcerptRedaction.begins + 1,
                ExcerptRedaction.ends - ExcerptRedaction.begins,
                type_=Text(),
            )
        )
        .where(
            Excerpt.organisation_id == ExcerptRedaction.organisation_id,
            Excerpt.id == ExcerptRedaction.excerpt_id,
        )
        .scalar_subquery()
    )


EXCERPT_REDACTION = Noun(
    name="ExcerptRedaction",
    organisation_id=ExcerptRedaction.organisation_id,
    id=ExcerptRedaction.id,
    visible=_visible_redactions,
    columns={
        "of_text": Column(ExcerptRedaction.of_text),
        "begins": Column(ExcerptRedaction.begins),
        "ends": Column(ExcerptRedaction.ends),
        "text": Column(_redacted_piece()),
        "kind": Column(ExcerptRedaction.kind),
        "score": Column(ExcerptRedaction.score),
        "is_accepted": Column(ExcerptRedaction.is_accepted),
    },
)


def _of_edition(column: Any) -> ColumnElement[Any]:
    """Return a value of the edition in whose cell an excerpt is shown; null where in none."""
    return (
        select(column)
        .where(Edition.organisation_id == Excerpt.organisation_id, Edition.id == Excerpt.edition_id)
        .scalar_subquery()
    )


EXCERPT = Noun(
    name="Excerpt",
    organisation_id=Excerpt.organisation_id,
    id=Excerpt.id,
    visible=queries.visible_excerpts,
    columns={
        "text": Column(Excerpt.shown_text),
        "is_paraphrase": Column(Excerpt.paraphrase.is_not(None)),
        "themes": Column(Excerpt.themes),
        "audience": Column(Excerpt.audience),
        "starts_on": Column(_of_edition(Edition.starts_on)),
        "ends_on": Column(_of_edition(Edition.ends_on)),
        "cell": Column(Excerpt.cell_kind),
        "segment": Column(func.nullif(Excerpt.segment, "", type_=Text())),
    },
)
