"""All SQL of what is written to candidates, and of who is not written to any more."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from tenants.access import Permission, Viewer, require
from tenants.errors import NotFound
from tenants.interviews.mail_models import (
    InvitationMail,
    InvitationSettings,
    InvitationTexts,
    WrittenAddress,
)
from tenants.interviews.models import Interview, Invitation
from tenants.model import new_id
from tenants.offers.models import Application, Offer
from tenants.organisations.models import Organisation
from tenants.work import Session


def require_opening(viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer opens interviews, or records what opens them by itself.

    A machine's token that records offers and nothing else lets a declined one's interview begin.

    Raises:
        Forbidden: Neither.
    """
    if not viewer.may(Permission.OFFER_RECORD, organisation_id):
        require(viewer, Permission.INTERVIEW_OPEN, organisation_id)


async def find_settings(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> InvitationSettings | None:
    """Return the row of an organisation's settings, or None; nothing outside the viewer's scope."""
    if viewer.role_in(organisation_id) is None:
        return None
    return await session.scalar(
        select(InvitationSettings)
        .where(InvitationSettings.organisation_id == organisation_id)
        .execution_options(populate_existing=True)
    )


async def get_organisation_name(session: Session, viewer: Viewer, *, organisation_id: UUID) -> str:
    """Return an organisation's name, for whoever looks at its mails.

    Raises:
        NotFound: The viewer has no part in the organisation.
    """
    name = None
    if viewer.role_in(organisation_id) is not None:
        name = await session.scalar(
            select(Organisation.name).where(Organisation.id == organisation_id)
        )
    if name is None:
        noun = "organisation"
        raise NotFound(noun)
    return name


async def save_settings(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    revision: int,
    values: dict[str, Any],
) -> bool:
    """Write settings over those of a revision; return whether they were of that revision.

    Args:
        session: The transaction.
        viewer: Somebody who edits what candidates are asked and told.
        organisation_id: Whose.
        revision: Of what the change began with; 0 where there was no row.
        values: All columns but the key and the revision.
    """
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    given = {**values, "revision": revision + 1}
    if revision == 0:
        statement: Any = (
            insert(InvitationSettings)
            .values(organisation_id=organisation_id, **given)
            .on_conflict_do_nothing()
            .returning(InvitationSettings.revision)
        )
    else:
        statement = (
            update(InvitationSettings)
            .where(
                InvitationSettings.organisation_id == organisation_id,
                InvitationSettings.revision == revision,
            )
            .values(**given)
            .returning(InvitationSettings.revision)
            .execution_options(synchronize_session=False)
        )
    return await session.scalar(statement) is not None


async def list_texts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, newest_only: bool = False
) -> Sequence[InvitationTexts]:
    """Return the versions of an organisation's texts, the newest first."""
    if viewer.role_in(organisation_id) is None:
        return []
    statement = (
        select(InvitationTexts)
        .where(InvitationTexts.organisation_id == organisation_id)
        .order_by(InvitationTexts.number.desc())
    )
    return (await session.scalars(statement.limit(1) if newest_only else statement)).all()


