"""What leads to somebody without naming them, found by its pattern: addresses, numbers, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tenants.excerpts.pieces import RedactionKind, RedactionProposal


@dataclass(frozen=True, slots=True)
class ContactPattern:
    """How something is recognised.

    Attributes:
        kind: What it is.
        pattern: Its group "it", where it has one, is what is taken out; else all of it is.
        score: How sure a match is, 0 to 1.
    """

    kind: RedactionKind
    pattern: re.Pattern[str]
    score: float


# Every repetition has a bound: a hostile text must not cost more than its length.
# A word that begins with a capital, in any script that has them, and one that need not.
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’.-]{0,40}"
_STREET_WORDS = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Way|Close|Court|Ct|Place|Pl|Square|Sq|"
    r"Boulevard|Blvd|Crescent|Cres|Terrace|Gardens|Grove|Hill|Mews|Row|Park|Quay|Parade"
)
_STREET_ENDINGS = (
    r"stra(?:ß|ss)e|str|weg|platz|allee|gasse|ring|damm|ufer|chaussee|steig|markt|wall|graben|"
    r"stieg|pfad|promenade|brücke|hof|berg"
)
_PLACE = rf"(?:\s*[,;\n]\s*|\s+)(?:(?:D|DE|A|AT|CH)[- ])?\d{{4,5}}\s+{_CAPITAL}"
_NUMBER = r"\d{1,4}\s?[a-zA-Z]?(?:\s?[-/–]\s?\d{1,4}[a-zA-Z]?)?(?!\w)"
_UK_POSTCODE = r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})\b"
# What is counted or paid, and so follows a number of five digits that is no postcode.
_COUNTED = (
    r"Euro|Franken|Dollar|Pfund|Mitarbeit\w*|Menschen|Leute\w*|Personen|Einwohner\w*|Kund\w*|Stück|"
    r"Brutto|Netto|Kilometer\w*|Stunden|Euros|EUR|USD|CHF|GBP|Quadratmeter\w*|Angestellt\w*|Jahr\w*|"
    r"Beschäftigt\w*|Bewerb\w*|Aktien|Optionen|Nutzer\w*|Fehler\w*|Zeilen|Prozent|Bonus|Jahresgehalt"
)
_WITHIN_A_HOUSE = r"Flat|Apt|Apartment|Unit|Suite"
_NO_NUMBER_BEFORE = r"(?<![\w.,/+-])"
_DOMAINS = (
    r"com|de|org|net|io|eu|ch|at|uk|info|biz|app|dev|ai|me|fr|nl|it|es|pl|us|ca|gov|edu|tech|jobs"
)
_LOCAL = r"(?<![\w.+%-])[^\W_](?:[\w.+%-]{0,63}[\w+%-])?"
_AT = r"\s?(?:\(at\)|\[at\]|\{at\}|<at>|\(ät\)|\[ät\]|\(a\)|\(@\)|\[@\])\s?"
_SPOKEN_DOT = r"\s?(?:\(dot\)|\[dot\]|\(punkt\)|\[punkt\]|\{dot\})\s?"
_DOT = r"\s?(?:\.|\(dot\)|\[dot\]|\(punkt\)|\[punkt\]|\{dot\}|\sdot\s|\spunkt\s)\s?"


def _pattern(
    kind: RedactionKind, score: float, pattern: str, *, any_case: bool = False
) -> ContactPattern:
    return ContactPattern(kind, re.compile(pattern, re.IGNORECASE if any_case else 0), score)


_K = RedactionKind
# What ends an address of the web in running text is not its last character.
_PATH = r"[^\s]{0,400}[^\s.,;:!?)\]}>»\"'“”]"

_PATTERNS: Final = (
    _pattern(_K.URL, 0.98, rf"\b(?:(?:https?|ftp)\s?://\s?|www\.){_PATH}", any_case=True),
    _pattern(
        _K.URL,
        0.97,
        r"(?<![\w@.-])(?:[\w-]{1,63}\.){0,4}(?:linkedin|xing|github|gitlab|twitter|facebook|"
        r"instagram|kununu|glassdoor|threads|tiktok|youtube|medium|calendly)\.[a-z]{2,6}\b"
        rf"(?:/{_PATH})?",
        any_case=True,
    ),
    _pattern(
        _K.URL, 0.97, r"(?<![\w./])(?:linkedin|xing)?/?(?:in|profile)/[\w%-]{3,}", any_case=True
    ),
    _pattern(
        _K.URL,
        0.6,
        r"(?<![\w@.-])[a-z0-9][\w-]{0,62}(?:\.[\w-]{1,63}){0,5}"
        rf"\.(?:{_DOMAINS})(?![\w@.])(?:/{_PATH})?",
        any_case=True,
    ),
    _pattern(_K.EMAIL, 0.99, rf"{_LOCAL}@[^\W_][\w-]*(?:\.[\w-]+)*"),
    _pattern(_K.EMAIL, 0.9, rf"{_LOCAL}\s?@\s?[^\W_][\w-]*(?:\.[\w-]+)*\.(?:{_DOMAINS})\b"),
    _pattern(
        _K.EMAIL,
        0.95,
        rf"(?:{_LOCAL}{_SPOKEN_DOT}){{0,3}}{_LOCAL}{_AT}[^\W_][\w-]*(?:{_DOT}[\w-]+)*",
        any_case=True,
    ),
    _pattern(
        _K.EMAIL,
        0.9,
        rf"{_LOCAL}\s(?:at|ät)\s[\w-]+(?:\s?(?:dot|punkt)\s|\.)(?:{_DOMAINS})\b",
        any_case=True,
    ),
    _pattern(_K.EMAIL, 0.9, rf"{_LOCAL}@(?!\w)"),
    _pattern(_K.HANDLE, 0.9, r"(?<![\w.@])@[^\W_][\w.-]*\w"),
    _pattern(
        _K.PHONE,
        0.9,
        rf"{_NO_NUMBER_BEFORE}(?:\+|00)[\s(]*[1-9](?:[\s.\-–/()]{{0,3}}\d){{6,14}}(?!\w)",
    ),
    _pattern(
        _K.PHONE, 0.85, rf"{_NO_NUMBER_BEFORE}\(?0[1-9](?:[\s.\-–/()]{{0,3}}\d){{4,12}}(?!\w)"
    ),
    _pattern(
        _K.PHONE, 0.8, rf"{_NO_NUMBER_BEFORE}\(?\d{{3}}\)?[\s.-]{{1,2}}\d{{3}}[\s.-]\d{{4}}(?!\w)"
    ),
    _pattern(
        _K.PHONE,
        0.85,
        r"\b(?:tel|telefon\w*|phone|mobile?|mobil\w*|handy\w*|cell|call|ring|text|whatsapp|fax|ext|"
        r"extension|durchwahl|dw|nummer|number|rufnummer)\b[\s.:]*(?:nr|no|number|nummer|me|us|on|at|is|"
        r"unter|ist|lautet|der|die|her|him|them|[\s.:#]){0,4}[\s.:#]*"
        r"(?P<it>[+(]?\d(?:[\s.\-–/()]{0,3}\d){2,14})(?!\w)",
        any_case=True,
    ),
    _pattern(
        _K.ADDRESS,
        0.92,
        rf"(?:\b{_CAPITAL}[\s-]){{0,3}}(?:\b[\w'’.-]{{0,40}}(?i:{_STREET_ENDINGS})\b|\bStr)\.?\s*{_NUMBER}"
        rf"(?:{_PLACE})?",
    ),
    _pattern(
        _K.ADDRESS,
        0.85,
        r"\b(?i:am|an der|an den|im|in der|in den|auf dem|auf der|zum|zur|unter den|hinter der)"
        rf"\s+(?:{_CAPITAL}\s+){{1,2}}\d{{1,3}}\s?[a-z]?(?!\w){_PLACE}",
    ),
    _pattern(
        _K.ADDRESS,
        0.92,
        rf"(?:\b(?:{_WITHIN_A_HOUSE})\.?\s\w+,?\s)?\b\d{{1,5}}[A-Za-z]?,?\s+(?:{_CAPITAL}\s+){{1,4}}"
        rf"(?:{_STREET_WORDS})\b\.?(?:,?\s+(?:{_WITHIN_A_HOUSE}|#)\.?\s?\w+)?"
        rf"(?:,\s*{_CAPITAL}(?:\s{_CAPITAL})?)?(?:,?\s+[A-Z]{{2}}\s+\d{{5}}(?:-\d{{4}})?)?"
        rf"(?:,?\s+{_UK_POSTCODE})?",
    ),
    _pattern(_K.ADDRESS, 0.85, _UK_POSTCODE),
    _pattern(_K.ADDRESS, 0.8, r"\b[A-Z]{2}\s+\d{5}(?:-\d{4})?\b"),
    _pattern(
        _K.ADDRESS,
        0.6,
        rf"(?<![\w.,/€$£-])(?:(?:D|DE|A|AT|CH)[- ])?(?<!\d)\d{{5}}\s+(?!(?:{_COUNTED})\b){_CAPITAL}"
        rf"|\b(?:A|AT|CH)-\d{{4}}\s+{_CAPITAL}",
    ),
    _pattern(_K.ADDRESS, 0.85, r"\b(?:P\.?\s?O\.?\s?Box|Postfach)\s+\d[\d ]*\d?", any_case=True),
)
# Numbers that only look like one to be called: dates, spans of years, money.
_NO_PHONE: Final = re.compile(
    r"\s*\(?(?:\d{4}\s?[-–/]\s?\d{1,4}(?:[-–/]\d{1,2})?|\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|"
    r"\d{1,3}(?:[.\s]\d{3})+)\)?\s*"
)


def found_contacts(text: str) -> Iterator[RedactionProposal]:
    """Yield everything that looks like a way to reach somebody; pieces may overlap."""
    for contact in _PATTERNS:
        group = "it" if "it" in contact.pattern.groupindex else 0
        for match in contact.pattern.finditer(text):
            start, end = match.span(group)
            if contact.kind is RedactionKind.PHONE and _NO_PHONE.fullmatch(text, start, end):
                continue
            if start < end:
                yield RedactionProposal(start, end, contact.kind, None, contact.score)
