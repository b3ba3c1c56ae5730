"""What can be done with an organisation's codebook: reading it whole, and saying things over it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import InvalidInput, NotFound
from tenants.themes import queries
from tenants.themes.codebook import (
    CODE_PATTERN,
    LANGUAGE_PATTERN,
    Theme,
    ThemeLevel,
    ThemeLine,
    merge_levels,
)
from tenants.themes.defaults import SHARED_THEMES
from tenants.work import Session

MOST_THEMES: Final = 200
LONGEST_LABEL: Final = 120
LONGEST_DESCRIPTION: Final = 1_000


async def get_codebook(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> dict[str, Theme]:
    """Return an organisation's codebook by code: its own lines over its firm's over the shared.

    The only place where levels meet; retired themes are in it and say so.

    Raises:
        Forbidden: The viewer's role does not include the codebook.
    """
    pushed = await queries.list_pushed_lines(session, viewer, organisation_id=organisation_id)
    own = await queries.list_own_lines(session, viewer, organisation_id=organisation_id)
    return merge_levels(
        [
            (ThemeLevel.SHARED, SHARED_THEMES),
            (ThemeLevel.FIRM, pushed),
            (ThemeLevel.ORGANISATION, own),
        ]
    )


async def save_theme(
    session: Session, viewer: Viewer, *, organisation_id: UUID, line: ThemeLine
) -> Theme:
    """Say something of a theme for an organisation: add one, override one, retire or restore one.

    What the line leaves open stays as it is; a language whose text is empty falls back to the level
    above. Nothing is ever deleted, because excerpts keep the codes that they were given.

    Args:
        session: The transaction.
        viewer: Somebody who keeps the codebook.
        organisation_id: Whose.
        line: What to say; for a new code a label, a controllability and an audience.

    Returns:
        The theme as it is now.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include keeping the codebook.
        InvalidInput: A part of it cannot be; the field is named.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.CODEBOOK_EDIT, organisation_id)
    check_line(line)
    known = await get_codebook(session, viewer, organisation_id=organisation_id)
    own = {
        one.code: one
        for one in await queries.list_own_lines(session, viewer, organisation_id=organisation_id)
    }
    if line.code not in known:
        check_new_theme(line, len(known))
    saved = said_over(own.get(line.code, ThemeLine(line.code)), line)
    if line.code not in {one.code for one in SHARED_THEMES} and not saved.labels:
        message = "A theme of your own keeps at least one label."
        raise InvalidInput(message, field="wordings")
    row_id = await queries.save_line(session, viewer, organisation_id=organisation_id, line=saved)
    await audit.record(session, viewer, AuditAction.THEME_CHANGED, organisation_id, row_id)
    return (await get_codebook(session, viewer, organisation_id=organisation_id))[line.code]


def said_over(before: ThemeLine, line: ThemeLine) -> ThemeLine:
    """Return an organisation's line with what is said now; an empty text takes a language back."""
    return replace(
        before,
        labels=_texts(before.labels, line.labels),
        descriptions=_texts(before.descriptions, line.descriptions),
        controllability=line.controllability or before.controllability,
        audience=line.audience or before.audience,
        is_retired=before.is_retired if line.is_retired is None else line.is_retired,
    )


def _texts(before: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in {**before, **said}.items() if text}


def check_line(line: ThemeLine) -> None:
    """Refuse a line that cannot be.

    Raises:
        InvalidInput: The field is named.
    """
    if not CODE_PATTERN.fullmatch(line.code):
        message = "A code has 2 to 40 capital letters, digits and underscores; a letter first."
        raise InvalidInput(message, field="code")
    for language in {*line.labels, *line.descriptions}:
        if not LANGUAGE_PATTERN.fullmatch(language):
            message = "A language is a code such as en or de-AT."
            raise InvalidInput(message, field=("wordings", "language"))
    for name, texts, most in (
        ("label", line.labels, LONGEST_LABEL),
        ("description", line.descriptions, LONGEST_DESCRIPTION),
    ):
        if any(len(text) > most for text in texts.values()):
            message = f"A {name} has at most {most} characters."
            raise InvalidInput(message, field=("wordings", name))


def check_new_theme(line: ThemeLine, count: int) -> None:
    """Refuse a new theme that lacks something.

    Raises:
        InvalidInput: The field is named.
    """
    for name, there in (
        ("wordings", any(line.labels.values())),
        ("controllability", line.controllability is not None),
        ("audience", line.audience is not None),
    ):
        if not there:
            message = "A new theme needs a label, a controllability and an audience."
            raise InvalidInput(message, field=name)
    if count >= MOST_THEMES:
        message = f"A codebook has at most {MOST_THEMES} themes; override one instead."
        raise InvalidInput(message, field="code")
