"""What the mails to candidates say: which there are, what they may and must have, how they read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from tenants.errors import InvalidInput
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.texts import Placeholder, TextKey, fill
from tenants.questionnaires.values import clean_text

LONGEST_SUBJECT: Final = 150
LONGEST_BODY: Final = 6_000
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# Every mail brings the opt-out with it, whatever an organisation writes.
OPT_OUT: Final = "{opt_out}"


class MailKind(StrEnum):
    """Which of an invitation's mails."""

    INVITATION = "INVITATION"
    REMINDER = "REMINDER"
    LAST_REMINDER = "LAST_REMINDER"


@dataclass(frozen=True, slots=True)
class MailText:
    """One mail in one language, with placeholders.

    Attributes:
        subject: One line, without the link.
        body: Plain text, with the link and the last day on which it works.
    """

    subject: str
    body: str


Texts: TypeAlias = Mapping[str, Mapping[MailKind, MailText]]


class UnknownPlaceholder(InvalidInput):
    """A text has a placeholder that nothing fills in."""

    code = "UNKNOWN_PLACEHOLDER"


class MissingPlaceholder(InvalidInput):
    """A mail lacks what the candidate cannot do without."""

    code = "MISSING_PLACEHOLDER"


class MissingLanguage(InvalidInput):
    """A language of the questionnaire has no invitation or no reminder."""

    code = "MISSING_LANGUAGE"


_NEEDED: Final = (Placeholder.LINK, Placeholder.CLOSES_ON)
_ALLOWED: Final = frozenset(one.value for one in Placeholder)

# Where an organisation has not written its own.
_REMINDERS: Final[Mapping[str, MailText]] = MappingProxyType(
    {
        "en": MailText(
            "A reminder: your view would help {organisation} improve",
            "Dear {first_name},\n\nsome days ago we asked you about the position of {job_title} at"
            " {organisation}, which you turned down. If you would still like to say something, your"
            " link works until {closes_on}:\n\n{link}\n\nYou choose how confidential your answers"
            " are before you send them. Taking part is voluntary, and there is nothing to do if you"
            " would rather not. We remind everybody in the same way, so this mail says nothing"
            " about you.\n\nThank you\n\n{firm}",
        ),
        "de": MailText(
            "Zur Erinnerung: Ihre Sicht hilft {organisation}, besser zu werden",
            "Guten Tag {first_name},\n\nvor einigen Tagen haben wir Sie zu der Stelle {job_title}"
            " bei {organisation} gefragt, die Sie abgelehnt haben. Wenn Sie noch etwas dazu sagen"
            " möchten: Ihr Link gilt bis {closes_on}:\n\n{link}\n\nVor dem Absenden wählen Sie, wie"
            " vertraulich Ihre Antworten sind. Die Teilnahme ist freiwillig, und wenn Sie nicht"
            " möchten, brauchen Sie nichts zu tun. Wir erinnern alle auf dieselbe Weise; über Sie"
            " sagt diese E-Mail nichts aus.\n\nVielen Dank\n\n{firm}",
        ),
        "ar": MailText(
            "تذكير: رأيكم يساعد {organisation} على التحسّن",
            "تحية طيبة {first_name}،\n\nسألناكم قبل أيام عن وظيفة {job_title} لدى {organisation}"
            " التي اعتذرتم عن قبولها. إن كنتم لا تزالون ترغبون في إبداء رأيكم فإن الرابط صالح حتى"
            " {closes_on}:\n\n{link}\n\nتختارون درجة سرّية إجاباتكم قبل إرسالها. المشاركة طوعية، وإن"
            " لم ترغبوا فيها فليس عليكم فعل أي شيء. نذكّر الجميع بالطريقة نفسها، فهذه الرسالة لا"
            " تقول شيئًا عنكم.\n\nشكرًا لكم\n\n{firm}",
        ),
    }
)
_FOOTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "en": "You do not want such mails? With this address you stop all of them that come on"
        " behalf of {organisation}, for good:",
        "de": "Sie möchten solche E-Mails nicht? Unter dieser Adresse bestellen Sie alle, die im"
        " Auftrag von {organisation} kommen, für immer ab:",
        "ar": "لا ترغبون في مثل هذه الرسائل؟ بهذا العنوان توقفون نهائيًا كل الرسائل التي ترسل"
        " بالنيابة عن {organisation}:",
    }
)


def kind_of(number: int) -> MailKind:
    """Return which mail is sent as the n-th of an invitation, counted from 1."""
    return list(MailKind)[min(number, len(MailKind)) - 1]


def check_texts(given: Iterable[tuple[str, MailKind, MailText]], needed: Iterable[str]) -> Texts:
    """Return texts that can be sent, by language and mail.

    Args:
        given: Language, mail and text of each; the last reminder may be left out.
        needed: The languages that the questionnaire speaks.

    Raises:
        UnknownPlaceholder: Nothing would fill in a placeholder.
        MissingPlaceholder: A body lacks the link, or until when it works.
        MissingLanguage: A needed language has no invitation, or a language no reminder.
        InvalidInput: A text is empty or too long, a subject has the link or line breaks, or a
            mail is there twice.
    """
    texts: dict[str, dict[MailKind, MailText]] = {}
    for place, (language, kind, text) in enumerate(given):
        field = ("mails", str(place))
        if kind in texts.setdefault(language, {}):
            message = f"The mail {kind.value} is there twice in the language {language}."
            raise InvalidInput(message, field=field)
        texts[language][kind] = _checked(text, field)
    for language in dict.fromkeys((*needed, *texts)):
        for kind in (MailKind.INVITATION, MailKind.REMINDER):
            if kind not in texts.get(language, {}):
                message = f"The language {language} needs a text of the mail {kind.value}."
                raise MissingLanguage(message, field="mails")
    return texts


