"""A firm's codebook: its themes over the shared ones, and pushing them to its organisations.

What is pushed is copied to the organisation, whose people read it and keep it when the firm has
gone; what the organisation says itself stays above it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict
from tenants.integrations.idempotency import once
from tenants.library import queries
from tenants.library.gate import require_in_firm
from tenants.library.models import LibraryTheme, PushKind
from tenants.library.pushing import require_pushing
from tenants.model import new_id
from tenants.themes import queries as theme_queries
from tenants.themes.codebook import Theme, ThemeLevel, ThemeLine, merge_levels
from tenants.themes.defaults import SHARED_THEMES
from tenants.themes.service import check_line, check_new_theme, get_codebook, said_over
from tenants.work import Session

LONGEST_QUOTE: Final = 120


async def get_firm_codebook(session: Session, viewer: Viewer, *, firm_id: UUID) -> dict[str, Theme]:
    """Return a firm's codebook by code: its own themes over the shared ones.

    Raises:
        NotFound: The viewer does not belong to the firm.
        Forbidden: The token is narrowed to other things.
    """
    require_in_firm(viewer, Permission.LIBRARY_READ, firm_id)
    lines = await queries.list_theme_lines(session, viewer, firm_id=firm_id)
    return merge_levels([(ThemeLevel.SHARED, SHARED_THEMES), (ThemeLevel.FIRM, lines)])


async def save_firm_theme(
    session: Session, viewer: Viewer, *, firm_id: UUID, line: ThemeLine
) -> Theme:
    """Say something of a theme for a firm: add one, override one, retire or restore one.

    What the line leaves open stays as it is. Organisations have it when it is pushed.

    Raises:
        NotFound: The viewer does not belong to the firm.
        Forbidden: The viewer does not administer it.
        InvalidInput: A part of it cannot be; the field is named.
    """
    require_in_firm(viewer, Permission.LIBRARY_KEEP, firm_id)
    check_line(line)
    await queries.lock_themes(session, viewer, firm_id=firm_id)
    known = await get_firm_codebook(session, viewer, firm_id=firm_id)
    own = {
        one.code: one for one in await queries.list_theme_lines(session, viewer, firm_id=firm_id)
    }
    if line.code not in known:
        check_new_theme(line, len(known))
    saved = said_over(own.get(line.code, ThemeLine(line.code)), line)
    assert viewer.id is not None  # noqa: S101 - whoever belongs to a firm is a person.
    row_id = new_id()
    session.add(
        LibraryTheme(
            firm_id=firm_id,
            id=row_id,
            code=saved.code,
            labels=dict(saved.labels),
            descriptions=dict(saved.descriptions),
            controllability=saved.controllability,
            audience=saved.audience,
            is_retired=saved.is_retired,
            saved_at=datetime.now(UTC),
            saved_by=viewer.id,
        )
    )
    await session.flush()
    await audit.record_in_firm(session, viewer, AuditAction.FIRM_THEME_SAVED, firm_id, row_id)
    return (await get_firm_codebook(session, viewer, firm_id=firm_id))[line.code]


async def compare_codebook(
    session: Session, viewer: Viewer, *, organisation_id: UUID, firm_id: UUID
) -> list[str]:
    """Return what pushing a firm's codebook would change in an organisation, in sentences.

    Raises:
        NotFound: The firm or the organisation is not the viewer's to see.
        Forbidden: No engagement of the firm with the organisation names the viewer.
    """
    require_in_firm(viewer, Permission.LIBRARY_READ, firm_id)
    await require_pushing(session, viewer, organisation_id=organisation_id, firm_id=firm_id)
    before = await get_codebook(session, viewer, organisation_id=organisation_id)
    lines = await queries.list_theme_lines(session, viewer, firm_id=firm_id)
    pushed = {
        one.code: one
        for one in await theme_queries.list_pushed_lines(
            session, viewer, organisation_id=organisation_id
        )
    }
    pushed |= {one.code: one for one in lines}
    own = await theme_queries.list_own_lines(session, viewer, organisation_id=organisation_id)
    after = merge_levels(
        [
            (ThemeLevel.SHARED, SHARED_THEMES),
            (ThemeLevel.FIRM, pushed.values()),
            (ThemeLevel.ORGANISATION, own),
        ]
    )
    return list_theme_changes(before, after)


async def push_codebook(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    firm_id: UUID,
    idempotency_key: str | None = None,
) -> UUID:
    """Copy a firm's themes to an organisation, under what it says itself; return the push's id.

    Nothing is taken away: a theme that was pushed before and is not the firm's any more stays, and
    excerpts keep their codes.

    Raises:
        NotFound: The firm or the organisation is not the viewer's to see.
        Forbidden: No engagement of the firm with the organisation names the viewer, or the role
            does not keep its codebook.
        Conflict: It would change nothing.
    """
    require_in_firm(viewer, Permission.LIBRARY_READ, firm_id)
    await require_pushing(session, viewer, organisation_id=organisation_id, firm_id=firm_id)
    require(viewer, Permission.CODEBOOK_EDIT, organisation_id)

    async def make() -> UUID:
        changes = await compare_codebook(
            session, viewer, organisation_id=organisation_id, firm_id=firm_id
        )
        if not changes:
            message = "The organisation's codebook says all this already; there is nothing to push."
            raise Conflict(message, field="firmId")
        for line in await queries.list_theme_lines(session, viewer, firm_id=firm_id):
            await theme_queries.save_pushed_line(
                session, viewer, organisation_id=organisation_id, line=line
            )
        push_id = await queries.add_push(
            session,
            viewer,
            organisation_id=organisation_id,
            firm_id=firm_id,
            kind=PushKind.CODEBOOK,
            changes=changes,
        )
        await audit.record(session, viewer, AuditAction.LIBRARY_PUSHED, organisation_id, push_id)
        await audit.record_in_firm(session, viewer, AuditAction.LIBRARY_PUSHED, firm_id, push_id)
        return push_id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="pushCodebook",
        key=idempotency_key,
        make=make,
    )


def list_theme_changes(before: Mapping[str, Theme], after: Mapping[str, Theme]) -> list[str]:
    """Return a sentence for everything in which a codebook differs from another one."""
    found: list[str] = []
    for code, theme in after.items():
        if code not in before:
            found.append(f'Theme {code} ("{_short(theme.label(None))}") is new.')
        else:
            found += _differences(before[code], theme)
    found += [f"Theme {code} goes." for code in before if code not in after]
    return found


def _differences(before: Theme, after: Theme) -> Iterator[str]:
    code = after.code
    for what, old, new in (
        ("The name", before.labels, after.labels),
        ("The description", before.descriptions, after.descriptions),
    ):
        for language in dict.fromkeys((*old, *new)):
            was, now = old.get(language, ""), new.get(language, "")
            if was and was != now:
                yield f'{what} of {code} in {language} was "{_short(was)}" and is "{_short(now)}".'
            elif was != now:
                yield f'{what} of {code} in {language} is "{_short(now)}".'
    for what, was, now in (
        ("Controllability", before.controllability.value, after.controllability.value),
        ("The audience", before.audience.value, after.audience.value),
    ):
        if was != now:
            yield f"{what} of {code} was {was} and is {now}."
    if before.is_retired is not after.is_retired:
        yield f"Theme {code} {'is retired' if after.is_retired else 'is in use again'}."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"
