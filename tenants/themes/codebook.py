"""What a theme is, and how the levels of a codebook make one: shared, a firm's, an organisation's.

Pure: no level is read here. A level says of a theme whatever it wants to say; what it leaves open
is as the level above has it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tenants.reasons import REASONS, Audience, Controllability, DeclineReason

CODE_PATTERN: Final = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
LANGUAGE_PATTERN: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class ThemeLevel(StrEnum):
    """Where a codebook's line is kept: in the product, by a firm, by an organisation."""

    SHARED = "SHARED"
    FIRM = "FIRM"
    ORGANISATION = "ORGANISATION"


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """What one level says of one theme; what it leaves open is as above.

    Attributes:
        code: Which theme; stable, and never reused for another.
        labels: Its name by language code; languages that are left out are as above.
        descriptions: What belongs to it, by language code, likewise.
        controllability: Whether the organisation can do anything about it; None as above.
        audience: Whom an excerpt of it is for unless a person routes it; None as above.
        is_retired: Whether new excerpts may have it no more; None as above.
    """

    code: str
    labels: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    controllability: Controllability | None = None
    audience: Audience | None = None
    is_retired: bool | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """One entry of a codebook as all levels together have it.

    Attributes:
        code: Stable.
        labels: Its name by language code; at least one.
        descriptions: What belongs to it, by language code.
        controllability: Whether the organisation can do anything about it.
        audience: Whom an excerpt of it is for unless a person routes it.
        is_retired: Whether new excerpts may have it no more; old ones keep it.
        level: The nearest level that says anything of it.
    """

    code: str
    labels: Mapping[str, str]
    descriptions: Mapping[str, str]
    controllability: Controllability
    audience: Audience
    is_retired: bool
    level: ThemeLevel

    def label(self, language: str | None) -> str:
        """Return its name in a language, else in English, else in any."""
        return in_language(self.labels, language)

    def description(self, language: str | None) -> str:
        """Return what belongs to it, likewise; empty if nothing says so."""
        return in_language(self.descriptions, language)


def in_language(texts: Mapping[str, str], language: str | None) -> str:
    """Return a text in a language, else in English, else in any; empty if there is none."""
    known = next(iter(texts.values()), "")
    return texts.get(language or "") or texts.get("en") or known


def merge_levels(levels: Iterable[tuple[ThemeLevel, Iterable[ThemeLine]]]) -> dict[str, Theme]:
    """Return the codebook that levels make, by code, in the order in which codes first appear.

    Args:
        levels: From the widest to the nearest; within one, no code twice. A line for a code that
            no level before it has must say everything but `is_retired`.

    Raises:
        ValueError: Such a line leaves something open.
    """
    merged: dict[str, Theme] = {}
    for level, lines in levels:
        for line in lines:
            merged[line.code] = _over(merged.get(line.code), line, level)
    return merged


def _over(above: Theme | None, line: ThemeLine, level: ThemeLevel) -> Theme:
    """Return a theme as a level above has it, with what a line says over it."""
    controllability = line.controllability or (above.controllability if above else None)
    audience = line.audience or (above.audience if above else None)
    labels = {**(above.labels if above else {}), **line.labels}
    if controllability is None or audience is None or not labels:
        message = f"{line.code} is new and lacks a label, a controllability or an audience"
        raise ValueError(message)
    retired = above.is_retired if above and line.is_retired is None else bool(line.is_retired)
    return Theme(
        code=line.code,
        labels=labels,
        descriptions={**(above.descriptions if above else {}), **line.descriptions},
        controllability=controllability,
        audience=audience,
        is_retired=retired,
        level=level,
    )


def said_otherwise(codebook: Mapping[str, Theme]) -> dict[DeclineReason, Controllability]:
    """Return the reasons whose controllability a codebook says otherwise than the taxonomy."""
    return {
        reason: theme.controllability
        for reason, facts in REASONS.items()
        if (theme := codebook.get(reason.value)) is not None
        and theme.controllability is not facts.controllability
    }