def _checked(text: MailText, field: tuple[str, ...]) -> MailText:
    cleaned = MailText(
        _clean(text.subject, LONGEST_SUBJECT, (*field, "subject")),
        _clean(text.body, LONGEST_BODY, (*field, "body")),
    )
    if "\n" in cleaned.subject:
        message = "A subject is one line."
        raise InvalidInput(message, field=(*field, "subject"))
    for name, words in (("subject", cleaned.subject), ("body", cleaned.body)):
        found = set(_PLACEHOLDER.findall(words))
        for one in sorted(found - _ALLOWED):
            known = ", ".join(f"{{{placeholder}}}" for placeholder in sorted(_ALLOWED))
            message = f"Nothing fills in {{{one}}}. These are filled in: {known}."
            raise UnknownPlaceholder(message, field=(*field, name))
        if name == "subject" and Placeholder.LINK in found:
            message = "The link belongs into the body: a subject is shown on locked screens."
            raise InvalidInput(message, field=(*field, name))
        if name == "body":
            for needed in _NEEDED:
                if needed not in found:
                    message = f"The body needs the placeholder {{{needed.value}}}."
                    raise MissingPlaceholder(message, field=(*field, name))
    return cleaned


def _clean(words: str, longest: int, field: tuple[str, ...]) -> str:
    try:
        cleaned = clean_text(words).replace("\r\n", "\n").strip()
    except UnicodeEncodeError:
        cleaned = ""
    if not 0 < len(cleaned) <= longest:
        message = f"A text has 1 to {longest} characters."
        raise InvalidInput(message, field=field)
    return cleaned


def to_json(texts: Texts) -> dict[str, Any]:
    """Return texts as they are stored."""
    return {
        language: {
            kind.value: {"subject": text.subject, "body": text.body} for kind, text in mails.items()
        }
        for language, mails in texts.items()
    }


def from_json(document: Mapping[str, Any]) -> Texts:
    """Return texts as they were before `to_json`."""
    return {
        language: {MailKind(kind): MailText(**text) for kind, text in mails.items()}
        for language, mails in document.items()
    }


def in_order(texts: Texts, languages: Iterable[str]) -> Texts:
    """Return texts with some languages first and the mails as they are sent.

    JSON in the database forgets the order of its keys.
    """
    return {
        language: {kind: texts[language][kind] for kind in MailKind if kind in texts[language]}
        for language in dict.fromkeys((*languages, *texts))
        if language in texts
    }


def standard_text(definition: Definition, language: str, kind: MailKind) -> MailText:
    """Return the text of a mail where the organisation has written none in the language.

    The invitation is the questionnaire's own, and so is a reminder in a language of which we have
    no other.
    """
    spoken = language.partition("-")[0]
    if kind is not MailKind.INVITATION and spoken in _REMINDERS:
        return _REMINDERS[spoken]
    texts = definition.texts
    return MailText(
        texts[TextKey.INVITATION_SUBJECT][language], texts[TextKey.INVITATION_BODY][language]
    )


def standard_texts(definition: Definition) -> Texts:
    """Return what is sent where an organisation has written nothing, in every language."""
    return {
        language: {
            kind: standard_text(definition, language, kind)
            for kind in (MailKind.INVITATION, MailKind.REMINDER)
        }
        for language in definition.languages
    }


def text_for(
    texts: Texts | None, definition: Definition, language: str, kind: MailKind
) -> tuple[MailText, bool]:
    """Return the text of a mail, and whether it is the organisation's own.

    Args:
        texts: What the organisation has written, if anything.
        definition: Of the version that the interview asks.
        language: One of the version's.
        kind: Which mail; a last reminder that was not written is a reminder.
    """
    mails = (texts or {}).get(language)
    if mails is None:
        return standard_text(definition, language, kind), False
    return mails.get(kind) or mails[MailKind.REMINDER], True


def filled_in(text: MailText, language: str, values: Mapping[Placeholder, str]) -> MailText:
    """Return a text with its footer as it is kept: the name and both links are still to come.

    Args:
        text: As somebody wrote it.
        language: In which it is.
        values: What to fill in but the name and the link.
    """
    footer = _FOOTERS.get(language.partition("-")[0], _FOOTERS["en"])
    kept = {
        # What comes from outside must not be taken for one of the places that are left.
        **{name: re.sub(r"[{}]", "", value) for name, value in values.items()},
        Placeholder.FIRST_NAME: "{first_name}",
        Placeholder.LINK: "{link}",
    }
    body = f"{text.body}\n\n--\n{footer}"
    return MailText(
        fill(text.subject, kept),
        f"{fill(body, kept)}\n{OPT_OUT}",
    )


def addressed(kept: MailText, *, first_name: str, link: str, opt_out: str) -> MailText:
    """Return the mail that somebody gets, of the text that is kept."""
    one_line = " ".join(first_name.split())

    def finish(words: str) -> str:
        linked = words.replace("{link}", link).replace(OPT_OUT, opt_out)
        return linked.replace("{first_name}", one_line) if one_line else _nameless(linked)

    return MailText(" ".join(finish(kept.subject).split()), finish(kept.body))


def _nameless(words: str) -> str:
    """Return a text without the place of a name, so that "Dear {first_name}," becomes "Dear,"."""
    return words.replace(" {first_name}", "").replace("{first_name}", "")
