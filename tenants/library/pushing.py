"""A template's way into an organisation: what would change, then a draft that is the client's.

What is pushed becomes a draft of the organisation's questionnaire, never a published version, and
the organisation's own rules hold for it from then on. A draft that somebody there has edited is not
overwritten, unless whoever pushes names the revision that was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Role, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, Forbidden, NotFound
from tenants.integrations.idempotency import once
from tenants.library import queries
from tenants.library.models import LibraryTemplate, LibraryTemplateVersion, PushKind
from tenants.library.service import get_newest
from tenants.offers.narrow_conditions import find_narrow
from tenants.questionnaires import drafting
from tenants.questionnaires.changes import list_changes
from tenants.questionnaires.definition import parse_draft
from tenants.questionnaires.findings import Finding, Unpublishable
from tenants.questionnaires.models import QuestionnaireVersion, VersionState
from tenants.work import Session


class PushOutcome(StrEnum):
    """What pushing a template would do in an organisation, as it stands.

    NEW_QUESTIONNAIRE: make one, with a draft. NEW_DRAFT: begin a draft of the questionnaire that is
    there. RENEWED_DRAFT: write a draft anew that was pushed before and not touched since.
    EDITED_DRAFT: nothing, because somebody edited the draft; to replace it, name its revision.
    UNCHANGED: nothing, because it says this already.
    """

    NEW_QUESTIONNAIRE = "NEW_QUESTIONNAIRE"
    NEW_DRAFT = "NEW_DRAFT"
    RENEWED_DRAFT = "RENEWED_DRAFT"
    EDITED_DRAFT = "EDITED_DRAFT"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class TemplateDiff:
    """What pushing a template would change in an organisation.

    Attributes:
        template: Which.
        version: What it says now.
        outcome: What would be done.
        questionnaire_id: The questionnaire that it goes to; None for a new one.
        draft_revision: Of the draft that is there; None without a draft.
        changes: In sentences, what would be asked otherwise than in the version in use; for a
            questionnaire that has none, than in its draft.
        draft_changes: Likewise, what of the draft that is there would be lost or added.
        findings: What keeps it from being pushed: conditions that could single somebody out here.
    """

    template: LibraryTemplate
    version: LibraryTemplateVersion
    outcome: PushOutcome
    questionnaire_id: UUID | None
    draft_revision: int | None
    changes: Sequence[str]
    draft_changes: Sequence[str]
    findings: Sequence[Finding]


async def compare_template(
    session: Session, viewer: Viewer, *, organisation_id: UUID, firm_id: UUID, template_id: UUID
) -> TemplateDiff:
    """Return what pushing a template would change in an organisation; nothing is changed.

    Raises:
        NotFound: The template or the organisation is not the viewer's to see.
        Forbidden: No engagement of the firm with the organisation names the viewer.
        Conflict: The template is retired.
    """
    diff, _ = await _compare(session, viewer, organisation_id, firm_id, template_id)
    return diff


async def push_template(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    firm_id: UUID,
    template_id: UUID,
    replaces_revision: int | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Make or renew the draft of a template in an organisation; return the push's id.

    The organisation's people read who pushed which version of what, and what it changed. Published
    versions, and the interviews pinned to them, stay as they are.

    Args:
        session: The transaction.
        viewer: A consultant of the firm, whom an engagement with the organisation names.
        organisation_id: Where to.
        firm_id: From whose library.
        template_id: Which template; its newest version goes.
        replaces_revision: Of a draft that was edited in the organisation: that it was read, and
            shall be replaced.
        idempotency_key: A repetition with the same key pushes nothing again.

    Raises:
        NotFound: The template or the organisation is not the viewer's to see.
        Forbidden: No engagement of the firm with the organisation names the viewer.
        Conflict: The template is retired, the organisation has this already, or its draft was
            edited; nothing was changed.
        Unpublishable: A condition could single somebody out in this organisation.
    """
    await queries.get_template(session, viewer, firm_id=firm_id, template_id=template_id)
    await require_pushing(session, viewer, organisation_id=organisation_id, firm_id=firm_id)

    async def make() -> UUID:
        diff, draft = await _compare(session, viewer, organisation_id, firm_id, template_id)
        if diff.findings:
            raise Unpublishable(list(diff.findings))
        _refuse(diff, replaces_revision)
        questionnaire_id = await _write(session, viewer, organisation_id, diff, draft)
        written = await queries.list_questionnaire_versions(
            session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
        )
        push_id = await queries.add_push(
            session,
            viewer,
            organisation_id=organisation_id,
            firm_id=firm_id,
            kind=PushKind.TEMPLATE,
            changes=diff.changes,
            template=diff.template,
            version=diff.version,
            questionnaire_id=questionnaire_id,
            version_id=written[0].id,
        )
        await audit.record(session, viewer, AuditAction.LIBRARY_PUSHED, organisation_id, push_id)
        await audit.record_in_firm(session, viewer, AuditAction.LIBRARY_PUSHED, firm_id, push_id)
        return push_id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="pushTemplate",
        key=idempotency_key,
        make=make,
    )


