"""A firm's library: templates and codebook, what pushing them would change, and what was pushed."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from api.derive import Info, as_type, of_noun
from api.errors import camel_case
from api.relay import key_of
from api.types.questionnaire_content import QuestionnaireContent, show_content
from api.types.questionnaires import Questionnaire, QuestionnaireFinding
from api.types.themes import Theme, show_theme
from tenants import read_graph
from tenants.library import codebooks, models, pushing, service
from tenants.library import queries as library_queries
from tenants.library.models import PushKind
from tenants.library.pushing import PushOutcome
from tenants.questionnaires.findings import Finding
from tenants.reading import Key, Record

strawberry.enum(PushKind, description=(PushKind.__doc__ or "").strip())
strawberry.enum(PushOutcome, description=(PushOutcome.__doc__ or "").strip())

MOST_PUSHES = 100
TemplateId: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="A template of the viewer's firm.")
]
FirmId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="The viewer's firm.")]
OrganisationId: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="The organisation that it would go to.")
]


@strawberry.type
class LibraryTemplateVersion:
    """What a template says from one saving to the next; it never changes.

    Attributes:
        number: Counted from 1.
        languages: That it speaks, its fallback first.
        content_hash: Of everything that it says.
        note: What whoever saved it wrote about it; empty if nothing.
        saved_at: When (UTC).
        saved_by_name: Who saved it.
        changes: What is different from the version before, in sentences; none for the first.
    """

    number: int
    languages: list[str]
    content_hash: str
    note: str
    saved_at: datetime
    saved_by_name: str
    changes: list[str]


@of_noun(read_graph.LIBRARY_TEMPLATE)
class LibraryTemplate:
    """A questionnaire that a firm keeps for its clients.

    Attributes:
        id: Opaque and stable; what `pushTemplate` takes.
        code: Stable; also the code of the questionnaires that are made of it.
        name: Its title.
        is_retired: Whether it can be pushed no more.
    """

    id: strawberry.ID
    code: str
    name: str
    is_retired: bool

    @strawberry.field
    async def versions(
        self, root: strawberry.Parent[Record], info: Info
    ) -> list[LibraryTemplateVersion]:
        """What it said from one saving to the next, the newest first."""
        found = await info.context.run(
            service.list_template_versions,
            firm_id=root.key.organisation_id,
            template_id=root.key.id,
        )
        return [
            LibraryTemplateVersion(
                number=one.number,
                languages=list(one.languages),
                content_hash=one.content_hash,
                note=one.note,
                saved_at=one.saved_at,
                saved_by_name=one.saved_by,
                changes=list(one.changes),
            )
            for one in found
        ]

    @strawberry.field
    async def content(
        self, root: strawberry.Parent[Record], info: Info
    ) -> QuestionnaireContent | None:
        """Everything that its newest version says, as `saveTemplate` takes it."""
        found = await info.context.run(
            library_queries.find_newest,
            firm_id=root.key.organisation_id,
            template_id=root.key.id,
        )
        return show_content(found.definition) if found is not None else None


@strawberry.type
class TemplateDiff:
    """What pushing a template would change in an organisation. Nothing is changed by asking.

    Attributes:
        template: Which.
        number: Its newest version, which would be pushed.
        note: What that version is about.
        outcome: What would be done.
        questionnaire: The one that it would go to; null for a new one.
        draft_revision: Of the draft that is there; null without a draft.
        changes: What would be asked otherwise than in the version in use, in sentences; without
            such a version, otherwise than in the draft.
        draft_changes: What would become of the draft that is there, likewise.
        findings: What keeps it from being pushed: conditions on the offer that could single
            somebody out in this organisation.
    """

    template: LibraryTemplate | None
    number: int
    note: str
    outcome: PushOutcome
    questionnaire: Questionnaire | None
    draft_revision: int | None
    changes: list[str]
    draft_changes: list[str]
    findings: list[QuestionnaireFinding]


@strawberry.type
class LibraryPush:
    """That a firm pushed a template or its codebook to the organisation.

    A template became a draft, which somebody of the organisation's side still had to publish; what
    was published before stayed as it was.

    Attributes:
        kind: TEMPLATE or CODEBOOK.
        firm_name: Whose library.
        pushed_by_name: Who pushed it.
        pushed_at: When (UTC).
        template_name: Of a template: its title; else null.
        template_number: Of a template: which version of the library; else null.
        note: Of a template: what that version is about; else null.
        questionnaire: Of a template: where it went; else null.
        changes: What it changed here, in sentences.
    """

    kind: PushKind
    firm_name: str
    pushed_by_name: str
    pushed_at: datetime
    template_name: str | None
    template_number: int | None
    note: str | None
    questionnaire: Questionnaire | None
    changes: list[str]


async def find_template_diff(info: Info, template: str, organisation: str) -> TemplateDiff:
    """Return what pushing a template would change in an organisation.

    Raises:
        NotFound: One of them is not the viewer's to see.
        Forbidden: No engagement of the firm with the organisation names the viewer.
        Conflict: The template is retired.
    """
    key = key_of(read_graph.LIBRARY_TEMPLATE, template, field="templateId")
    place = key_of(read_graph.ORGANISATION, organisation, field="organisationId")
    found = await info.context.run(
        pushing.compare_template,
        organisation_id=place.organisation_id,
        firm_id=key.organisation_id,
        template_id=key.id,
    )
    record = await info.context.find_record(read_graph.LIBRARY_TEMPLATE, key)
    return TemplateDiff(
        template=as_type(record),
        number=found.version.number,
        note=found.version.note,
        outcome=found.outcome,
        questionnaire=await _questionnaire(info, place.organisation_id, found.questionnaire_id),
        draft_revision=found.draft_revision,
        changes=list(found.changes),
        draft_changes=list(found.draft_changes),
        findings=[_show_finding(one) for one in found.findings],
    )


async def find_codebook_diff(info: Info, firm: str, organisation: str) -> list[str]:
    """Return what pushing a firm's codebook would change in an organisation, in sentences.

    Raises:
        NotFound: One of them is not the viewer's to see.
        Forbidden: No engagement of the firm with the organisation names the viewer.
    """
    key = key_of(read_graph.FIRM, firm, field="firmId")
    place = key_of(read_graph.ORGANISATION, organisation, field="organisationId")
    return await info.context.run(
        codebooks.compare_codebook, organisation_id=place.organisation_id, firm_id=key.id
    )


async def find_firm_codebook(info: Info, firm: Key) -> list[Theme]:
    """Return a firm's codebook: the shared themes first, then its own."""
    found = await info.context.run(codebooks.get_firm_codebook, firm_id=firm.id)
    return [show_theme(one) for one in found.values()]


