"""Which pieces of a free text name or lead to somebody: proposed here, decided by a person.

Pure: text and people in, positions out. It leans towards proposing, because a piece too many costs
the moderator one key and a name too few costs a promise. What it cannot find is somebody who is
only described ("the tall Swede with the dog"), a name of nobody known without a word such as Ms or
"called" before it, initials that are a common abbreviation as well (HR, IT), and a name in small
letters that is a common word (will, rose): a person reads every excerpt before it is released.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from tenants.excerpts.contact_patterns import found_contacts
from tenants.excerpts.name_forms import NamedPart, NamedPerson, NameForms, forms_of
from tenants.excerpts.name_search import found_names
from tenants.excerpts.pieces import RedactionKind, RedactionProposal, merged

__all__ = [
    "NamedPart",
    "NamedPerson",
    "Redaction",
    "RedactionKind",
    "RedactionProposal",
    "apply_redactions",
    "propose_redactions",
]

_PLACEHOLDERS: Final = {
    RedactionKind.NAME: ("[name]", "[Name]"),
    RedactionKind.EMAIL: ("[e-mail]", "[E-Mail]"),
    RedactionKind.PHONE: ("[phone]", "[Telefon]"),
    RedactionKind.ADDRESS: ("[address]", "[Adresse]"),
    RedactionKind.URL: ("[link]", "[Link]"),
    RedactionKind.HANDLE: ("[handle]", "[Konto]"),
}
_PLACEHOLDER: Final = re.compile(
    "|".join(re.escape(word) for words in _PLACEHOLDERS.values() for word in words)
)
_GERMAN: Final = re.compile(
    r"\b(?:der|die|das|und|ich|nicht|ein|eine|mit|war|zu|sie|es|auf|für|wir|bei|mir)\b",
    re.IGNORECASE,
)
_ENGLISH: Final = re.compile(
    r"\b(?:the|and|i|not|a|an|with|was|to|they|it|on|for|we|at|me|of|of)\b", re.IGNORECASE
)
# What may lie between two parts of one person's name.
_WITHIN_A_NAME: Final = re.compile(r"\s{1,3}|\s?-\s?|,\s|\s?\"\s?|\s[(]|[)]\s")


class Redaction(Protocol):
    """A piece of a text that is to be taken out: a proposal taken up, or a person's own."""

    @property
    def start(self) -> int:
        """Position of its first character."""

    @property
    def end(self) -> int:
        """Position after its last one."""

    @property
    def kind(self) -> RedactionKind:
        """What it is; decides which word stands in its place."""


def propose_redactions(
    text: str, *, people: Sequence[NamedPerson], language: str | None = None
) -> list[RedactionProposal]:
    """Return every piece of a text that may name somebody, or lead to somebody.

    Names of the people are found as they stand, by one part, by initials, misspelt, as pet forms,
    with endings, transliterated, and as what stands before the @ of an address. Anybody's name is
    found after Mr, Frau and the like; e-mail and postal addresses, telephone numbers, links and
    handles are found by their patterns.

    Args:
        text: Plain text.
        people: The interview panel, the hiring managers and the candidate of the case.
        language: Of the text, as a BCP 47 tag. In German a capital says little of a word. None: it
            is told from the text.

    Returns:
        In the order of the text, none overlapping another, none empty.
    """
    german = _is_german(text) if language is None else language.casefold().startswith("de")
    names = forms_of(tuple(people))
    found: list[RedactionProposal] = []
    # What is taken out may lay something else bare, so look again until there is nothing.
    while True:
        redacted = apply_redactions(text, found)
        more = _pieces(redacted, names, german=german)
        if not more:
            return found
        found = _merged(text, [*found, *(_in_the_whole(each, found) for each in more)])


def _pieces(text: str, names: NameForms, *, german: bool) -> list[RedactionProposal]:
    """Return what is found in a text, placeholders left alone."""
    taken = [match.span() for match in _PLACEHOLDER.finditer(text)]
    pieces = [*found_contacts(text), *found_names(text, names, german=german)]
    return [
        piece
        for piece in pieces
        if not any(piece.start < end and start < piece.end for start, end in taken)
    ]


def _in_the_whole(
    piece: RedactionProposal, taken: Sequence[RedactionProposal]
) -> RedactionProposal:
    """Return a piece of a redacted text with the positions that it has in the text itself."""
    shift = 0
    for each in taken:
        if piece.start + shift < each.start:
            break
        shift += each.end - each.start - len(_PLACEHOLDERS[each.kind][False])
    return replace(piece, start=piece.start + shift, end=piece.end + shift)


def _merged(text: str, pieces: Iterable[RedactionProposal]) -> list[RedactionProposal]:
    def belong_together(one: RedactionProposal, other: RedactionProposal) -> bool:
        names = one.kind is RedactionKind.NAME and other.kind is RedactionKind.NAME
        same = one.person is not None and one.person == other.person
        return names and same and _WITHIN_A_NAME.fullmatch(text, one.end, other.start) is not None

    return merged(pieces, belong_together)


def _is_german(text: str) -> bool:
    """Return whether a text has more of German's small words than of English's."""
    return len(_GERMAN.findall(text)) > len(_ENGLISH.findall(text))


def apply_redactions(
    text: str, decisions: Iterable[Redaction], *, language: str | None = None
) -> str:
    """Return a text with pieces of it replaced by words that say what stood there.

    Args:
        text: The text that the positions count in.
        decisions: What is to be taken out, in any order. Those that overlap become one piece, with
            the word of the first.
        language: Of the words, as a BCP 47 tag: German, or else English.

    Returns:
        "I spoke with [name], [phone]." Whatever is outside the pieces is unchanged.

    Raises:
        ValueError: A piece is empty, or lies outside the text.
    """
    german = language is not None and language.casefold().startswith("de")
    parts: list[str] = []
    reached = 0
    for each in sorted(decisions, key=lambda each: (each.start, each.end)):
        if not 0 <= each.start < each.end <= len(text):
            message = f"{each.start} to {each.end} is no piece of a text of {len(text)} characters."
            raise ValueError(message)
        if not parts or each.start >= reached:
            parts += [text[reached : each.start], _PLACEHOLDERS[each.kind][german]]
        reached = max(reached, each.end)
    return "".join(parts) + text[reached:]