async def add_texts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, number: int, texts: dict[str, Any]
) -> bool:
    """Add a version of the texts; return whether nobody else had taken its number."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    added = await session.scalar(
        insert(InvitationTexts)
        .values(
            organisation_id=organisation_id,
            number=number,
            texts=texts,
            written_at=datetime.now(UTC),
        )
        .on_conflict_do_nothing()
        .returning(InvitationTexts.number)
    )
    return added is not None


async def claim_address(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    address_key: bytes,
    today: date,
    invited_before: date | None,
) -> bool:
    """Note that an address is invited today, and return whether it may be.

    Of two who ask at the same moment the second waits and then is told no.

    Args:
        session: The transaction.
        viewer: Whoever invites, or a job or an intake that does it by itself.
        organisation_id: On whose behalf.
        address_key: The hash of the address.
        today: The day.
        invited_before: The last day of another invitation that does not stand in the way; None if
            none does.
    """
    require_opening(viewer, organisation_id)
    statement = insert(WrittenAddress).values(
        organisation_id=organisation_id, address_key=address_key, invited_on=today
    )
    free: ColumnElement[bool] = WrittenAddress.opted_out_on.is_(None)
    if invited_before is not None:
        free = and_(
            free,
            or_(WrittenAddress.invited_on.is_(None), WrittenAddress.invited_on <= invited_before),
        )
    claimed = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "address_key"],
            set_={"invited_on": today},
            where=free,
        ).returning(WrittenAddress.invited_on)
    )
    return claimed is not None


async def has_opted_out(
    session: Session, viewer: Viewer, *, organisation_id: UUID, address_key: bytes
) -> bool:
    """Return whether somebody asked that an address gets no more mails of the organisation."""
    if viewer.role_in(organisation_id) is None:
        return True
    found = await session.scalar(
        select(WrittenAddress.opted_out_on).where(
            WrittenAddress.organisation_id == organisation_id,
            WrittenAddress.address_key == address_key,
        )
    )
    return found is not None


async def is_unwanted(
    session: Session, viewer: Viewer, *, organisation_id: UUID, address_key: bytes
) -> bool:
    """Return whether no mail may go to an address, whoever was told so; for sending jobs alone."""
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    found = await session.scalar(
        select(func.coalesce(WrittenAddress.opted_out_on, WrittenAddress.refused_on)).where(
            WrittenAddress.organisation_id == organisation_id,
            WrittenAddress.address_key == address_key,
        )
    )
    return found is not None


async def opt_out(
    session: Session, viewer: Viewer, *, organisation_id: UUID, address_keys: set[bytes]
) -> None:
    """Note that addresses get no more mails of the organisation; the first day of it stays."""
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    await _note_day(session, viewer, organisation_id, address_keys, WrittenAddress.opted_out_on)


async def refuse(
    session: Session, viewer: Viewer, *, organisation_id: UUID, address_keys: set[bytes]
) -> None:
    """Note that the third party was told to let addresses alone; the first day of it stays."""
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    await _note_day(session, viewer, organisation_id, address_keys, WrittenAddress.refused_on)


async def _note_day(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    address_keys: set[bytes],
    day: InstrumentedAttribute[date | None],
) -> None:
    if viewer.role_in(organisation_id) is None:
        return
    today = datetime.now(UTC).date()
    for address_key in sorted(address_keys):
        await session.execute(
            insert(WrittenAddress)
            .values(organisation_id=organisation_id, address_key=address_key, **{day.key: today})
            .on_conflict_do_update(
                index_elements=["organisation_id", "address_key"],
                set_={day.key: func.coalesce(day, today)},
            )
        )


async def was_invited_after(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    candidate_id: UUID,
    interview_id: UUID,
    day: date,
) -> bool:
    """Return whether a candidate was invited to another interview after a day."""
    require_opening(viewer, organisation_id)
    found = await session.scalar(_invited_after(organisation_id, candidate_id, interview_id, day))
    return bool(found)


def _invited_after(
    organisation_id: UUID, candidate_id: UUID, interview_id: UUID, day: date
) -> Select[int]:
    """Count the other interviews that a candidate was invited to after a day."""
    return (
        select(func.count())
        .select_from(Interview)
        .join(
            Offer,
            and_(
                Offer.organisation_id == Interview.organisation_id,
                Offer.id == Interview.offer_id,
            ),
        )
        .join(
            Application,
            and_(
                Application.organisation_id == Offer.organisation_id,
                Application.id == Offer.application_id,
            ),
        )
        .where(
            Interview.organisation_id == organisation_id,
            Interview.id != interview_id,
            Interview.invited_on > day,
            Application.candidate_id == candidate_id,
        )
    )


async def is_written_to_elsewhere(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    candidate_id: UUID,
    interview_id: UUID,
    day: date,
) -> bool:
    """Return whether the first mail of an interview is one too many for its candidate.

    It is when a mail of another interview was kept after a day, or is due as well and the other
    interview is the older one: of several that are due, one is left. Two people who were invited
    and turned out to be one are the way to get here.
    """
    require_opening(viewer, organisation_id)
    written = exists().where(
        InvitationMail.organisation_id == Interview.organisation_id,
        InvitationMail.interview_id == Interview.id,
        InvitationMail.sent_on > day,
    )
    found = await session.scalar(
        _invited_after(organisation_id, candidate_id, interview_id, day).where(
            or_(written, Interview.id < interview_id)
        )
    )
    return bool(found)


async def list_mails(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Sequence[InvitationMail]:
    """Return the mails of an interview in their order, for who writes or talks to people."""
    if not any(
        viewer.may(one, organisation_id)
        for one in (
            Permission.INTERVIEW_INVITE,
            Permission.RESPONSE_KEY_IN,
            Permission.RESPONSE_SUBMIT,
        )
    ):
        return []
    return (
        await session.scalars(
            select(InvitationMail)
            .where(
                InvitationMail.organisation_id == organisation_id,
                InvitationMail.interview_id == interview_id,
            )
            .order_by(InvitationMail.number)
        )
    ).all()


async def add_mail(
    session: Session, viewer: Viewer, *, organisation_id: UUID, values: dict[str, Any]
) -> None:
    """Keep the text of a mail, unless that was done before its sender died."""
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    await session.execute(
        insert(InvitationMail)
        .values(organisation_id=organisation_id, id=new_id(), **values)
        .on_conflict_do_nothing()
    )


async def lock_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> tuple[Invitation, Interview] | None:
    """Return an invitation and its interview, locked, for a job; None if there is none."""
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    invitation = Invitation.organisation_id == organisation_id, Invitation.id == invitation_id
    # The interview first, as whoever invites by hand does.
    interview = await session.scalar(
        select(Interview)
        .where(
            Interview.organisation_id == organisation_id,
            Interview.id == select(Invitation.interview_id).where(*invitation).scalar_subquery(),
        )
        .with_for_update()
    )
    found = await session.scalar(select(Invitation).where(*invitation).with_for_update())
    return None if interview is None or found is None else (found, interview)
