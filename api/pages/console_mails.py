"""The console's page of the mails to candidates: when they go out, what they say, a preview."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request

from api.pages.operations import NoAnswer, ask
from api.pages.own_forms import read_form
from api.pages.posted import Refused
from api.pages.texts import language_name
from tenants.access import Permission, Viewer
from tenants.errors import NotFound
from tenants.interviews.mail_texts import MailKind


@dataclass(frozen=True, slots=True)
class Place:
    """The page in the console's navigation.

    Attributes:
        name: In addresses.
        title: What the navigation calls it.
        permission: What a role needs to see it.
    """

    name: str = "mails"
    title: str = "Mails"
    permission: Permission = Permission.QUESTIONNAIRE_EDIT


MAILS: Final = Place()
_KINDS: Final[Mapping[str, str]] = {
    MailKind.INVITATION: "Invitation",
    MailKind.REMINDER: "First reminder",
    MailKind.LAST_REMINDER: "Second reminder",
}
_STALE: Final = "This was not sent from this page, so nothing was saved. Please try again."


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail in one language as it stands on the page.

    Attributes:
        language: Its code.
        mail: Which mail.
        name: Of its fields.
        title: What the page calls it.
        subject: With placeholders.
        body: Likewise.
    """

    language: str
    mail: str
    name: str
    title: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MailsView:
    """What the page shows.

    Attributes:
        organisation: As the API gives it.
        timing: The fields of the times, as text.
        drafts: The texts by language.
        previews: Of those, if they were asked for.
        problem: Why nothing was saved, if so.
        version: The number of the texts in force; 0 for the standard ones.
    """

    organisation: dict[str, Any]
    timing: Mapping[str, str]
    drafts: Mapping[str, list[Draft]]
    previews: list[dict[str, Any]]
    problem: str | None
    version: int


async def view_mails(
    viewer: Viewer,
    slug: str,
    fields: Mapping[str, str] | None = None,
    problem: str | None = None,
    previews: list[dict[str, Any]] | None = None,
) -> MailsView:
    """Return what the page shows: what is set, or what was posted and could not be saved.

    Raises:
        NotFound: The organisation is not the viewer's, or the role does not edit its mails.
    """
    organisation = (await ask(viewer, "mails", slug=slug))["organisation"]
    settings = organisation and organisation["invitationSettings"]
    if settings is None:
        raise NotFound
    texts = settings["texts"]
    mails = {
        (one["language"], one["mail"]): one
        for one in (texts["mails"] if texts else settings["standardTexts"])
    }
    given = fields or {}
    drafts: dict[str, list[Draft]] = {}
    for language in dict.fromkeys((*settings["languages"], *(one for one, _ in mails))):
        drafts[language] = [
            _draft(language, kind, mails.get((language, kind)), given) for kind in _KINDS
        ]
    return MailsView(
        organisation=organisation,
        timing={**_timing(settings), **given},
        drafts=drafts,
        previews=[
            {**one, "title": f"{_KINDS[one['mail']]} · {language_name(one['language'])}"}
            for one in previews or []
        ],
        problem=problem,
        version=texts["number"] if texts else 0,
    )


def _draft(
    language: str, kind: str, mail: Mapping[str, str] | None, given: Mapping[str, str]
) -> Draft:
    name = f"{language}.{kind}"
    found = mail or {"subject": "", "body": ""}
    return Draft(
        language=language,
        mail=kind,
        name=name,
        title=_KINDS[kind],
        subject=given.get(f"{name}.subject", found["subject"]),
        body=given.get(f"{name}.body", found["body"]),
    )


def _timing(settings: Mapping[str, Any]) -> dict[str, str]:
    days = [str(one) for one in settings["reminderDays"]] + ["", ""]
    quiet = settings["quietHours"]
    return {
        "revision": str(settings["revision"]),
        "delay_hours": str(settings["delayHours"]),
        "first_reminder": days[0],
        "second_reminder": days[1],
        "quiet_from": str(quiet["startsAt"]) if quiet else "",
        "quiet_to": str(quiet["endsAt"]) if quiet else "",
        "time_zone": settings["timeZone"],
    }


