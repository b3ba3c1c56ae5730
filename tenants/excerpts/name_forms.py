"""The ways in which somebody's name may be written, made once for the people of a case."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise, product
from types import ModuleType
from typing import Final

from tenants.excerpts.common_words import ALSO_NAMES, WORDS
from tenants.excerpts.nicknames import nicknames_of
from tenants.excerpts.spelling import cologne, foldings

HONORIFICS: Final = frozenset(
    [
        "herr",
        "herrn",
        "frau",
        "fräulein",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "mister",
        "sir",
        "madam",
        "hr",
        "fr",
        "monsieur",
        "madame",
    ]
)
TITLES: Final = frozenset(
    ["dr", "prof", "professor", "professorin", "doktor", "ing", "dipl", "phd", "med", "mag"]
)
PARTICLES: Final = frozenset(
    [
        "von",
        "vom",
        "van",
        "de",
        "der",
        "den",
        "dem",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "des",
        "la",
        "le",
        "los",
        "las",
        "el",
        "al",
        "bin",
        "ibn",
        "abu",
        "ter",
        "ten",
        "zu",
        "zum",
        "zur",
        "und",
        "y",
        "e",
        "af",
        "av",
        "auf",
        "st",
        "san",
    ]
)
_SUFFIXES: Final = frozenset(
    [
        "jr",
        "sr",
        "jun",
        "sen",
        "ii",
        "iii",
        "iv",
        "junior",
        "senior",
        "mba",
        "phd",
        "msc",
        "bsc",
        "ma",
    ]
)
_GENERIC_LOCALS: Final = frozenset(
    [
        "info",
        "jobs",
        "hr",
        "office",
        "kontakt",
        "contact",
        "mail",
        "career",
        "careers",
        "karriere",
        "bewerbung",
        "hello",
        "team",
        "support",
    ]
)
_PARTED = re.compile(r"[\s,._+/()\"„“”&-]+|(?<=\w)\d+|\d+")
_MOST_REMEMBERED: Final = 10_000
_SHORTEST_HANDLE: Final = 4
_SHORTEST_FUZZY: Final = 4
_TWO_EDITS_FROM: Final = 8
_SHORTEST_SOUND: Final = 2
_SHORTEST_CUT: Final = 3
_SHORTEST_TAIL: Final = 4
_LEAST_ALIKE: Final = 0.5
# A folded word's endings: genitives, plurals and what makes an adjective of a name.
_ENDINGS: Final = ("s", "es", "sche", "schen", "scher", "sches", "schem")
_PET_ENDINGS: Final = ("i", "y", "ie", "chen", "lein", "le", "li", "erl", "o")


class NamedPart(StrEnum):
    """What somebody has to do with the case."""

    INTERVIEW_PANEL = "INTERVIEW_PANEL"
    HIRING_MANAGER = "HIRING_MANAGER"
    CANDIDATE = "CANDIDATE"


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody of the case whose name must not stand in what is shown.

    Attributes:
        name: As it is on record, in any order and with titles: "Dr. Anna von Schmidt", "Schmidt,
            Anna".
        email: Address, or None; what stands before the @ is taken for a name, too.
        part: What the person has to do with the case.
    """

    name: str
    email: str | None = None
    part: NamedPart = NamedPart.INTERVIEW_PANEL


@dataclass(frozen=True, slots=True)
class NameMatch:
    """That a word may be somebody's name.

    Attributes:
        person: Index in the people of the case.
        score: How sure, 0 to 1, if the word is written like a name.
        is_given: A given name, or made from one.
    """

    person: int
    score: float
    is_given: bool


