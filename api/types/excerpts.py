"""Free text: as it lies on the moderation desk, and as excerpts that were released."""

from datetime import date, timedelta

import strawberry

from api.derive import Info, of_noun
from api.relay import Node
from api.types.interviews import Response
from api.types.questionnaires import Question
from api.types.scalars import YearMonth
from tenants import read_graph
from tenants.excerpts import coding, settling
from tenants.excerpts.models import ExcerptState, ExcerptStep, RedactedText
from tenants.excerpts.redaction import RedactionKind
from tenants.insights.models import CellKind
from tenants.interviews.models import Confidentiality
from tenants.reading import Key, Record
from tenants.reasons import Audience

for _enum in (CellKind, ExcerptState, ExcerptStep, RedactedText, RedactionKind):
    strawberry.enum(_enum, description=(_enum.__doc__ or "").strip())


def _starts_in(root: strawberry.Parent[Record]) -> YearMonth | None:
    found = root.values["starts_on"]
    return None if found is None else YearMonth(found)


def _ends_in(root: strawberry.Parent[Record]) -> YearMonth | None:
    found: date | None = root.values["ends_on"]
    return None if found is None else YearMonth((found - timedelta(days=1)).replace(day=1))


@of_noun(read_graph.EXCERPT, behind={"starts_on", "ends_on"})
class Excerpt(Node):
    """Something that a candidate wrote, as a moderator released it for the viewer's role.

    It tells the cell that it is published in and nothing nearer; lists of excerpts have an order
    by lot. One without a cell is of an ATTRIBUTED author who allowed sharing, or still waits, which
    only moderators see.

    Attributes:
        text: What may be read, with what was taken out replaced by a word in brackets.
        is_paraphrase: Whether these are the moderator's words.
        themes: Codes of the codebook.
        audience: Whom it is for.
        cell: In which cell it is published; null where in none.
        segment: The value of the dimension, for a cell of kind SEGMENT.
        starts_in: The first month of the cell's window.
        ends_in: The last month inside it.
    """

    text: str
    is_paraphrase: bool
    themes: list[str]
    audience: Audience
    cell: CellKind | None
    segment: str | None
    starts_in: YearMonth | None = strawberry.field(name="from", resolver=_starts_in)
    ends_in: YearMonth | None = strawberry.field(name="to", resolver=_ends_in)


@of_noun(read_graph.EXCERPT_REDACTION)
class ExcerptRedaction:
    """Something that may have to be taken out of an excerpt, proposed or marked by a moderator.

    Attributes:
        id: Opaque and stable; what `resolveRedactions` takes.
        of_text: Whether positions count in the excerpt's text or in its paraphrase.
        begins: Position of its first character, in Unicode code points.
        ends: Position after its last one.
        text: What stands there.
        kind: What it is.
        score: How sure the proposal is, 0 to 1; null for one that a moderator marked.
        is_accepted: Whether it is taken out; null until somebody decides.
    """

    id: strawberry.ID
    of_text: RedactedText
    begins: int
    ends: int
    text: str
    kind: RedactionKind
    score: float | None
    is_accepted: bool | None


@strawberry.type
class ThemeSuggestion:
    """A theme that an excerpt may be about, found from words alone; a person decides.

    Attributes:
        code: Of the theme.
        score: How alike the texts are, 0 to 1. It is no probability.
        note: What it rests on, and how often such suggestions were right, in English.
    """

    code: str
    score: float
    note: str


@of_noun(read_graph.DESK_EXCERPT)
class DeskExcerpt(Node):
    """An excerpt as its moderators work on it.

    Attributes:
        begins: Position of its first character in the text, in Unicode code points.
        ends: Position after its last one.
        text: The piece of the text, as it was written.
        do_not_quote: Whether it may be released as a paraphrase only.
        state: DRAFT, RELEASED or WITHHELD.
        themes: Codes of the codebook.
        audience: Whom it is for.
        paraphrase: The moderator's words, which readers get instead.
        shown_text: What readers get, once released.
        is_published: Whether it is published in a cell.
        is_waiting: Whether it is released and its cell has too few respondents so far, or its
            window has no edition yet.
        undoable_step: What `undoExcerptStep` would take back; null where nothing.
        redactions: What may have to be taken out, in the order of the text.
        source: The text that it is a piece of.
    """

    begins: int
    ends: int
    text: str
    do_not_quote: bool
    state: ExcerptState
    themes: list[str]
    audience: Audience | None
    paraphrase: str | None
    shown_text: str | None
    is_published: bool
    is_waiting: bool
    undoable_step: ExcerptStep | None
    redactions: list[ExcerptRedaction] | None
    source: "DeskText | None"

    @strawberry.field
    async def preview(self, root: strawberry.Parent[Record], info: Info) -> str | None:
        """What readers would get if it were released now, all that is undecided taken out."""
        return await info.context.run(
            settling.preview_excerpt,
            organisation_id=root.key.organisation_id,
            excerpt_id=root.key.id,
        )

    @strawberry.field
    async def suggestions(
        self, root: strawberry.Parent[Record], info: Info
    ) -> list[ThemeSuggestion] | None:
        """Themes that it may be about, the likeliest first; nothing is coded by them."""
        found = await info.context.run(
            coding.suggest_for_excerpt,
            organisation_id=root.key.organisation_id,
            excerpt_id=root.key.id,
        )
        return [
            ThemeSuggestion(code=one.code, score=round(one.score, 3), note=one.note)
            for one in found
        ]


@of_noun(read_graph.DESK_TEXT)
class DeskText(Node):
    """One free text of one response, for its moderators. Texts come in an order by lot.

    Attributes:
        text: As it was written.
        do_not_quote: Whether the candidate asked that it is not shared word for word.
        confidentiality: What the candidate chose for the response.
        question: What was asked; null for moderators who may not read the questionnaire.
        response: The response that it is of; null of an ANONYMOUS one, whose texts come singly, and
            for moderators who may not read responses.
        excerpts: What was made of it.
    """

    text: str
    do_not_quote: bool
    confidentiality: Confidentiality
    question: Question | None
    response: Response | None
    excerpts: list[DeskExcerpt] | None


@strawberry.input
class DeskTextFilter:
    """Conditions that all have to hold.

    Attributes:
        is_open: Whether there is something left to do: no excerpt yet, or one that is not settled.
        confidentiality: What the candidate chose: any of these.
    """

    is_open: bool | None = None
    confidentiality: list[Confidentiality] | None = None


@strawberry.input
class DeskExcerptFilter:
    """Conditions that all have to hold.

    Attributes:
        state: Where it stands: any of these.
    """

    state: list[ExcerptState] | None = None


@strawberry.type
class CoderAgreement:
    """How far the coders of excerpts that two people coded agree, over all themes together.

    Attributes:
        excerpts: How many two people coded.
        kappa: Cohen's kappa, −1 to 1; null where it has no meaning yet.
        lower: Lower end of its 95 % interval.
        upper: Its upper end.
        observed: The share of decisions in which they agree; null without any.
        message: The same in words, in English.
    """

    excerpts: int
    kappa: float | None
    lower: float | None
    upper: float | None
    observed: float | None
    message: str


async def find_agreement(info: Info, organisation: Key) -> CoderAgreement:
    """Return how far an organisation's coders agree.

    Raises:
        Forbidden: The viewer does not moderate.
    """
    found = await info.context.run(
        coding.compare_coders, organisation_id=organisation.organisation_id
    )
    return CoderAgreement(
        excerpts=found.excerpts,
        kappa=found.kappa,
        lower=found.lower,
        upper=found.upper,
        observed=found.observed,
        message=found.message,
    )