async def require_pushing(
    session: Session, viewer: Viewer, *, organisation_id: UUID, firm_id: UUID
) -> None:
    """Return only if the viewer may push the firm's library to the organisation.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role there does not include it, or no engagement of the firm names the
            viewer.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    if viewer.role_in(organisation_id) is not Role.CONSULTANT:
        message = "Only consultants whom an engagement of this firm names may push its library."
        raise Forbidden(message)
    await queries.require_serving(
        session,
        viewer,
        organisation_id=organisation_id,
        firm_id=firm_id,
        today=datetime.now(UTC).date(),
    )


async def _compare(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    firm_id: UUID,
    template_id: UUID,
) -> tuple[TemplateDiff, QuestionnaireVersion | None]:
    """Return what would change, and the draft that is there."""
    template, version = await get_newest(session, viewer, firm_id=firm_id, template_id=template_id)
    await require_pushing(session, viewer, organisation_id=organisation_id, firm_id=firm_id)
    questionnaire_id = await queries.find_receiving(
        session, viewer, organisation_id=organisation_id, template=template
    )
    versions: Sequence[QuestionnaireVersion] = ()
    if questionnaire_id is not None:
        versions = await queries.list_questionnaire_versions(
            session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire_id
        )
    draft = _in_state(versions, VersionState.DRAFT)
    in_use = _in_state(versions, VersionState.PUBLISHED)
    findings = await find_narrow(session, viewer, organisation_id, version.definition)
    diff = TemplateDiff(
        template=template,
        version=version,
        outcome=await _outcome(session, viewer, version, versions),
        questionnaire_id=questionnaire_id,
        draft_revision=draft.revision if draft else None,
        changes=_changes(in_use or draft, version),
        draft_changes=_changes(draft, version) if draft else [],
        findings=findings,
    )
    return diff, draft


async def _outcome(
    session: Session,
    viewer: Viewer,
    version: LibraryTemplateVersion,
    there: Sequence[QuestionnaireVersion],
) -> PushOutcome:
    """Return what pushing a version would do where an organisation has others of it."""
    if not there:
        return PushOutcome.NEW_QUESTIONNAIRE
    draft, in_use = _in_state(there, VersionState.DRAFT), _in_state(there, VersionState.PUBLISHED)
    standing = draft or in_use
    if standing is not None and standing.content_hash == version.content_hash:
        return PushOutcome.UNCHANGED
    if draft is None:
        return PushOutcome.NEW_DRAFT
    pushed = await queries.find_last_push(
        session, viewer, organisation_id=draft.organisation_id, version_id=draft.id
    )
    if pushed is not None and pushed.content_hash == draft.content_hash:
        return PushOutcome.RENEWED_DRAFT
    return PushOutcome.EDITED_DRAFT


def _in_state(
    versions: Sequence[QuestionnaireVersion], state: VersionState
) -> QuestionnaireVersion | None:
    """Return the newest version in a state, of some in that order."""
    return next((one for one in versions if one.state is state), None)


def _changes(before: QuestionnaireVersion | None, after: LibraryTemplateVersion) -> list[str]:
    if before is None:
        return ["The questionnaire is new."]
    old, _ = parse_draft(before.definition)
    new, _ = parse_draft(after.definition)
    return list_changes(old, new)


def _refuse(diff: TemplateDiff, replaces_revision: int | None) -> None:
    """Return only if pushing would do something, and take nothing from anybody unawares.

    Raises:
        Conflict: It would not.
    """
    if diff.outcome is PushOutcome.UNCHANGED:
        message = "The organisation has exactly this already; there is nothing to push."
        raise Conflict(message, field="templateId")
    if diff.outcome is PushOutcome.EDITED_DRAFT and replaces_revision is None:
        message = (
            f"Somebody edited this draft in the organisation; it is at revision"
            f" {diff.draft_revision} now. Nothing was changed. Let it be published first, or read"
            f" what would be lost and push with replacesRevision: {diff.draft_revision}."
        )
        raise Conflict(message, field="replacesRevision")
    if replaces_revision is not None and replaces_revision != diff.draft_revision:
        there = "has no draft" if diff.draft_revision is None else f"is at {diff.draft_revision}"
        message = f"The questionnaire {there} by now; nothing was changed. Look at it again."
        raise Conflict(message, field="replacesRevision")


async def _write(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    diff: TemplateDiff,
    draft: QuestionnaireVersion | None,
) -> UUID:
    """Write the draft; return the questionnaire's id."""
    document = diff.version.definition
    if diff.questionnaire_id is None:
        return await drafting.create_questionnaire(
            session,
            viewer,
            organisation_id=organisation_id,
            name=diff.template.name,
            code=diff.template.code,
            document=document,
        )
    if draft is None:
        await drafting.begin_draft(
            session,
            viewer,
            organisation_id=organisation_id,
            questionnaire_id=diff.questionnaire_id,
            document=document,
        )
    else:
        await drafting.update_draft(
            session,
            viewer,
            organisation_id=organisation_id,
            version_id=draft.id,
            revision=draft.revision,
            document=document,
        )
    return diff.questionnaire_id