async def find_pushes(info: Info, organisation: Key) -> list[LibraryPush]:
    """Return what was pushed to an organisation, the newest first.

    Raises:
        Forbidden: The viewer's role does not include editing questionnaires.
    """
    found = await info.context.run(
        library_queries.list_pushes,
        organisation_id=organisation.organisation_id,
        most=MOST_PUSHES,
    )
    return [await show_push(info, one) for one in found]


async def find_push(info: Info, organisation: Key, push_id: UUID) -> LibraryPush:
    """Return one push to an organisation."""
    found = await info.context.run(
        library_queries.get_push,
        organisation_id=organisation.organisation_id,
        push_id=push_id,
    )
    return await show_push(info, found)


async def show_push(info: Info, push: models.LibraryPush) -> LibraryPush:
    """Return a push as the API shows it."""
    return LibraryPush(
        kind=push.kind,
        firm_name=push.firm_name,
        pushed_by_name=push.pushed_by_name,
        pushed_at=push.pushed_at,
        template_name=push.template_name,
        template_number=push.template_number,
        note=push.note,
        questionnaire=await _questionnaire(info, push.organisation_id, push.questionnaire_id),
        changes=list(push.changes),
    )


async def _questionnaire(
    info: Info, organisation_id: UUID, key: UUID | None
) -> Questionnaire | None:
    if key is None:
        return None
    found: Questionnaire | None = as_type(
        await info.context.find_record(read_graph.QUESTIONNAIRE, Key(organisation_id, key))
    )
    return found


def _show_finding(finding: Finding) -> QuestionnaireFinding:
    return QuestionnaireFinding(
        code=finding.code,
        message=finding.message,
        path=[camel_case(part) for part in finding.path],
        is_error=finding.is_error,
    )