class NameForms:
    """The names of a case's people, ready to be looked up word by word."""

    def __init__(self, people: Sequence[NamedPerson]) -> None:
        """Make every form of every name."""
        self._exact: dict[str, list[NameMatch]] = defaultdict(list)
        self._handles: dict[str, int] = {}
        self._found: dict[str, NameMatch | None] = {}
        self._parts: list[tuple[str, str, NameMatch]] = []
        self.initials: dict[str, int] = {}
        self.letters: list[frozenset[str]] = []
        self.particles: list[frozenset[str]] = []
        self.written: list[str] = []
        for index, person in enumerate(people):
            self._add(index, person)

    def _add(self, index: int, person: NamedPerson) -> None:
        given, family, particles = parts_of(person.name)
        self.particles.append(particles)
        self.written.append(" ".join(person.name.split()))
        names = [*given, *family]
        for name in names:
            self._add_part(index, name, is_given=name in given or len(names) == 1)
        joined = [one + other for one, other in pairwise(names)]
        if particles and family:
            joined.append("".join(w for w in person.name.casefold().split()[1:] if w.isalpha()))
        for name in joined:
            for form in foldings(name):
                self._exact[form].append(NameMatch(index, 0.9, is_given=False))
        firsts, lasts = _first_letters(given), _first_letters(family)
        self.letters.append(frozenset([*firsts, *lasts]))
        for first, last in product(firsts, lasts):
            for written in (first + last, last + first, "".join(firsts) + last):
                self.initials.setdefault(written, index)
        self._add_handles(index, given, family, person.email)

    def _add_part(self, index: int, name: str, *, is_given: bool) -> None:
        for form in foldings(name):
            if len(form) <= 1:
                continue
            match = NameMatch(index, 0.95, is_given=is_given)
            self._exact[form].append(match)
            self._parts.append((form, cologne(form), match))
            for prefix in ("mac", "mc", "o"):
                if form.startswith(prefix) and len(form) > len(prefix) + _SHORTEST_CUT:
                    rest = form.removeprefix(prefix)
                    self._exact[rest].append(NameMatch(index, 0.7, is_given=False))
            if is_given:
                for nickname in nicknames_of(form):
                    self._exact[nickname].append(NameMatch(index, 0.85, is_given=True))

    def _add_handles(
        self, index: int, given: Sequence[str], family: Sequence[str], email: str | None
    ) -> None:
        """Remember what names become in addresses: annaschmidt, aschmidt, schmidta, annas."""
        if email:
            local = email.split("@")[0].casefold()
            if local not in _GENERIC_LOCALS:
                self._add_handle("".join(filter(str.isalnum, local)), index)
                for part in _PARTED.split(local):
                    for form in foldings(part):
                        if len(form) >= _SHORTEST_CUT and form not in WORDS:
                            self._exact[form].append(NameMatch(index, 0.8, is_given=False))
        for first in (form for name in given for form in foldings(name) if form):
            for last in (form for name in family for form in foldings(name) if form):
                for handle in (first + last, last + first, first[0] + last, last + first[0]):
                    self._add_handle(handle, index)
                self._add_handle(first + last[0], index)

    def _add_handle(self, handle: str, index: int) -> None:
        if len(handle) >= _SHORTEST_HANDLE and handle not in WORDS:
            self._handles.setdefault(handle, index)

    def handle(self, written: str) -> int | None:
        """Return whose handle a word is: its letters and digits, or its letters, are one."""
        for form in foldings(written):
            if form in self._handles:
                return self._handles[form]
        return self._handles.get("".join(filter(str.isalnum, written.casefold())))

    def exact(self, word: str) -> NameMatch | None:
        """Return whose name a word is, letter by letter; None when it is nobody's."""
        found = [match for form in foldings(word) for match in self._exact.get(form, ())]
        return max(found, key=_surest, default=None)

    def match(self, word: str) -> NameMatch | None:
        """Return whose name a word is, most likely; None when it is nobody's.

        Looked for are, from the surest down: the name, a pet form, either with an ending; a name
        cut off or made small; and a misspelling, which is no common word of either language.
        """
        if word not in self._found:
            if len(self._found) >= _MOST_REMEMBERED:
                self._found.clear()
            found = [match for form in foldings(word) if form for match in self._matches(form)]
            self._found[word] = max(found, key=_surest, default=None)
        return self._found[word]

    def _matches(self, folded: str) -> Iterator[NameMatch]:
        yield from self._exact.get(folded, ())
        for ending in _ENDINGS:
            stem = folded.removesuffix(ending)
            if stem != folded and stem in self._exact:
                yield from (_less(match, 0.95) for match in self._exact[stem])
        if folded in WORDS or folded in ALSO_NAMES:
            return
        for part, sound, match in self._parts:
            likeness = _likeness(folded, part, sound, is_given=match.is_given)
            if likeness:
                yield _less(match, likeness)


