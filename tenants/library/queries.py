"""All SQL of firms' libraries and of what was pushed from them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from tenants.access import Permission, Role, Viewer, require
from tenants.errors import Forbidden, NotFound
from tenants.library.gate import require_in_firm
from tenants.library.models import (
    LibraryPush,
    LibraryTemplate,
    LibraryTemplateVersion,
    LibraryTheme,
    PushKind,
)
from tenants.model import new_id
from tenants.organisations.models import Engagement, EngagementConsultant, Firm, Person
from tenants.questionnaires.models import Questionnaire, QuestionnaireVersion
from tenants.themes.codebook import ThemeLine
from tenants.work import Session


def visible_templates(viewer: Viewer, _role: Role | None) -> ColumnElement[bool]:
    """Return which templates a person may see: those of firms that the person belongs to."""
    own = [
        key for key, role in viewer.firms.items() if viewer.grants(role, Permission.LIBRARY_READ)
    ]
    return LibraryTemplate.firm_id == any_(literal(own, ARRAY(Uuid())))


async def get_template(
    session: Session, viewer: Viewer, *, firm_id: UUID, template_id: UUID, lock: bool = False
) -> LibraryTemplate:
    """Return a template of a firm, locked until the transaction ends if that is asked for.

    Raises:
        NotFound: There is none for the viewer.
    """
    found = None
    if firm_id in viewer.firms:
        statement = select(LibraryTemplate).where(
            LibraryTemplate.firm_id == firm_id,
            LibraryTemplate.id == template_id,
            visible_templates(viewer, None),
        )
        found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        noun = "librarytemplate"
        raise NotFound(noun, field="templateId")
    return found


async def ensure_template(
    session: Session, viewer: Viewer, *, firm_id: UUID, code: str, name: str
) -> LibraryTemplate:
    """Return the firm's template with a code, made if there is none, and locked."""
    require_in_firm(viewer, Permission.LIBRARY_KEEP, firm_id)
    await session.execute(
        insert(LibraryTemplate)
        .values(firm_id=firm_id, id=new_id(), code=code, name=name, is_retired=False)
        .on_conflict_do_nothing()
    )
    return (
        await session.scalars(
            select(LibraryTemplate)
            .where(LibraryTemplate.firm_id == firm_id, LibraryTemplate.code == code)
            .with_for_update()
        )
    ).one()


async def set_template(
    session: Session, viewer: Viewer, *, template: LibraryTemplate, name: str, is_retired: bool
) -> None:
    """Give a template a name, and say whether it is retired."""
    require_in_firm(viewer, Permission.LIBRARY_KEEP, template.firm_id)
    await session.execute(
        update(LibraryTemplate)
        .where(LibraryTemplate.firm_id == template.firm_id, LibraryTemplate.id == template.id)
        .values(name=name, is_retired=is_retired)
    )


async def list_versions(
    session: Session, viewer: Viewer, *, firm_id: UUID, template_id: UUID
) -> Sequence[tuple[LibraryTemplateVersion, str]]:
    """Return the versions of a template with who saved them, the newest first."""
    require_in_firm(viewer, Permission.LIBRARY_READ, firm_id)
    rows = await session.execute(
        select(LibraryTemplateVersion, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == LibraryTemplateVersion.saved_by)
        .where(
            LibraryTemplateVersion.firm_id == firm_id,
            LibraryTemplateVersion.template_id == template_id,
        )
        .order_by(LibraryTemplateVersion.number.desc())
    )
    return [(version, name) for version, name in rows]


async def find_newest(
    session: Session, viewer: Viewer, *, firm_id: UUID, template_id: UUID
) -> LibraryTemplateVersion | None:
    """Return what a template says now, or None before anything was saved."""
    require_in_firm(viewer, Permission.LIBRARY_READ, firm_id)
    return await session.scalar(
        select(LibraryTemplateVersion)
        .where(
            LibraryTemplateVersion.firm_id == firm_id,
            LibraryTemplateVersion.template_id == template_id,
        )
        .order_by(LibraryTemplateVersion.number.desc())
        .limit(1)
    )


async def list_theme_lines(
    session: Session, viewer: Viewer, *, firm_id: UUID
) -> Sequence[ThemeLine]:
    """Return what a firm says of themes now, the first said first."""
    require_in_firm(viewer, Permission.LIBRARY_READ, firm_id)
    rows = await session.scalars(
        select(LibraryTheme)
        .ext(distinct_on(LibraryTheme.code))
        .where(LibraryTheme.firm_id == firm_id)
        .order_by(LibraryTheme.code, LibraryTheme.id.desc())
    )
    return [
        ThemeLine(
            code=row.code,
            labels=row.labels,
            descriptions=row.descriptions,
            controllability=row.controllability,
            audience=row.audience,
            is_retired=row.is_retired,
        )
        for row in rows
    ]


