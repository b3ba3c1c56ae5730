"""What a firm's administrator does with the library: saving templates and retiring them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput
from tenants.library import queries
from tenants.library.gate import require_in_firm
from tenants.library.models import LibraryTemplate, LibraryTemplateVersion
from tenants.questionnaires.changes import list_changes
from tenants.questionnaires.checking import check_content
from tenants.questionnaires.definition import (
    Definition,
    content_hash,
    parse_definition,
    to_json,
)
from tenants.questionnaires.findings import Unpublishable
from tenants.questionnaires.values import clean_text
from tenants.work import Session

LONGEST_NAME: Final = 200
LONGEST_NOTE: Final = 1_000
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A version of a template, as people read of it.

    Attributes:
        number: Counted from 1.
        languages: That it speaks, its fallback first.
        content_hash: Of everything that it says.
        note: What whoever saved it wrote about it.
        saved_at: When (UTC).
        saved_by: Whose name saved it.
        changes: What is different from the version before, in sentences.
    """

    number: int
    languages: Sequence[str]
    content_hash: str
    note: str
    saved_at: datetime
    saved_by: str
    changes: Sequence[str]


async def save_template(
    session: Session,
    viewer: Viewer,
    *,
    firm_id: UUID,
    code: str,
    name: str,
    document: Mapping[str, Any],
    based_on: int,
    note: str = "",
) -> UUID:
    """Let a template of the library say something from its next version on; return its id.

    Whoever says again what it says already saves nothing, and is no conflict. A retired template
    comes back by being saved. No organisation has it before it is pushed.

    Args:
        session: The transaction.
        viewer: An administrator of the firm.
        firm_id: Whose library.
        code: Which template; also the code of the questionnaires that are made of it.
        name: Its title.
        document: What it shall say; it has to be fit to be published.
        based_on: Number of the version that the change began with; 0 for a new template.
        note: For whoever pushes it, and for the organisations: what this version is about.

    Raises:
        NotFound: The viewer does not belong to the firm.
        Forbidden: The viewer does not administer it.
        InvalidInput: The code, the name, the note or the document will not do.
        Unpublishable: Something is found in the document that has to be mended first.
        Conflict: Somebody saved another version meanwhile; nothing was saved.
    """
    require_in_firm(viewer, Permission.LIBRARY_KEEP, firm_id)
    if not _CODE.fullmatch(code):
        message = "A code is a small letter and then small letters, digits and underscores."
        raise InvalidInput(message, field="code")
    title = _line(name, LONGEST_NAME, "name", least=1)
    said = _line(note, LONGEST_NOTE, "note")
    _, findings = check_content(document)
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        raise Unpublishable(errors)
    definition = parse_definition(document)
    template = await queries.ensure_template(
        session, viewer, firm_id=firm_id, code=code, name=title
    )
    is_new = await _add_version(session, viewer, template, definition, based_on=based_on, note=said)
    if is_new or template.is_retired or template.name != title:
        await audit.record_in_firm(
            session, viewer, AuditAction.TEMPLATE_SAVED, firm_id, template.id
        )
    await queries.set_template(session, viewer, template=template, name=title, is_retired=False)
    return template.id


async def _add_version(
    session: Session,
    viewer: Viewer,
    template: LibraryTemplate,
    definition: Definition,
    *,
    based_on: int,
    note: str,
) -> bool:
    """Return whether a template says something new, and keep it as its next version if so."""
    firm_id, digest = template.firm_id, content_hash(definition)
    newest = await queries.find_newest(session, viewer, firm_id=firm_id, template_id=template.id)
    if newest is not None and newest.content_hash == digest:
        return False
    number = newest.number if newest is not None else 0
    if number != based_on:
        raise _saved_meanwhile(number)
    assert viewer.id is not None  # noqa: S101 - whoever belongs to a firm is a person.
    session.add(
        LibraryTemplateVersion(
            firm_id=firm_id,
            template_id=template.id,
            number=number + 1,
            definition=to_json(definition),
            languages=list(definition.languages),
            content_hash=digest,
            note=note,
            saved_at=datetime.now(UTC),
            saved_by=viewer.id,
        )
    )
    await session.flush()
    return True


async def retire_template(
    session: Session, viewer: Viewer, *, firm_id: UUID, template_id: UUID
) -> None:
    """Let nobody push a template any more; what was pushed stays as it is.

    Raises:
        NotFound: There is no such template for the viewer.
        Forbidden: The viewer does not administer the firm.
    """
    template = await queries.get_template(session, viewer, firm_id=firm_id, template_id=template_id)
    require_in_firm(viewer, Permission.LIBRARY_KEEP, firm_id)
    if template.is_retired:
        return
    await queries.set_template(
        session, viewer, template=template, name=template.name, is_retired=True
    )
    await audit.record_in_firm(session, viewer, AuditAction.TEMPLATE_RETIRED, firm_id, template.id)


async def list_template_versions(
    session: Session, viewer: Viewer, *, firm_id: UUID, template_id: UUID
) -> list[TemplateVersion]:
    """Return the versions of a template, the newest first, each with what it changed.

    Raises:
        NotFound: There is no such template for the viewer.
    """
    await queries.get_template(session, viewer, firm_id=firm_id, template_id=template_id)
    found = await queries.list_versions(session, viewer, firm_id=firm_id, template_id=template_id)
    parsed = [parse_definition(version.definition) for version, _ in found]
    return [
        TemplateVersion(
            number=version.number,
            languages=version.languages,
            content_hash=version.content_hash,
            note=version.note,
            saved_at=version.saved_at,
            saved_by=name,
            changes=list_changes(parsed[place + 1], parsed[place])
            if place + 1 < len(parsed)
            else [],
        )
        for place, (version, name) in enumerate(found)
    ]


async def get_newest(
    session: Session, viewer: Viewer, *, firm_id: UUID, template_id: UUID
) -> tuple[LibraryTemplate, LibraryTemplateVersion]:
    """Return a template and what it says now.

    Raises:
        NotFound: There is no such template for the viewer.
        Conflict: It is retired.
    """
    template = await queries.get_template(session, viewer, firm_id=firm_id, template_id=template_id)
    version = await queries.find_newest(session, viewer, firm_id=firm_id, template_id=template_id)
    if template.is_retired or version is None:
        message = "This template is retired; save it again in the library to bring it back."
        raise Conflict(message, field="templateId")
    return template, version


def _saved_meanwhile(number: int) -> Conflict:
    if number == 0:
        message = "There is no such template yet: a new one is based on version 0."
    else:
        message = (
            f"The library has version {number} of this template. Nothing was saved: read it,"
            f" and repeat your change based on {number}."
        )
    return Conflict(message, field="basedOn")


def _line(text: str, longest: int, field: str, *, least: int = 0) -> str:
    try:
        line = " ".join(clean_text(text).split())
    except UnicodeEncodeError as error:
        message = "This text holds characters that cannot be kept."
        raise InvalidInput(message, field=field) from error
    if not least <= len(line) <= longest:
        message = f"A {field} has {least} to {longest} characters."
        raise InvalidInput(message, field=field)
    return line
