"""What the tests of mails to candidates, and of how editions are made, ask with."""

from typing import Any

from tests.api.insight_world import OF_INSIGHTS, insight_inputs

SETTINGS = "settings { revision delayHours texts { number } }"
OF_SETTINGS = {
    "updateInvitationSettings": SETTINGS,
    "writeInvitationTexts": SETTINGS,
    **OF_INSIGHTS,
}
# What belongs to an interview's mails, and to how an organisation invites.
MAIL_PARTS = {
    "InvitationMail": "number language textsNumber subject body",
    "InvitationSettings": "revision delayHours reminderDays quietHours timeZone languages texts"
    " standardTexts textVersions",
    "InvitationTexts": "number writtenAt mails",
    "MailText": "language mail subject body",
    "MailPreview": "language mail subject body",
    "QuietHours": "startsAt endsAt",
    "UpdateInvitationSettingsPayload": "settings userErrors",
    "WriteInvitationTextsPayload": "settings userErrors",
}


def mail(language: str = "en", kind: str = "INVITATION", **changes: str) -> dict[str, str]:
    """Return a text of a mail that will do."""
    return {
        "language": language,
        "mail": kind,
        "subject": "A word from {organisation}",
        "body": "Dear {first_name}, it is about {job_title}: {link} until {closes_on}. {firm}",
        **changes,
    }


def mails(*languages: str) -> list[dict[str, str]]:
    """Return an invitation and a reminder in each language."""
    return [mail(one, kind) for one in languages for kind in ("INVITATION", "REMINDER")]


def mail_inputs(organisation: str) -> dict[str, dict[str, Any]]:
    """Return an input of each of these mutations."""
    whose = {"organisationId": organisation}
    return {
        "updateInvitationSettings": {
            **whose,
            "revision": 0,
            "delayHours": 0,
            "reminderDays": [7],
            "timeZone": "Europe/Berlin",
            "quietHours": {"startsAt": 20, "endsAt": 8},
        },
        "writeInvitationTexts": {**whose, "basedOn": 0, "mails": mails("en", "de")},
    }


def setting_inputs(organisation: str) -> dict[str, dict[str, Any]]:
    """Return an input of each mutation that sets how an organisation asks or publishes."""
    return {**mail_inputs(organisation), **insight_inputs(organisation)}
