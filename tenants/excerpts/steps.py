"""What a step at the desk leaves behind to be undone, and what still stands in a release's way.

Pure: rows in, words out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.errors import Conflict
from tenants.excerpts.models import (
    Excerpt,
    ExcerptRedaction,
    ExcerptState,
    ExcerptStep,
    RedactedText,
)
from tenants.excerpts.redaction import RedactionKind, apply_redactions
from tenants.reasons import Audience

LONGEST_SHOWN = 5


class ExcerptNotReady(Conflict):
    """Something that a release needs is missing; the field says what."""

    code = "EXCERPT_NOT_READY"


class ParaphraseNeeded(Conflict):
    """The excerpt may only be released in the moderator's own words."""

    code = "PARAPHRASE_NEEDED"


class UnresolvedRedactions(Conflict):
    """Something is proposed to be taken out, and nobody has decided about it yet."""

    code = "UNRESOLVED_REDACTIONS"


class ExcerptSettled(Conflict):
    """The excerpt was released or withheld, and stays as it is."""

    code = "EXCERPT_SETTLED"


class NothingToUndo(Conflict):
    """No step is left that could be undone."""

    code = "NOTHING_TO_UNDO"


def snapshot(
    excerpt: Excerpt, redactions: Iterable[ExcerptRedaction], step: ExcerptStep
) -> dict[str, Any]:
    """Return how an excerpt stands before a step."""
    return {
        "step": step.value,
        "state": excerpt.state.value,
        "themes": list(excerpt.themes),
        "audience": None if excerpt.audience is None else excerpt.audience.value,
        "paraphrase": excerpt.paraphrase,
        "redactions": [
            {
                "id": str(one.id),
                "of_text": one.of_text.value,
                "begins": one.begins,
                "ends": one.ends,
                "kind": one.kind.value,
                "score": one.score,
                "is_accepted": one.is_accepted,
            }
            for one in redactions
        ],
    }


def restore(excerpt: Excerpt, before: Mapping[str, Any]) -> None:
    """Let an excerpt stand as it did before a step, its redactions apart."""
    excerpt.state = ExcerptState(before["state"])
    excerpt.themes = list(before["themes"])
    excerpt.audience = None if before["audience"] is None else Audience(before["audience"])
    excerpt.paraphrase = before["paraphrase"]


def redaction_rows(excerpt: Excerpt, before: Mapping[str, Any]) -> list[ExcerptRedaction]:
    """Return an excerpt's redactions as they were before a step."""
    return [
        ExcerptRedaction(
            organisation_id=excerpt.organisation_id,
            id=UUID(one["id"]),
            excerpt_id=excerpt.id,
            of_text=RedactedText(one["of_text"]),
            begins=one["begins"],
            ends=one["ends"],
            kind=RedactionKind(one["kind"]),
            score=one["score"],
            is_accepted=one["is_accepted"],
        )
        for one in before["redactions"]
    ]


def piece_of(excerpt: Excerpt, text: str) -> str:
    """Return an excerpt's own text."""
    return text[excerpt.begins : excerpt.ends]


def shown_text(
    excerpt: Excerpt, text: str, redactions: Iterable[ExcerptRedaction], language: str | None
) -> str:
    """Return what readers would get: the paraphrase or the text itself, without what is taken out.

    What is undecided is taken out here, so that a preview never shows more than a release would.
    """
    of_text, piece = RedactedText.SOURCE, piece_of(excerpt, text)
    if excerpt.paraphrase is not None:
        of_text, piece = RedactedText.PARAPHRASE, excerpt.paraphrase
    taken = [
        Taken(one) for one in redactions if one.of_text is of_text and one.is_accepted is not False
    ]
    return apply_redactions(piece, taken, language=language)


def check_release(
    excerpt: Excerpt,
    text: str,
    redactions: Sequence[ExcerptRedaction],
    *,
    do_not_quote: bool,
) -> None:
    """Return only if an excerpt can be released as it stands.

    Raises:
        ExcerptNotReady: It has no theme or no audience.
        ParaphraseNeeded: Its author asked not to be quoted, or those who hire are to read it.
        UnresolvedRedactions: Somebody has to decide about a proposal first; it says which.
    """
    undecided = [one for one in redactions if one.is_accepted is None]
    if undecided:
        pieces = [_piece_at(excerpt, text, one) for one in undecided[:LONGEST_SHOWN]]
        more = f" and {len(undecided) - len(pieces)} more" if len(undecided) > len(pieces) else ""
        message = f"Decide first whether to take out {', '.join(pieces)}{more}."
        raise UnresolvedRedactions(message, field=("redactions", *(str(o.id) for o in undecided)))
    if not excerpt.themes:
        message = "Give it at least one theme first."
        raise ExcerptNotReady(message, field="themes")
    if excerpt.audience is None:
        message = "Say first whom it is for."
        raise ExcerptNotReady(message, field="audience")
    if excerpt.paraphrase is None and do_not_quote:
        message = "The candidate asked not to be quoted: say it in your own words first."
        raise ParaphraseNeeded(message, field="paraphrase")
    if excerpt.paraphrase is None and excerpt.audience is Audience.HIRING_MANAGER:
        message = "Hiring managers read paraphrases only: say it in your own words first."
        raise ParaphraseNeeded(message, field="paraphrase")


def _piece_at(excerpt: Excerpt, text: str, one: ExcerptRedaction) -> str:
    source = piece_of(excerpt, text)
    whole = source if one.of_text is RedactedText.SOURCE else excerpt.paraphrase or ""
    return f"“{whole[one.begins : one.ends]}”"


class Taken:
    """A redaction as what takes it out of the text wants it."""

    def __init__(self, row: ExcerptRedaction) -> None:
        """Keep where it is and what it is."""
        self.start, self.end = row.begins, row.ends
        self.kind = row.kind
