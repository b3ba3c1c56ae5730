"""How an organisation invites: when its mails go out, and what they say in which language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.interviews import mail_queries, queries
from tenants.interviews.mail_models import InvitationSettings
from tenants.interviews.mail_texts import (
    MailKind,
    MailText,
    Texts,
    addressed,
    check_texts,
    filled_in,
    from_json,
    in_order,
    standard_texts,
    text_for,
    to_json,
)
from tenants.interviews.mail_times import QuietHours, check_time_zone
from tenants.interviews.wording import WITHOUT_FIRM, in_words
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.texts import Placeholder
from tenants.questionnaires.versions import definition_of
from tenants.settings import get_settings
from tenants.work import Session

LONGEST_DELAY_HOURS: Final = 24 * 30
LONGEST_REMINDER_DAYS: Final = 30
MOST_REMINDERS: Final = 2
_LAST_HOUR: Final = 23

Given = Iterable[tuple[str, MailKind, MailText]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTiming:
    """When mails go out.

    Attributes:
        delay_hours: From the outcome to the invitation that follows it by itself.
        reminder_days: Days from each mail to the reminder after it; none, one or two.
        quiet: Hours of the candidate's day in which no mail is sent.
        time_zone: Of candidates whose own is not known, by its IANA name.
    """

    delay_hours: int = 0
    reminder_days: tuple[int, ...] = ()
    quiet: QuietHours | None = None
    time_zone: str = "UTC"


DEFAULTS: Final = MailTiming()


@dataclass(frozen=True, slots=True)
class TextsVersion:
    """One version of the texts.

    Attributes:
        number: Counted from 1.
        written_at: When (UTC).
        texts: By language and mail.
    """

    number: int
    written_at: datetime
    texts: Texts


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Everything that is set about an organisation's mails.

    Attributes:
        revision: Counts the changes of the timing; a change names the one that it began with.
        timing: When mails go out.
        languages: Those of the questionnaire that interviews are opened with.
        versions: Of the texts, the newest first; none where the standard ones are sent.
        standard: The questionnaire's own invitation, and our reminders.
    """

    revision: int
    timing: MailTiming
    languages: tuple[str, ...]
    versions: Sequence[TextsVersion]
    standard: Texts


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as a candidate would get it, with a made-up name and links that lead nowhere.

    Attributes:
        language: In which it is.
        kind: Which mail.
        text: Subject and body.
    """

    language: str
    kind: MailKind
    text: MailText


def timing_of(row: InvitationSettings | None) -> MailTiming:
    """Return what a row says, or what holds without one."""
    if row is None:
        return DEFAULTS
    quiet = None
    if row.quiet_from is not None and row.quiet_to is not None:
        quiet = QuietHours(row.quiet_from, row.quiet_to)
    return MailTiming(
        delay_hours=row.delay_hours,
        reminder_days=tuple(row.reminder_days),
        quiet=quiet,
        time_zone=row.time_zone,
    )


async def get_mail_settings(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> MailSettings:
    """Return what is set about an organisation's mails.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role does not edit what candidates are asked and told.
    """
    _require_editor(viewer, organisation_id)
    row = await mail_queries.find_settings(session, viewer, organisation_id=organisation_id)
    definition = await _definition(session, viewer, organisation_id)
    found = await mail_queries.list_texts(session, viewer, organisation_id=organisation_id)
    languages = tuple(definition.languages) if definition else ()
    return MailSettings(
        revision=row.revision if row is not None else 0,
        timing=timing_of(row),
        languages=languages,
        standard=standard_texts(definition) if definition else {},
        versions=[
            TextsVersion(one.number, one.written_at, in_order(from_json(one.texts), languages))
            for one in found
        ],
    )


async def update_mail_timing(
    session: Session, viewer: Viewer, *, organisation_id: UUID, revision: int, timing: MailTiming
) -> None:
    """Let an organisation's mails go out at other times, from the next one on.

    Setting again what is set changes nothing and is no conflict, whatever the revision.

    Args:
        session: The transaction.
        viewer: Somebody who edits what candidates are asked and told.
        organisation_id: Whose.
        revision: Of the settings that the change began with.
        timing: When mails shall go out.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role does not edit what candidates are asked and told.
        InvalidInput: A part of it cannot be; the field is named.
        Conflict: Somebody else changed the settings meanwhile.
    """
    _require_editor(viewer, organisation_id)
    _check_timing(timing)
    row = await mail_queries.find_settings(session, viewer, organisation_id=organisation_id)
    if row is not None and timing_of(row) == timing:
        return
    quiet = timing.quiet
    saved = await mail_queries.save_settings(
        session,
        viewer,
        organisation_id=organisation_id,
        revision=revision,
        values={
            "delay_hours": timing.delay_hours,
            "reminder_days": list(timing.reminder_days),
            "quiet_from": quiet.starts_at if quiet else None,
            "quiet_to": quiet.ends_at if quiet else None,
            "time_zone": timing.time_zone,
        },
    )
    if not saved:
        message = "Somebody changed these settings meanwhile. Read them again, then repeat yours."
        raise Conflict(message, field="revision")
    await audit.record(session, viewer, AuditAction.INVITATIONS_TIMED, organisation_id)


async def write_mail_texts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, based_on: int, mails: Given
) -> int:
    """Let an organisation's mails say something else; what they said before stays as a version.

    Args:
        session: The transaction.
        viewer: Somebody who edits what candidates are asked and told.
        organisation_id: Whose.
        based_on: The version that the texts began with; 0 where there was none.
        mails: Language, mail and text of each.

    Returns:
        The number of the new version; of the old one, if it says the same.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role does not edit what candidates are asked and told.
        InvalidInput: A text will not do (`mail_texts.check_texts`); nothing was changed.
        Conflict: Somebody else wrote a version meanwhile.
    """
    _require_editor(viewer, organisation_id)
    definition = await _definition(session, viewer, organisation_id)
    texts = check_texts(mails, definition.languages if definition else ())
    newest = await mail_queries.list_texts(
        session, viewer, organisation_id=organisation_id, newest_only=True
    )
    number = newest[0].number if newest else 0
    document = to_json(texts)
    if newest and newest[0].texts == document:
        return number
    if number != based_on or not await mail_queries.add_texts(
        session, viewer, organisation_id=organisation_id, number=number + 1, texts=document
    ):
        message = f"Somebody wrote version {number} meanwhile. Read it, then write yours anew."
        raise Conflict(message, field="basedOn")
    await audit.record(session, viewer, AuditAction.INVITATIONS_WORDED, organisation_id)
    return number + 1


async def preview_mails(
    session: Session, viewer: Viewer, *, organisation_id: UUID, mails: Given | None = None
) -> list[Preview]:
    """Return mails as a candidate would get them: those in force, or ones that are being written.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role does not edit what candidates are asked and told.
        InvalidInput: A text will not do.
    """
    _require_editor(viewer, organisation_id)
    version = await questionnaires.get_current_version(
        session, viewer, organisation_id=organisation_id
    )
    definition = definition_of(version)
    if mails is None:
        newest = await mail_queries.list_texts(
            session, viewer, organisation_id=organisation_id, newest_only=True
        )
        own = from_json(newest[0].texts) if newest else None
    else:
        own = check_texts(mails, version.languages)
    values = await _made_up(session, viewer, organisation_id)
    previews = []
    for language in in_order(own, version.languages) if own else version.languages:
        day = in_words(values.closes_on, language)
        for kind in MailKind:
            text, _ = text_for(own, definition, language, kind)
            kept = filled_in(text, language, {**values.names, Placeholder.CLOSES_ON: day})
            shown = addressed(
                kept,
                first_name="Robin",
                link=f"{get_settings().public_url}/i/...",
                opt_out=f"{get_settings().public_url}/o/...",
            )
            previews.append(Preview(language, kind, shown))
    return previews


@dataclass(frozen=True, slots=True)
class _MadeUp:
    """What a preview is filled in with."""

    names: dict[Placeholder, str]
    closes_on: date


async def _made_up(session: Session, viewer: Viewer, organisation_id: UUID) -> _MadeUp:
    name = await mail_queries.get_organisation_name(
        session, viewer, organisation_id=organisation_id
    )
    firm = await queries.find_firm_name(session, viewer, organisation_id=organisation_id)
    names = {
        Placeholder.ORGANISATION: name,
        Placeholder.FIRM: firm or WITHOUT_FIRM,
        Placeholder.JOB_TITLE: "Engineer",
    }
    days = timedelta(days=get_settings().invitation_days - 1)
    return _MadeUp(names, datetime.now(UTC).date() + days)


async def _definition(session: Session, viewer: Viewer, organisation_id: UUID) -> Definition | None:
    """Return the questionnaire in use; None before one is published."""
    try:
        version = await questionnaires.get_current_version(
            session, viewer, organisation_id=organisation_id
        )
    except NotFound:
        return None
    return definition_of(version)


def _require_editor(viewer: Viewer, organisation_id: UUID) -> None:
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)


def _check_timing(timing: MailTiming) -> None:
    if not 0 <= timing.delay_hours <= LONGEST_DELAY_HOURS:
        message = f"The delay is 0 to {LONGEST_DELAY_HOURS} hours."
        raise InvalidInput(message, field="delayHours")
    if len(timing.reminder_days) > MOST_REMINDERS:
        message = f"Nobody is reminded more than {MOST_REMINDERS} times."
        raise InvalidInput(message, field="reminderDays")
    if not all(1 <= days <= LONGEST_REMINDER_DAYS for days in timing.reminder_days):
        message = f"A reminder follows the mail before it after 1 to {LONGEST_REMINDER_DAYS} days."
        raise InvalidInput(message, field="reminderDays")
    quiet = timing.quiet
    if quiet is not None:
        if not all(0 <= hour <= _LAST_HOUR for hour in (quiet.starts_at, quiet.ends_at)):
            message = f"Quiet hours begin and end with an hour from 0 to {_LAST_HOUR}."
            raise InvalidInput(message, field="quietHours")
        if quiet.starts_at == quiet.ends_at:
            message = "Quiet hours end at another hour than they begin; leave them out for none."
            raise InvalidInput(message, field="quietHours")
    check_time_zone(timing.time_zone, "timeZone")
