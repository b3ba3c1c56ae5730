"""Names as people spell them: folded to bare letters, and by how they sound in German."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

# How letters that are no letter with a mark are written where a keyboard lacks them.
_TRANSLITERATED: Final[Mapping[int, str]] = MappingProxyType(
    str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "þ": "th"})
)
_BARE: Final[Mapping[int, str]] = MappingProxyType(
    str.maketrans(
        {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    )
)
_VOWELS: Final = frozenset("aeiouyj")
_BEFORE_HARD_C: Final = frozenset("ahkloqrux")
_INSIDE_HARD_C: Final = frozenset("ahkoqux")
_ALONE: Final[Mapping[str, str]] = MappingProxyType(
    {"b": "1", "f": "3", "v": "3", "w": "3", "g": "4", "k": "4", "q": "4"}
    | {"l": "5", "m": "6", "n": "6", "r": "7", "s": "8", "z": "8"}
)


@lru_cache(maxsize=4096)
def foldings(word: str) -> tuple[str, ...]:
    """Return a word in small letters without marks, apostrophes and what cannot be seen.

    One form has each letter bare (Müller: muller) and one, if it differs, German, Danish and
    Norwegian letters in two (mueller). Eszett is ss in both.
    """
    lower = unicodedata.normalize("NFC", word).casefold()
    forms = (_bare(lower), _bare(lower.translate(_TRANSLITERATED)))
    return tuple(dict.fromkeys(forms))


def _bare(lower: str) -> str:
    """Return a word's letters without their marks."""
    parted = unicodedata.normalize("NFKD", lower.translate(_BARE))
    return "".join(letter for letter in parted if letter.isalpha())


@lru_cache(maxsize=4096)
def cologne(folded: str) -> str:
    """Return how a folded word sounds in German, as digits; vowels count at the beginning only.

    Source: Postel, H. J. (1969), Die Kölner Phonetik, IBM-Nachrichten 19.
    """
    codes = [_sound(folded, place) for place in range(len(folded))]
    spoken = "".join(codes)
    single = [code for place, code in enumerate(spoken) if spoken[place - 1 : place] != code]
    return "".join(code for place, code in enumerate(single) if place == 0 or code != "0")


def _sound(word: str, place: int) -> str:
    """Return the code of one letter between its neighbours; empty for one that is not heard."""
    letter = word[place]
    before = word[place - 1] if place else ""
    after = word[place + 1 : place + 2]
    if letter in _VOWELS:
        return "0"
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if letter == "c":
        hard = _INSIDE_HARD_C if before else _BEFORE_HARD_C
        return "4" if after in hard and not (before and before in "sz") else "8"
    return _ALONE.get(letter, "")
