"""Where a text names somebody: word by word, with what stands beside each word."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tenants.excerpts.common_words import (
    ABBREVIATIONS,
    ALSO_NAMES,
    PRONOUNS,
    QUESTION_WORDS,
    WORDS,
)
from tenants.excerpts.name_forms import HONORIFICS, PARTICLES, TITLES, NameForms, NameMatch
from tenants.excerpts.pieces import RedactionKind, RedactionProposal
from tenants.excerpts.spelling import foldings

# Marks that belong to the letter before them, and characters that nobody sees.
_MARKS: Final = "".join(
    chr(code)
    for code in range(0xAD, 0x10000)
    if unicodedata.category(chr(code)) in {"Mn", "Mc", "Cf"}
)
_LETTER: Final = rf"(?:[^\W\d_]|[{re.escape(_MARKS)}])"
_WORD: Final = re.compile(rf"{_LETTER}+(?:['’‘´`‐‑\-]{_LETTER}+)*")
_CHUNK: Final = re.compile(r"[^\W_](?:[\w.+-]{0,80}\w)?")
_POSSESSIVE: Final = re.compile(r"['’‘´`]s$", re.IGNORECASE)
_NOT_FIRST: Final = re.compile(r"[^\s.!?:;\n•\-–—*>\"“„»«(\[]")
_INITIALS: Final = re.compile(
    r"(?<![^\W_])(?<!\.)(?:[^\W\d_]\.[ \-]?){1,3}[^\W\d_](?:\.|(?=[\s,;:!?)']|$))"
)
_SURE_HONORIFICS: Final = frozenset(["herr", "herrn", "mr", "mrs", "ms", "mx", "mister"])
_DOTTED: Final = frozenset({"hr", "fr", "ing", "med", "mag"})
_CUE: Final = re.compile(
    r"\b(?:named|called|namens|name\s(?:is|was|ist|war)|hei(?:ß|ss)(?:t|e)|hie(?:ß|ss)|signed|sincerely|"
    r"regards|cheers|wishes|gr(?:ü|ue)(?:ß|ss)e?n?|mfg|lg|vg|gez\.?)(?:[\s,:]+)",
    re.IGNORECASE,
)
_ASIAN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_JOINED: Final = 4
_SHORTEST_JOINED: Final = 6
_SHORTEST_SMALL: Final = 4
_LEAST: Final = 0.3
_UNKNOWN_NAME: Final = 0.7
_AFTER_CUE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    Attributes:
        start: Position of its first character.
        end: Position after its last one.
        text: The word.
        forms: It folded.
        is_capital: It begins with a capital.
        is_first: It begins a sentence or a line.
    """

    start: int
    end: int
    text: str
    forms: tuple[str, ...]
    is_capital: bool
    is_first: bool

    @property
    def is_common(self) -> bool:
        """Whether it is a frequent word that is nobody's name."""
        return any(form in WORDS and form not in ALSO_NAMES for form in self.forms)

    @property
    def is_ambiguous(self) -> bool:
        """Whether it is a word as well as a name, or would be without its ending."""
        return any(
            form in known or form.removesuffix("s") in known
            for form in self.forms
            for known in (WORDS, ALSO_NAMES)
        )


def words_of(text: str) -> list[Word]:
    """Return the words of a text, in order."""
    return [
        Word(
            match.start(),
            match.end(),
            match.group(),
            foldings(match.group()),
            is_capital=match.group()[0].isupper(),
            is_first=not _NOT_FIRST.search(text[max(0, match.start() - 2) : match.start()])
            and _begins(text, match.start()),
        )
        for match in _WORD.finditer(text)
    ]


def _begins(text: str, start: int) -> bool:
    before = text[:start].rstrip(' \t"“„»«([*>•-–—')
    return not before or before[-1] in ".!?:;\n"


def found_names(text: str, forms: NameForms, *, german: bool) -> Iterator[RedactionProposal]:
    """Yield every piece of a text that may name somebody; pieces may overlap.

    Args:
        text: Plain text.
        forms: Names of the people of the case.
        german: Nouns have capitals.
    """
    words = words_of(text)
    yield from _known(text, words, forms, german=german)
    yield from _joined(text, words, forms)
    yield from _handles(text, forms)
    yield from _initials(text, words, forms)
    yield from _addressed(text, words)
    yield from _introduced(text, words)
    yield from _written_without_spaces(text, forms)