def _surest(match: NameMatch) -> tuple[float, int]:
    return match.score, -match.person


@lru_cache(maxsize=16)
def forms_of(people: tuple[NamedPerson, ...]) -> NameForms:
    """Return the forms of a case's names; those of the last few cases are kept."""
    return NameForms(people)


def _less(match: NameMatch, factor: float) -> NameMatch:
    return NameMatch(match.person, match.score * factor, match.is_given)


@cache
def _osa() -> ModuleType:
    """Return what counts edits: six megabytes, which only those have who look for names."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above.

    return OSA


def _likeness(word: str, name: str, sound: str, *, is_given: bool) -> float:
    """Return how likely a word is a name misspelt, cut off or made small, 0 to 1."""
    for ending in ("", "s"):
        stem = word.removesuffix(ending)
        if is_given and _is_short_for(stem, name):
            return 0.6
        if min(len(stem), len(name)) < _SHORTEST_FUZZY:
            continue
        edits = _osa().distance(stem, name, score_cutoff=2)
        if edits <= (2 if len(name) >= _TWO_EDITS_FROM else 1):
            return 0.8 if edits == 1 else 0.65
        alike = _osa().normalized_similarity(stem, name) >= _LEAST_ALIKE
        if alike and len(sound) >= _SHORTEST_SOUND and cologne(stem) == sound:
            return 0.65
    return 0.0


def _is_short_for(word: str, name: str) -> bool:
    """Return whether a word is a given name cut off (Alex, Lena), or that with a pet ending."""
    if len(word) >= _SHORTEST_CUT and len(word) < len(name) and name.startswith(word):
        return True
    if len(word) >= _SHORTEST_TAIL and name.endswith(word):
        return True
    for ending in _PET_ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_CUT and stem[-1] == stem[-2]:
            stem = stem[:-1] if not name.startswith(stem) else stem
        if stem != word and len(stem) >= _SHORTEST_CUT and name.startswith(stem):
            return True
    return False


def _first_letters(names: Sequence[str]) -> list[str]:
    return [forms[0][0] for name in names if (forms := foldings(name)) and forms[0]]


def parts_of(name: str) -> tuple[list[str], list[str], frozenset[str]]:
    """Return somebody's given names, family names and particles, as they are on record.

    Titles, honorifics and suffixes are left out. Family names are what follows the first particle,
    or the last word; of a name with a hyphen, the whole and its parts. "Schmidt, Anna" is turned
    round.
    """
    if name.count(",") == 1:
        last, _, first = name.partition(",")
        if first.strip().strip(".").casefold() not in _SUFFIXES:
            name = f"{first} {last}"
    words = [word.strip(".'’") for word in re.split(r"[\s,()\"„“”.]+", name)]
    left_out = HONORIFICS | TITLES | _SUFFIXES
    words = [word for word in words if word and word.casefold() not in left_out]
    if len(words) == 1:
        return _with_pieces(words), [], frozenset()
    places = [place for place, word in enumerate(words) if word.casefold() in PARTICLES]
    particles = frozenset(words[place].casefold() for place in places if place)
    first_particle = next((place for place in places if 0 < place < len(words) - 1), None)
    turn = first_particle if first_particle is not None else len(words) - 1
    family = [word for word in words[turn:] if word.casefold() not in particles]
    return _with_pieces(words[:turn]), _with_pieces(family), particles


def _with_pieces(names: Sequence[str]) -> list[str]:
    """Return names, and the parts of those with a hyphen or an apostrophe."""
    found: list[str] = []
    for name in names:
        pieces = [piece for piece in re.split(r"[-‐‑–'’]", name) if len(piece) > 1]
        pieces = [piece for piece in pieces if piece.casefold() not in PARTICLES]
        found += [name, *pieces]
    return list(dict.fromkeys(found))
