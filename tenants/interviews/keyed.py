"""What was keyed in during a conversation: sealed, and merged so that nothing is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tenants.errors import Conflict, InvalidInput
from tenants.interviews.asking import collect, offer_facts
from tenants.interviews.conversation_models import Conversation
from tenants.interviews.conversations import ToHold
from tenants.keys import Purpose, seal, unseal
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer, Answered, answers_from_json, answers_to_json
from tenants.questionnaires.versions import definition_of

LONGEST_NOTE: Final = 4_000
LONGEST_SAVE_ID: Final = 64
# The note about the interview as a whole has no question.
WHOLE: Final = ""


class ChangedMeanwhile(Conflict):
    """Another window, device or person changed the same answers or notes since they were read."""

    code = "CHANGED_MEANWHILE"


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was keyed in so far.

    Attributes:
        answers: By the question's code.
        notes: The interviewer's own, by the question's code; `WHOLE` for the interview's.
        changed: At which revision each answer was last changed; notes are there with a ``note:``.
        language: In which the questions are read out.
        save_id: The last save's, so that its repetition does nothing.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    language: str | None = None
    save_id: str | None = None


def merge(
    held: ToHold,
    *,
    revision: int,
    answers: Mapping[str, Answered | Answer],
    notes: Mapping[str, str],
) -> Keyed:
    """Return what was keyed in, with what is given now on top.

    Raises:
        InvalidAnswers: Some answers are refused.
        InvalidInput: A note is too long or about no question, or there is no such revision.
        ChangedMeanwhile: An answer or note was changed since the revision, to something else.
    """
    if not 0 <= revision <= held.conversation.revision:
        message = "There is no such revision; read the interview anew."
        raise InvalidInput(message, field="revision")
    keyed = open_keyed(held.conversation)
    definition = definition_of(held.case.version)
    kept = collect(definition, keyed.answers, answers, offer_facts(held.case))
    written = {code: text.strip() for code, text in notes.items()}
    _check_notes(definition, written)
    old_answers, old_notes = keyed.answers, keyed.notes
    fresh = {code for code in answers if kept.get(code) != old_answers.get(code)}
    fresh |= {_mark(code) for code, text in written.items() if text != old_notes.get(code, "")}
    lost = sorted(one for one in fresh if keyed.changed.get(one, 0) > revision)
    if lost:
        message = (
            f"Changed meanwhile: {', '.join(lost)}. Read the interview anew; nothing was saved."
        )
        raise ChangedMeanwhile(message, field="revision")
    marked = dict.fromkeys(fresh, held.conversation.revision + 1)
    return Keyed(
        answers=kept,
        notes={code: text for code, text in {**old_notes, **written}.items() if text},
        changed={**keyed.changed, **marked},
        language=keyed.language,
    )


def open_keyed(conversation: Conversation) -> Keyed:
    """Return what was keyed in so far; nothing if nobody has begun."""
    if conversation.sealed is None:
        return Keyed()
    document: dict[str, Any] = unseal(Purpose.KEYED_IN, conversation.id.bytes, conversation.sealed)
    return Keyed(**{**document, "answers": answers_from_json(document["answers"])})


def keep_keyed(conversation: Conversation, keyed: Keyed) -> None:
    """Seal what was keyed in, one revision later."""
    document = {
        "answers": answers_to_json(keyed.answers),
        "notes": dict(keyed.notes),
        "changed": dict(keyed.changed),
        "language": keyed.language,
        "save_id": keyed.save_id,
    }
    conversation.sealed = seal(Purpose.KEYED_IN, conversation.id.bytes, document)
    conversation.revision += 1


def _mark(code: str) -> str:
    return f"note:{code}"


def _check_notes(definition: Definition, notes: Mapping[str, str]) -> None:
    known = {WHOLE, *(question.code for question in definition.questions())}
    for code, text in notes.items():
        if code not in known:
            message = f"There is no question {code[:40]!r} to make a note of."
            raise InvalidInput(message, field="notes")
        if len(text) > LONGEST_NOTE or "\x00" in text:
            message = f"A note has at most {LONGEST_NOTE} characters."
            raise InvalidInput(message, field="notes")
