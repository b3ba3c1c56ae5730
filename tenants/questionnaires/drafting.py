"""Writing questionnaires: drafts, their checks, publishing and retiring."""

import itertools
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput
from tenants.integrations.idempotency import once
from tenants.model import new_id
from tenants.questionnaires import version_queries
from tenants.questionnaires.definition import (
    content_hash,
    parse_draft,
    to_json,
)
from tenants.questionnaires.models import QuestionnaireVersion, VersionState
from tenants.questionnaires.translations import translated
from tenants.questionnaires.values import clean_text
from tenants.work import Session

LONGEST_NAME: Final = 200
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_MOST_SAME_NAMES: Final = 100

Document = Mapping[str, Any]


async def create_questionnaire(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    name: str,
    document: Document,
    code: str | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Add a questionnaire with a first draft; return the questionnaire's id.

    Args:
        session: The transaction.
        viewer: Somebody who edits questionnaires.
        organisation_id: Whose.
        name: Its title within the organisation.
        document: What the draft says; translations into all but the first language may be missing.
        code: Its short name within the organisation; one is made of the name if None.
        idempotency_key: A repetition with the same key finds the same questionnaire.

    Raises:
        NotFound: The viewer has no part in the organisation.
        InvalidInput: The document is none that a draft could say.
        Conflict: The organisation has a questionnaire with the code.
    """

    async def make() -> UUID:
        definition, _ = parse_draft(document)
        title = _checked_name(name)
        codes = [code] if code is not None else _codes_for(title)
        if code is not None and not _CODE.fullmatch(code):
            message = "A code is a small letter and then small letters, digits and underscores."
            raise InvalidInput(message, field="code")
        questionnaire_id = await version_queries.add_questionnaire(
            session, viewer, organisation_id=organisation_id, codes=codes, name=title
        )
        if questionnaire_id is None:
            message = f"There is a questionnaire with the code {code or codes[0]} already."
            raise Conflict(message, field="code")
        await _add_draft(
            session, viewer, organisation_id, questionnaire_id, 1, document=to_json(definition)
        )
        return questionnaire_id

    # Whoever may not is told so before the key is looked at.
    await version_queries.require_editor(session, viewer, organisation_id=organisation_id)
    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="createQuestionnaire",
        key=idempotency_key,
        make=make,
    )


async def update_draft(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    revision: int,
    document: Document,
) -> None:
    """Make a draft say something else, unless somebody else changed it meanwhile.

    Saying again what it says already changes nothing and is no conflict, whatever the revision.

    Args:
        session: The transaction.
        viewer: Somebody who edits questionnaires.
        organisation_id: Whose.
        version_id: The draft.
        revision: Of the draft that the change began with.
        document: What it shall say.

    Raises:
        NotFound: There is no such version for the viewer.
        InvalidInput: The document is none that a draft could say.
        Conflict: The version is no draft, or of another revision by now; nothing was changed.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    definition, _ = parse_draft(document)
    await _rewrite(session, viewer, version, revision, to_json(definition))


async def translate_draft(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    revision: int,
    language: str,
    texts: Mapping[str, str],
) -> None:
    """Put texts of one language into a draft, which speaks it from then on.

    Args:
        session: The transaction.
        viewer: Somebody who edits questionnaires.
        organisation_id: Whose.
        version_id: The draft.
        revision: Of the draft that the translation began with.
        language: Which.
        texts: By key, as `translations.walk_texts` makes them; an empty one takes a text away.

    Raises:
        NotFound: There is no such version for the viewer.
        InvalidInput: A key names no text, or a text will not do.
        Conflict: The version is no draft, or of another revision by now; nothing was changed.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    definition, _ = parse_draft(translated(version.definition, language, texts))
    await _rewrite(session, viewer, version, revision, to_json(definition))


async def copy_version(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    name: str | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Begin a draft with what a version says; return the id of its questionnaire.

    Args:
        session: The transaction.
        viewer: Somebody who edits questionnaires.
        organisation_id: Whose.
        version_id: The version to begin with, in whatever state.
        name: Of a new questionnaire; the draft becomes the next version of the same one if None.
        idempotency_key: A repetition with the same key begins nothing.

    Raises:
        NotFound: There is no such version for the viewer.
        Conflict: The questionnaire has a draft already.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )

    async def make() -> UUID:
        if name is not None:
            return await create_questionnaire(
                session,
                viewer,
                organisation_id=organisation_id,
                name=name,
                document=version.definition,
            )
        await begin_draft(
            session,
            viewer,
            organisation_id=organisation_id,
            questionnaire_id=version.questionnaire_id,
            document=version.definition,
        )
        return version.questionnaire_id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="copyQuestionnaireVersion",
        key=idempotency_key,
        make=make,
    )


async def delete_draft(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID, revision: int
) -> UUID | None:
    """Delete a draft for good, unless somebody else changed it meanwhile.

    A questionnaire that has no other version goes with it, and its code is free again.

    Args:
        session: The transaction.
        viewer: Somebody who edits questionnaires.
        organisation_id: Whose.
        version_id: The draft.
        revision: Of the draft that was looked at.

    Returns:
        The questionnaire's id; None if it went, too.

    Raises:
        NotFound: There is no such version for the viewer.
        Conflict: The version is no draft, or of another revision by now; nothing was deleted.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    if version.state is not VersionState.DRAFT:
        message = "A published version stays; retire it if it shall not be used any more."
        raise Conflict(message, field="versionId")
    questionnaire_id = version.questionnaire_id
    # Whoever copies a version to a draft comes before or after, and finds the questionnaire or not.
    await version_queries.lock_questionnaire(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
    )
    taken = await version_queries.take_draft(
        session, viewer, organisation_id=organisation_id, version_id=version_id, revision=revision
    )
    if not taken:
        raise changed_meanwhile(version)
    session.expunge(version)
    await audit.record(
        session, viewer, AuditAction.QUESTIONNAIRE_DRAFT_DELETED, organisation_id, version_id
    )
    states = await version_queries.list_states(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
    )
    # What a firm pushed stays, without a version, until the firm pushes another one.
    gone = not states and await version_queries.delete_questionnaire(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
    )
    return None if gone else questionnaire_id


async def _rewrite(
    session: Session,
    viewer: Viewer,
    version: QuestionnaireVersion,
    revision: int,
    document: dict[str, Any],
) -> None:
    """Write a draft anew, one revision later."""
    if version.state is not VersionState.DRAFT:
        message = "A published version never changes; copy it to a new draft."
        raise Conflict(message, field="versionId")
    if document == version.definition:
        return
    taken = await version_queries.take_draft(
        session,
        viewer,
        organisation_id=version.organisation_id,
        version_id=version.id,
        revision=revision,
    )
    if not taken:
        raise changed_meanwhile(version)
    session.expunge(version)
    await _add_draft(
        session,
        viewer,
        version.organisation_id,
        version.questionnaire_id,
        version.number,
        document=document,
        version_id=version.id,
        revision=revision + 1,
    )


def changed_meanwhile(version: QuestionnaireVersion) -> Conflict:
    """Return the refusal for somebody who began with an earlier revision."""
    message = (
        f"Somebody changed this draft meanwhile; it is at revision {version.revision} now."
        " Nothing was saved: read it again and repeat your change."
    )
    return Conflict(message, field="revision")


async def begin_draft(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    questionnaire_id: UUID,
    document: Document,
) -> None:
    """Begin the next draft of a questionnaire.

    Raises:
        Forbidden: The viewer may not edit questionnaires there.
        InvalidInput: The document is none that a draft could say.
        Conflict: The questionnaire has a draft already.
    """
    await version_queries.lock_questionnaire(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
    )
    states = await version_queries.list_states(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
    )
    if VersionState.DRAFT in states.values():
        message = "This questionnaire has a draft already."
        raise Conflict(message, field="versionId")
    definition, _ = parse_draft(document)
    await _add_draft(
        session,
        viewer,
        organisation_id,
        questionnaire_id,
        max(states) + 1,
        document=to_json(definition),
    )


async def _add_draft(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    questionnaire_id: UUID,
    number: int,
    *,
    document: dict[str, Any],
    version_id: UUID | None = None,
    revision: int = 1,
) -> None:
    definition, _ = parse_draft(document)
    action = AuditAction.QUESTIONNAIRE_DRAFT_CHANGED
    if version_id is None:
        version_id, action = new_id(), AuditAction.QUESTIONNAIRE_DRAFT_BEGUN
    session.add(
        QuestionnaireVersion(
            organisation_id=organisation_id,
            id=version_id,
            questionnaire_id=questionnaire_id,
            number=number,
            state=VersionState.DRAFT,
            definition=document,
            languages=list(definition.languages),
            content_hash=content_hash(definition),
            published_at=None,
            revision=revision,
        )
    )
    await session.flush()
    await audit.record(session, viewer, action, organisation_id, version_id)


def _checked_name(name: str) -> str:
    try:
        title = " ".join(clean_text(name).split())
    except UnicodeEncodeError:
        title = ""
    if not 0 < len(title) <= LONGEST_NAME:
        message = f"A name has 1 to {LONGEST_NAME} characters."
        raise InvalidInput(message, field="name")
    return title


def _codes_for(name: str) -> list[str]:
    """Return codes made of a name, the plainest first."""
    words = re.findall(r"[a-z0-9]+", name.lower(), re.ASCII)
    plain = "_".join(words)[:50].strip("_")
    if not plain or not plain[0].isalpha():
        plain = f"questionnaire_{plain}".rstrip("_")[:60]
    numbers = itertools.count(2)
    return [plain, *(f"{plain}_{next(numbers)}" for _ in range(_MOST_SAME_NAMES))]