async def change_mails(
    request: Request, viewer: Viewer, slug: str
) -> tuple[MailsView | None, HTTPStatus]:
    """Do what was posted: save the times, save the texts, or preview them.

    Returns:
        The page to show with its status; no page when something was saved.

    Raises:
        NotFound: The organisation is not the viewer's, or the role does not edit its mails.
    """
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return await view_mails(viewer, slug, problem=_STALE), refusal.status
    view = await view_mails(viewer, slug, fields)
    organisation_id = view.organisation["id"]
    try:
        if fields.get("go") == "preview":
            previews = await _preview(viewer, slug, view)
            return await view_mails(viewer, slug, fields, previews=previews), HTTPStatus.OK
        if fields.get("go") == "texts":
            problem = await _save_texts(viewer, organisation_id, view, fields)
        else:
            problem = await _save_timing(viewer, organisation_id, fields)
    except NoAnswer as refusal:
        problem = _IN_WORDS.get(refusal.code, "That could not be done. Please look at it again.")
    if problem is None:
        return None, HTTPStatus.SEE_OTHER
    return await view_mails(viewer, slug, fields, problem), HTTPStatus.UNPROCESSABLE_ENTITY


# A preview has no place for more than the code of what is wrong.
_IN_WORDS: Final[Mapping[str, str]] = {
    "UNKNOWN_PLACEHOLDER": "A text has a placeholder that nothing fills in; see the list below.",
    "MISSING_PLACEHOLDER": "Each body needs {link} and {closes_on}.",
    "MISSING_LANGUAGE": "Each language needs an invitation and a first reminder.",
    "INVALID_INPUT": "A subject is one line without the link; no text may be empty or too long.",
    "BAD_REQUEST": "A number is missing or is none.",
}


async def _preview(viewer: Viewer, slug: str, view: MailsView) -> list[dict[str, Any]]:
    data = await ask(viewer, "mail_previews", slug=slug, mails=_mails(view))
    found: list[dict[str, Any]] = data["organisation"]["mailPreviews"]
    return found


async def _save_texts(
    viewer: Viewer, organisation_id: str, view: MailsView, fields: Mapping[str, str]
) -> str | None:
    given = {
        "organisationId": organisation_id,
        "basedOn": _number(fields.get("based_on", "")),
        "mails": _mails(view),
    }
    data = await ask(viewer, "mail_texts", input=given)
    return _first_problem(data["writeInvitationTexts"])


async def _save_timing(
    viewer: Viewer, organisation_id: str, fields: Mapping[str, str]
) -> str | None:
    quiet = [fields.get(name, "") for name in ("quiet_from", "quiet_to")]
    days = [fields.get(name, "").strip() for name in ("first_reminder", "second_reminder")]
    if any(quiet) and not all(quiet):
        return "Quiet hours have a beginning and an end; leave both empty for none."
    given = {
        "organisationId": organisation_id,
        "revision": _number(fields.get("revision", "")),
        "delayHours": _number(fields.get("delay_hours", "")),
        "reminderDays": [_number(one) for one in days if one],
        "timeZone": fields.get("time_zone", "").strip(),
        "quietHours": {"startsAt": _number(quiet[0]), "endsAt": _number(quiet[1])}
        if all(quiet)
        else None,
    }
    data = await ask(viewer, "mail_timing", input=given)
    return _first_problem(data["updateInvitationSettings"])


def _mails(view: MailsView) -> list[dict[str, str]]:
    """Return the texts of the page; a second reminder that is empty is left out."""
    return [
        {"language": one.language, "mail": one.mail, "subject": one.subject, "body": one.body}
        for drafts in view.drafts.values()
        for one in drafts
        if one.mail != MailKind.LAST_REMINDER or one.subject.strip() or one.body.strip()
    ]


def _first_problem(payload: Mapping[str, Any]) -> str | None:
    errors = payload["userErrors"]
    return errors[0]["message"] if errors else None


def _number(text: str) -> int:
    """Return a number of the form; -1 for what is none, which the API refuses by its field."""
    return int(text) if text.strip().isdecimal() and len(text.strip()) <= 6 else -1  # noqa: PLR2004 - more digits are no number of ours.