async def lock_themes(session: Session, viewer: Viewer, *, firm_id: UUID) -> None:
    """Let nobody else say anything of the firm's themes until the transaction ends."""
    require_in_firm(viewer, Permission.LIBRARY_KEEP, firm_id)
    key = func.hashtextextended(f"library_themes {firm_id}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def require_serving(
    session: Session, viewer: Viewer, *, organisation_id: UUID, firm_id: UUID, today: date
) -> None:
    """Return only if an engagement of the firm, in force on a day, names the viewer.

    Raises:
        Forbidden: None does: the viewer is here for another firm, or not as a consultant.
    """
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    found = await session.scalar(
        select(Engagement.id)
        .join(
            EngagementConsultant,
            (EngagementConsultant.organisation_id == Engagement.organisation_id)
            & (EngagementConsultant.engagement_id == Engagement.id),
        )
        .where(
            Engagement.organisation_id == organisation_id,
            Engagement.firm_id == firm_id,
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
            EngagementConsultant.person_id == viewer.id,
        )
        .limit(1)
    )
    if found is None:
        message = "Only consultants whom an engagement of this firm names may push its library."
        raise Forbidden(message)


async def list_questionnaire_versions(
    session: Session, viewer: Viewer, *, organisation_id: UUID, questionnaire_id: UUID
) -> Sequence[QuestionnaireVersion]:
    """Return the versions of an organisation's questionnaire, the newest first."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    rows = await session.scalars(
        select(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
        )
        .order_by(QuestionnaireVersion.number.desc())
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def find_receiving(
    session: Session, viewer: Viewer, *, organisation_id: UUID, template: LibraryTemplate
) -> UUID | None:
    """Return the questionnaire that a template goes to: where it went last, or of the same code."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    pushed = await session.scalar(
        select(LibraryPush.questionnaire_id)
        .where(
            LibraryPush.organisation_id == organisation_id,
            LibraryPush.template_id == template.id,
        )
        .order_by(LibraryPush.pushed_at.desc(), LibraryPush.id.desc())
        .limit(1)
    )
    if pushed is not None:
        return pushed
    return await session.scalar(
        select(Questionnaire.id).where(
            Questionnaire.organisation_id == organisation_id, Questionnaire.code == template.code
        )
    )


async def find_last_push(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> LibraryPush | None:
    """Return the push that wrote a draft last, or None when none did."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    return await session.scalar(
        select(LibraryPush)
        .where(LibraryPush.organisation_id == organisation_id, LibraryPush.version_id == version_id)
        .order_by(LibraryPush.pushed_at.desc(), LibraryPush.id.desc())
        .limit(1)
    )


async def add_push(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    firm_id: UUID,
    kind: PushKind,
    changes: Sequence[str],
    template: LibraryTemplate | None = None,
    version: LibraryTemplateVersion | None = None,
    questionnaire_id: UUID | None = None,
    version_id: UUID | None = None,
) -> UUID:
    """Keep that something was pushed, by whom, and what it changed; return the push's id."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    push = LibraryPush(
        organisation_id=organisation_id,
        id=new_id(),
        kind=kind,
        firm_id=firm_id,
        firm_name=await session.scalar(select(Firm.name).where(Firm.id == firm_id)) or "",
        pushed_by=viewer.id,
        pushed_by_name=viewer.name or "",
        pushed_at=datetime.now(UTC),
        changes=list(changes),
        template_id=template.id if template else None,
        template_name=template.name if template else None,
        template_number=version.number if version else None,
        note=version.note if version else None,
        questionnaire_id=questionnaire_id,
        version_id=version_id,
        content_hash=version.content_hash if version else None,
    )
    session.add(push)
    await session.flush()
    return push.id


async def list_pushes(
    session: Session, viewer: Viewer, *, organisation_id: UUID, most: int
) -> Sequence[LibraryPush]:
    """Return what was pushed to an organisation, the newest first."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    rows = await session.scalars(
        select(LibraryPush)
        .where(LibraryPush.organisation_id == organisation_id)
        .order_by(LibraryPush.pushed_at.desc(), LibraryPush.id.desc())
        .limit(most)
    )
    return rows.all()


async def get_push(
    session: Session, viewer: Viewer, *, organisation_id: UUID, push_id: UUID
) -> LibraryPush:
    """Return one push to an organisation."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    return (
        await session.scalars(
            select(LibraryPush).where(
                LibraryPush.organisation_id == organisation_id, LibraryPush.id == push_id
            )
        )
    ).one()
