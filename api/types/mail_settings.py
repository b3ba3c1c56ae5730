"""How an organisation invites: when its mails go out and what they say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from api.relay import key_of
from tenants import read_graph
from tenants.interviews import mail_settings
from tenants.interviews.mail_texts import MailKind, MailText, Texts
from tenants.interviews.mail_times import QuietHours


@strawberry.type(name="MailText")
class MailTextType:
    """One mail in one language, with placeholders in braces.

    Attributes:
        language: Its code.
        mail: Which mail.
        subject: One line.
        body: Plain text. A line by which no more mails come is added to every one.
    """

    language: str
    mail: MailKind
    subject: str
    body: str


@strawberry.type
class InvitationTexts:
    """A version of the texts; what a version says never changes.

    Attributes:
        number: Counted from 1.
        written_at: When it was written.
        mails: Every mail in every language.
    """

    number: int
    written_at: datetime
    mails: list[MailTextType]


@strawberry.type(name="QuietHours")
class QuietHoursType:
    """Hours of the candidate's day in which no mail is sent, over midnight if need be.

    Attributes:
        starts_at: The first hour, 0 to 23.
        ends_at: The hour with which they are over.
    """

    starts_at: int
    ends_at: int


@strawberry.type
class InvitationSettings:
    """When an organisation's mails to candidates go out, and what they say.

    Attributes:
        revision: Counts the changes of the timing; a change has to name the one it began with.
        delay_hours: From the outcome of an offer to the invitation that follows by itself.
        reminder_days: Days from each mail to the reminder after it; none, one or two.
        quiet_hours: When no mail is sent; null for no such hours.
        time_zone: Of candidates whose own is not known.
        languages: Those of the questionnaire in use; each needs an invitation and a reminder.
        texts: The version in force; null where the standard texts are sent.
        standard_texts: The questionnaire's own invitation and our reminder, to begin with.
        text_versions: All versions, the newest first.
    """

    revision: int
    delay_hours: int
    reminder_days: list[int]
    quiet_hours: QuietHoursType | None
    time_zone: str
    languages: list[str]
    texts: InvitationTexts | None
    standard_texts: list[MailTextType]
    text_versions: list[InvitationTexts]


@strawberry.input
class MailTextInput:
    """One mail in one language. The last reminder may be left out; the reminder is sent again.

    Attributes:
        language: Its code.
        mail: Which mail.
        subject: One line of at most 150 characters, without the link.
        body: At most 6,000 characters, with {link} and {closes_on}. Also filled in are
            {first_name}, {organisation}, {firm} and {job_title}.
    """

    language: str
    mail: MailKind
    subject: str
    body: str


@strawberry.type
class MailPreview:
    """A mail as a candidate would get it, with a made-up name and links that lead nowhere.

    Attributes:
        language: In which it is.
        mail: Which mail.
        subject: One line.
        body: Plain text, the line at its end included.
    """

    language: str
    mail: MailKind
    subject: str
    body: str


@strawberry.input
class QuietHoursInput:
    """Hours of the candidate's day in which no mail is sent, over midnight if need be.

    Attributes:
        starts_at: The first hour, 0 to 23.
        ends_at: The hour with which they are over.
    """

    starts_at: int
    ends_at: int


@strawberry.input
class UpdateInvitationSettingsInput:
    """When mails shall go out from now on.

    Attributes:
        organisation_id: Whose.
        revision: Of the settings that the change began with.
        delay_hours: From the outcome of an offer to the invitation, at most 720.
        reminder_days: Days from each mail to the reminder after it; at most two, 1 to 30 each.
        time_zone: Of candidates whose own is not known, by its IANA name.
        quiet_hours: When no mail is sent; null for no such hours.
    """

    organisation_id: strawberry.ID
    revision: int
    delay_hours: int
    reminder_days: list[int]
    time_zone: str
    quiet_hours: QuietHoursInput | None = None


@strawberry.type
class UpdateInvitationSettingsPayload:
    """The settings as they are now.

    Attributes:
        settings: Null when they were refused; then nothing was changed.
        user_errors: Why; CONFLICT when somebody else changed them meanwhile.
    """

    settings: InvitationSettings | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class WriteInvitationTextsInput:
    """What mails shall say from now on.

    Attributes:
        organisation_id: Whose.
        based_on: Number of the version that the texts began with; 0 where there is none.
        mails: Every mail in every language of the questionnaire.
    """

    organisation_id: strawberry.ID
    based_on: int
    mails: list[MailTextInput]


@strawberry.type
class WriteInvitationTextsPayload:
    """The settings with the new version of the texts; what was sent before stays as it was.

    Attributes:
        settings: Null when a text was refused; then nothing was changed.
        user_errors: Why; CONFLICT when somebody else wrote a version meanwhile.
    """

    settings: InvitationSettings | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


PreviewedMails = Annotated[
    list[MailTextInput] | None,
    strawberry.argument(description="Texts that are being written; those in force if absent."),
]


async def find_invitation_settings(info: Info, organisation_id: UUID) -> InvitationSettings:
    """Return what is set about an organisation's mails.

    Raises:
        Forbidden: The viewer does not edit what candidates are asked and told.
    """
    found = await info.context.run(mail_settings.get_mail_settings, organisation_id=organisation_id)
    timing = found.timing
    versions = [
        InvitationTexts(number=one.number, written_at=one.written_at, mails=_mails(one.texts))
        for one in found.versions
    ]
    quiet = timing.quiet
    return InvitationSettings(
        revision=found.revision,
        delay_hours=timing.delay_hours,
        reminder_days=list(timing.reminder_days),
        quiet_hours=None
        if quiet is None
        else QuietHoursType(starts_at=quiet.starts_at, ends_at=quiet.ends_at),
        time_zone=timing.time_zone,
        languages=list(found.languages),
        texts=versions[0] if versions else None,
        standard_texts=_mails(found.standard),
        text_versions=versions,
    )


async def preview_mails(
    info: Info, organisation_id: UUID, mails: Sequence[MailTextInput] | None
) -> list[MailPreview]:
    """Return mails as a candidate would get them.

    Raises:
        Forbidden: The viewer does not edit what candidates are asked and told.
        InvalidInput: A text will not do.
    """
    found = await info.context.run(
        mail_settings.preview_mails,
        organisation_id=organisation_id,
        mails=None if mails is None else _given(mails),
    )
    return [
        MailPreview(
            language=one.language, mail=one.kind, subject=one.text.subject, body=one.text.body
        )
        for one in found
    ]


def _mails(texts: Texts) -> list[MailTextType]:
    return [
        MailTextType(language=language, mail=kind, subject=text.subject, body=text.body)
        for language, mails in texts.items()
        for kind, text in mails.items()
    ]


def _given(mails: Sequence[MailTextInput]) -> list[tuple[str, MailKind, MailText]]:
    return [(one.language, one.mail, MailText(one.subject, one.body)) for one in mails]


@mutation
async def update_invitation_settings(
    info: Info,
    input: UpdateInvitationSettingsInput,  # noqa: A002 - the argument's name in the API.
) -> UpdateInvitationSettingsPayload:
    """Let mails to candidates go out at other times, from the next one on."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    quiet = input.quiet_hours
    await info.context.run(
        mail_settings.update_mail_timing,
        organisation_id=organisation.organisation_id,
        revision=input.revision,
        timing=mail_settings.MailTiming(
            delay_hours=input.delay_hours,
            reminder_days=tuple(input.reminder_days),
            quiet=None if quiet is None else QuietHours(quiet.starts_at, quiet.ends_at),
            time_zone=input.time_zone,
        ),
    )
    settings = await find_invitation_settings(info, organisation.organisation_id)
    return UpdateInvitationSettingsPayload(settings=settings)


@mutation
async def write_invitation_texts(
    info: Info,
    input: WriteInvitationTextsInput,  # noqa: A002 - likewise.
) -> WriteInvitationTextsPayload:
    """Let mails to candidates say something else; the texts before stay as a version."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        mail_settings.write_mail_texts,
        organisation_id=organisation.organisation_id,
        based_on=input.based_on,
        mails=_given(input.mails),
    )
    settings = await find_invitation_settings(info, organisation.organisation_id)
    return WriteInvitationTextsPayload(settings=settings)
