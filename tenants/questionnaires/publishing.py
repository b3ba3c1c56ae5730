"""Publishing drafts and retiring versions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Role, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, Forbidden
from tenants.questionnaires import version_queries
from tenants.questionnaires.checking import check_content
from tenants.questionnaires.definition import parse_definition
from tenants.questionnaires.drafting import changed_meanwhile
from tenants.questionnaires.findings import Finding, Unpublishable
from tenants.questionnaires.models import VersionState
from tenants.questionnaires.queries import DEFAULT_CODE
from tenants.questionnaires.service import add_version
from tenants.work import Session


async def publish_version(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    revision: int,
    findings: Sequence[Finding] = (),
) -> None:
    """Publish a draft: it never changes from then on, and new interviews are pinned to it.

    Interviews that are under way keep the version that they are pinned to.

    Args:
        session: The transaction.
        viewer: Somebody who publishes questionnaires.
        organisation_id: Whose.
        version_id: The draft.
        revision: Of the draft that was looked at.
        findings: What a higher room found in the draft, which knows of offers.

    Raises:
        NotFound: There is no such version for the viewer.
        Forbidden: The role publishes only where no firm serves the organisation.
        Unpublishable: Something is found in the draft that has to be mended first.
        Conflict: The version is no draft, or of another revision by now.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    await require_publisher(session, viewer, organisation_id)
    if version.state is not VersionState.DRAFT:
        message = "This version is published already."
        raise Conflict(message, field="versionId")
    _, found = check_content(version.definition)
    errors = [finding for finding in (*found, *findings) if finding.is_error]
    if errors:
        raise Unpublishable(errors)
    definition = parse_definition(version.definition)
    taken = await version_queries.take_draft(
        session, viewer, organisation_id=organisation_id, version_id=version_id, revision=revision
    )
    if not taken:
        raise changed_meanwhile(version)
    session.expunge(version)
    await add_version(
        session,
        organisation_id=organisation_id,
        questionnaire_id=version.questionnaire_id,
        definition=definition,
        number=version.number,
        version_id=version_id,
        revision=revision,
    )
    await audit.record(
        session, viewer, AuditAction.QUESTIONNAIRE_PUBLISHED, organisation_id, version_id
    )


async def retire_version(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> None:
    """Take a published version out of use; interviews that are pinned to it go on with it.

    Raises:
        NotFound: There is no such version for the viewer.
        Forbidden: The role retires only where no firm serves the organisation.
        Conflict: It is a draft, or the only version that interviews are opened with.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    await require_publisher(session, viewer, organisation_id)
    if version.state is VersionState.RETIRED:
        return
    if version.state is VersionState.DRAFT:
        message = "A draft is not in use; it cannot be retired."
        raise Conflict(message, field="versionId")
    questionnaire = await version_queries.lock_questionnaire(
        session, viewer, organisation_id=organisation_id, questionnaire_id=version.questionnaire_id
    )
    states = await version_queries.list_states(
        session, viewer, organisation_id=organisation_id, questionnaire_id=version.questionnaire_id
    )
    in_use = [number for number, one in states.items() if one is VersionState.PUBLISHED]
    if questionnaire.code == DEFAULT_CODE and in_use == [version.number]:
        message = "Interviews are opened with this version; publish another one first."
        raise Conflict(message, field="versionId")
    await version_queries.retire(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    await audit.record(
        session, viewer, AuditAction.QUESTIONNAIRE_RETIRED, organisation_id, version_id
    )


async def require_publisher(session: Session, viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer publishes here: HR does where no firm serves the organisation.

    Raises:
        Forbidden: Somebody else does.
    """
    require(viewer, Permission.QUESTIONNAIRE_PUBLISH, organisation_id)
    if viewer.role_in(organisation_id) is not Role.HR:
        return
    today = datetime.now(UTC).date()
    if await version_queries.is_engaged(
        session, viewer, organisation_id=organisation_id, today=today
    ):
        message = "While a firm serves the organisation, its consultants publish."
        raise Forbidden(message)