def _known(
    text: str, words: Sequence[Word], forms: NameForms, *, german: bool
) -> Iterator[RedactionProposal]:
    """Yield the words that may be names of the people of the case."""
    matches = [_best(word, forms) for word in words]
    for place, (word, match) in enumerate(zip(words, matches, strict=True)):
        if match is None:
            continue
        beside = [
            other
            for at in (place - 1, place + 1)
            if 0 <= at < len(words)
            and _are_beside(text, words[min(at, place)], words[max(at, place)])
            and (other := matches[at]) is not None
        ]
        score = _score(word, match, words[place + 1 : place + 2], german=german)
        if any(
            other.person == match.person and other.is_given != match.is_given for other in beside
        ):
            score = max(score, 0.6)
        if score >= _LEAST:
            start = _with_what_is_before(text, words, place, match, forms)
            end = _with_what_is_after(text, words, place, match, forms)
            yield RedactionProposal(start, end, RedactionKind.NAME, match.person, score)


def _best(word: Word, forms: NameForms) -> NameMatch | None:
    """Return whose name a word is, or one of the words that hyphens hold together."""
    spellings = {word.text, _POSSESSIVE.sub("", word.text)}
    spellings |= {piece for piece in re.split(r"[-‐‑'’]", word.text) if len(piece) > 1}
    found = [match for spelling in sorted(spellings) if (match := forms.match(spelling))]
    return max(found, key=lambda match: match.score, default=None)


def _score(word: Word, match: NameMatch, following: Sequence[Word], *, german: bool) -> float:
    """Return how sure a word is a name, by how and where it is written; 0 if it is just a word."""
    if not word.is_ambiguous:
        if word.is_capital:
            return match.score
        return match.score * 0.8 if len(word.text) >= _SHORTEST_SMALL else match.score * 0.6
    if not word.is_capital:
        return 0.0
    if word.is_first:
        asks = not QUESTION_WORDS.isdisjoint(word.forms)
        if asks and any(not PRONOUNS.isdisjoint(each.forms) for each in following):
            return 0.0
        return match.score * 0.45
    return match.score * (0.5 if german else 0.85)


def _are_beside(text: str, one: Word, other: Word) -> bool:
    return re.fullmatch(r"[ \t\n.,]{1,3}", text[one.end : other.start]) is not None


def _with_what_is_before(
    text: str, words: Sequence[Word], place: int, match: NameMatch, forms: NameForms
) -> int:
    """Return where a name begins: with the initials, particles and titles that belong to it."""
    start = words[place].start
    for word in reversed(words[max(0, place - 4) : place]):
        gap = text[word.end : start]
        bare = word.text.casefold()
        initial = (
            len(word.text) == 1 and gap.startswith(".") and bare in forms.letters[match.person]
        )
        particle = bare in forms.particles[match.person]
        titled = bare in HONORIFICS | TITLES and (bare not in _DOTTED or gap.startswith("."))
        if not (re.fullmatch(r"\.?[ \t\n]?|-", gap) and (initial or particle or titled)):
            break
        start = word.start
    return start


def _with_what_is_after(
    text: str, words: Sequence[Word], place: int, match: NameMatch, forms: NameForms
) -> int:
    """Return where a name ends: before its 's, or after the initial of a family name (Anna S.)."""
    word = words[place]
    for following in words[place + 1 : place + 2]:
        dotted = text[following.end : following.end + 1] == "."
        is_initial = following.text.casefold() in forms.letters[match.person]
        if (
            is_initial
            and following.is_capital
            and dotted
            and text[word.end : following.start] == " "
        ):
            return following.end + 1
    possessive = _POSSESSIVE.search(word.text)
    return word.start + possessive.start() if possessive else word.end


def _joined(text: str, words: Sequence[Word], forms: NameForms) -> Iterator[RedactionProposal]:
    """Yield names that were written in several words: Mac Donald, van den Berg, Anna Lena."""
    for place, first in enumerate(words):
        for last in words[place + 1 : place + _MOST_JOINED]:
            between = text[first.start : last.end]
            if re.search(r"[^\w\s'’‐‑\-]", between):
                break
            whole = re.sub(r"[\s‐‑\-]", "", between)
            if len(whole) < _SHORTEST_JOINED or all(word.is_common for word in (first, last)):
                continue
            match = forms.exact(whole)
            if match is not None:
                yield RedactionProposal(
                    first.start, last.end, RedactionKind.NAME, match.person, match.score
                )


def _handles(text: str, forms: NameForms) -> Iterator[RedactionProposal]:
    for match in _CHUNK.finditer(text):
        person = forms.handle(match.group())
        if person is not None:
            yield RedactionProposal(*match.span(), RedactionKind.HANDLE, person, 0.85)


def _initials(text: str, words: Sequence[Word], forms: NameForms) -> Iterator[RedactionProposal]:
    """Yield A.S., A. S. and AS."""
    for match in _INITIALS.finditer(text):
        letters = "".join(filter(str.isalpha, match.group())).casefold()
        person = forms.initials.get(letters)
        if person is not None:
            yield RedactionProposal(*match.span(), RedactionKind.NAME, person, 0.7)
    for word in words:
        person = forms.initials.get(word.text.casefold())
        if person is not None and word.text.isupper() and word.text not in ABBREVIATIONS:
            yield RedactionProposal(word.start, word.end, RedactionKind.NAME, person, 0.5)


def _addressed(text: str, words: Sequence[Word]) -> Iterator[RedactionProposal]:
    """Yield who is named after an honorific or a title, whoever it is, together with it."""
    for place, word in enumerate(words):
        bare = word.text.casefold()
        dotted = text[word.end : word.end + 1] == "."
        if bare not in HONORIFICS | TITLES or (
            bare in _DOTTED and not (dotted and word.is_capital)
        ):
            continue
        sure = bare in _SURE_HONORIFICS or (bare in TITLES and dotted)
        end = _end_of_name(text, words, place, sure=sure)
        if end is not None:
            yield RedactionProposal(word.start, end, RedactionKind.NAME, None, _UNKNOWN_NAME)


def _end_of_name(text: str, words: Sequence[Word], place: int, *, sure: bool) -> int | None:
    """Return where the name ends that follows an honorific; None when none follows."""
    end: int | None = None
    previous = words[place]
    for word in words[place + 1 : place + 8]:
        gap = text[previous.end : word.start]
        if not re.fullmatch(r"\.?[ \t\n]{0,2}|\.?-", gap):
            break
        bare = word.text.casefold()
        if end is None and bare in HONORIFICS | TITLES | PARTICLES and not word.is_common:
            previous = word
            continue
        particle = bare in PARTICLES and not word.is_capital
        if end is None and not _may_be_addressed(word, particle=particle, sure=sure):
            break
        if end is not None and not word.is_capital:
            break
        if end is not None and (word.is_common or "\n" in gap or gap.startswith(". ")):
            break
        if not particle:
            end = _bare_end(word)
        previous = word
        if end is not None and end - words[place].start > 60:  # noqa: PLR2004 — longer than names are.
            break
    return end


def _may_be_addressed(word: Word, *, particle: bool, sure: bool) -> bool:
    if particle:
        return True
    if word.is_capital:
        return sure or not word.is_common
    return sure and not word.is_common and len(word.text) > 1


def _bare_end(word: Word) -> int:
    possessive = _POSSESSIVE.search(word.text)
    return word.start + possessive.start() if possessive else word.end


def _introduced(text: str, words: Sequence[Word]) -> Iterator[RedactionProposal]:
    """Yield who is called something, or signs."""
    by_start = {word.start: place for place, word in enumerate(words)}
    for cue in _CUE.finditer(text):
        place = by_start.get(cue.end())
        if place is None:
            continue
        named: list[Word] = []
        for word in words[place : place + 2]:
            beside = not named or text[named[-1].end : word.start] == " "
            if not (word.is_capital and beside) or word.is_common or word.text.isupper():
                break
            named.append(word)
        if named:
            end = _bare_end(named[-1])
            yield RedactionProposal(named[0].start, end, RedactionKind.NAME, None, _AFTER_CUE)


def _written_without_spaces(text: str, forms: NameForms) -> Iterator[RedactionProposal]:
    """Yield names in scripts that set no space between words."""
    for person, written in enumerate(forms.written):
        bare = "".join(written.split())
        if _ASIAN.search(bare) is None:
            continue
        spellings = {bare, written, *written.split()}
        spellings |= {bare[1:], bare[2:]}
        for spelling in sorted(each for each in spellings if len(each) > 1):
            for match in re.finditer(re.escape(spelling), text):
                yield RedactionProposal(*match.span(), RedactionKind.NAME, person, 0.9)
