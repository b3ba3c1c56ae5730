"""The pages' own words in English, German and Arabic; what a version words is not here."""

import datetime as dt
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from api.pages.arabic import ARABIC
from tenants.interviews.wording import in_words

LANGUAGE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ar": "العربية",
        "cs": "Čeština",
        "da": "Dansk",
        "de": "Deutsch",
        "en": "English",
        "es": "Español",
        "fa": "فارسی",
        "fi": "Suomi",
        "fr": "Français",
        "he": "עברית",
        "it": "Italiano",
        "ja": "日本語",
        "nb": "Norsk bokmål",
        "nl": "Nederlands",
        "pl": "Polski",
        "pt": "Português",
        "sv": "Svenska",
        "tr": "Türkçe",
        "uk": "Українська",
        "ur": "اردو",
        "zh": "中文",
    }
)
_FALLBACK: Final = "en"

_ENGLISH_AND_GERMAN: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "skip": {"en": "Skip to the content", "de": "Zum Inhalt springen"},
        "asked_by": {
            "en": "{firm}, on behalf of {organisation}",
            "de": "{firm} im Auftrag von {organisation}",
        },
        "language": {"en": "Language", "de": "Sprache"},
        "greeting": {"en": "Hello {name},", "de": "Guten Tag {name},"},
        "minutes": {"en": "About {count} minutes", "de": "Etwa {count} Minuten"},
        "pages": {"en": "{count} short pages", "de": "{count} kurze Seiten"},
        "open_until": {"en": "Open until {day}", "de": "Geöffnet bis {day}"},
        "choices_in_full": {
            "en": "How confidential? Read the choices in full",
            "de": "Wie vertraulich? Die Wahlmöglichkeiten im Wortlaut",
        },
        "protection": {
            "en": "How we protect you, and what we cannot promise",
            "de": "Wie wir Sie schützen, und was wir nicht versprechen können",
        },
        "start": {"en": "Start", "de": "Beginnen"},
        "resume": {
            "en": "Continue where you stopped",
            "de": "Weitermachen, wo Sie aufgehört haben",
        },
        "resume_note": {
            "en": "What you have answered so far is saved.",
            "de": "Was Sie bisher beantwortet haben, ist gespeichert.",
        },
        "step": {"en": "Step {number} of {count}", "de": "Schritt {number} von {count}"},
        "progress": {"en": "Progress", "de": "Fortschritt"},
        "next": {"en": "Continue", "de": "Weiter"},
        "next_to_review": {
            "en": "Save and return to the overview",
            "de": "Speichern und zurück zur Übersicht",
        },
        "back": {"en": "Back", "de": "Zurück"},
        "saved_note": {
            "en": "This page is saved, encrypted, when you go on. Until {day} your link brings you"
            " back to your answers, on any device.",
            "de": "Diese Seite wird verschlüsselt gespeichert, wenn Sie weitergehen. Bis {day}"
            " führt Ihr Link Sie auf jedem Gerät zu Ihren Antworten zurück.",
        },
        "required": {"en": "needs an answer", "de": "braucht eine Antwort"},
        "optional": {"en": "optional", "de": "freiwillig"},
        "prefer_not_to_say": {"en": "I prefer not to say", "de": "Dazu möchte ich nichts sagen"},
        "own_words": {"en": "In your own words", "de": "In Ihren Worten"},
        "please_choose": {"en": "Please choose", "de": "Bitte wählen"},
        "yes": {"en": "Yes", "de": "Ja"},
        "no": {"en": "No", "de": "Nein"},
        "preview_title": {"en": "Preview: {title}", "de": "Vorschau: {title}"},
        "preview_note": {
            "en": "Preview of version {number}. Nothing is sent or saved.",
            "de": "Vorschau der Version {number}. Nichts wird gesendet oder gespeichert.",
        },
        "look_again": {
            "en": "Please look at this once more",
            "de": "Bitte sehen Sie sich das noch einmal an",
        },
        "look_again_note": {
            "en": "If it is meant so, simply go on. What you filled in is saved.",
            "de": "Wenn es so gemeint ist, gehen Sie einfach weiter. Alles ist gespeichert.",
        },
        "month_hint": {
            "en": "Year and month, such as 2026-03.",
            "de": "Jahr und Monat, etwa 2026-03.",
        },
        "ranking_hint": {
            "en": "Give 1 to what matters most, 2 to the next, and so on. You may leave some out.",
            "de": "Geben Sie dem Wichtigsten die 1, dem Nächsten die 2 und so weiter. Sie dürfen"
            " etwas auslassen.",
        },
        "title_with_problems": {"en": "Please check: {title}", "de": "Bitte prüfen: {title}"},
        "one_problem": {
            "en": "One answer needs another look",
            "de": "Eine Antwort braucht noch einen Blick",
        },
        "problems": {
            "en": "{count} answers need another look",
            "de": "{count} Antworten brauchen noch einen Blick",
        },
        "nothing_lost": {
            "en": "Everything you typed is still here.",
            "de": "Alles, was Sie eingegeben haben, ist noch da.",
        },
        "more_questions": {
            "en": "Your answers lead to a further question",
            "de": "Aus Ihren Antworten ergibt sich eine weitere Frage",
        },
        "more_questions_note": {
            "en": "It is on this page now. What you have answered is saved.",
            "de": "Sie steht jetzt auf dieser Seite. Was Sie beantwortet haben, ist gespeichert.",
        },
        "too_much": {
            "en": "Your answers are too long to be kept together. Please shorten the longest.",
            "de": "Ihre Antworten sind zusammen zu lang. Bitte kürzen Sie die längste.",
        },
        "confidentiality": {
            "en": "How confidential should your answers be?",
            "de": "Wie vertraulich sollen Ihre Antworten sein?",
        },
        "confidentiality_help": {
            "en": "You decide. Until you send your answers you can change this freely; afterwards"
            " nobody can make them less confidential.",
            "de": "Sie entscheiden. Bis zum Absenden können Sie Ihre Wahl frei ändern. Danach kann"
            " niemand die Vertraulichkeit lockern.",
        },
        "chosen_confidentiality": {
            "en": "How confidential your answers are",
            "de": "So vertraulich sind Ihre Antworten",
        },
        "suggested": {"en": "suggested", "de": "empfohlen"},
        "confidentiality_missing": {
            "en": "Please choose how confidential your answers are to be.",
            "de": "Bitte wählen Sie, wie vertraulich Ihre Antworten sein sollen.",
        },
        "review": {"en": "Check and send", "de": "Prüfen und absenden"},
        "review_intro": {
            "en": "Nothing has been sent yet. This is what you are about to send.",
            "de": "Noch ist nichts abgesendet. Dies würden Sie absenden.",
        },
        "incomplete": {
            "en": "Before you can send, this still needs an answer",
            "de": "Vor dem Absenden fehlt hier noch eine Antwort",
        },
        "change": {"en": "Change", "de": "Ändern"},
        "no_answer": {"en": "No answer", "de": "Keine Antwort"},
        "said_nothing": {"en": "You prefer not to say.", "de": "Dazu möchten Sie nichts sagen."},
        "receipt_where": {
            "en": "This is where you enter it, now or later:",
            "de": "Hier geben Sie ihn ein, jetzt oder später:",
        },
        "receipt": {"en": "Your receipt code", "de": "Ihr Quittungscode"},
        "receipt_pending": {
            "en": "The code becomes valid when you send. If you leave this page first, for instance"
            " to change an answer, you get a new one.",
            "de": "Der Code gilt, sobald Sie absenden. Wenn Sie diese Seite vorher verlassen, etwa"
            " um eine Antwort zu ändern, bekommen Sie einen neuen.",
        },
        "receipt_renewed": {
            "en": "The receipt code could not be read. Here is a new one; nothing has been sent.",
            "de": "Der Quittungscode war nicht lesbar. Hier ist ein neuer, abgesendet ist noch"
            " nichts.",
        },
        "send": {"en": "Send my answers", "de": "Antworten absenden"},
        "send_note": {
            "en": "Once sent, the answers can no longer be changed here, and your link stops"
            " working.",
            "de": "Nach dem Absenden lassen sich die Antworten hier nicht mehr ändern, und Ihr Link"
            " gilt nicht mehr.",
        },
        "print": {"en": "Print this page", "de": "Diese Seite drucken"},
        "close": {
            "en": "You can now close this page.",
            "de": "Sie können diese Seite jetzt schließen.",
        },
        "used": {
            "en": "Your answers have been sent already",
            "de": "Ihre Antworten sind schon abgesendet",
        },
        "used_body": {
            "en": "Thank you. This link has done its work and opens nothing any more.\n\nIf you"
            " noted the receipt code, please keep it: it is the key to your answers. If it was not"
            " you who sent them, please tell whoever invited you.",
            "de": "Vielen Dank. Dieser Link hat seinen Zweck erfüllt und öffnet nichts"
            " mehr.\n\nWenn Sie den Quittungscode notiert haben, bewahren Sie ihn bitte auf: Er ist"
            " der Schlüssel zu Ihren Antworten. Wenn nicht Sie es waren, sagen Sie bitte denen"
            " Bescheid, die Sie eingeladen haben.",
        },
        "expired": {"en": "This invitation is over", "de": "Diese Einladung ist abgelaufen"},
        "expired_body": {
            "en": "The time for answering has passed, or the invitation was withdrawn. You need not"
            " do anything, and what you had not sent is read by nobody.\n\nIf you would still like"
            " to say something, please get in touch with whoever invited you.",
            "de": "Die Zeit zum Antworten ist vorbei, oder die Einladung wurde zurückgezogen. Sie"
            " brauchen nichts zu tun, und was Sie nicht abgesendet haben, liest niemand.\n\nWenn"
            " Sie noch etwas sagen möchten, wenden Sie sich bitte an die, die Sie eingeladen"
            " haben.",
        },
        "unknown": {"en": "This link leads nowhere", "de": "Dieser Link führt nirgendwohin"},
        "unknown_body": {
            "en": "Perhaps a part of it was lost when it was copied. Please open it from the mail"
            " once more, or copy the whole address from there.\n\nIf that does not help, please get"
            " in touch with whoever invited you.",
            "de": "Vielleicht ist beim Kopieren ein Teil verloren gegangen. Bitte öffnen Sie ihn"
            " noch einmal aus der E-Mail, oder kopieren Sie die ganze Adresse von dort.\n\nWenn das"
            " nicht hilft, wenden Sie sich bitte an die, die Sie eingeladen haben.",
        },
        "no_page": {"en": "There is no such page", "de": "Diese Seite gibt es nicht"},
        "no_page_body": {
            "en": "Your link is fine, and what you have answered is saved.",
            "de": "Ihr Link ist in Ordnung, und was Sie beantwortet haben, ist gespeichert.",
        },
        "to_start": {"en": "To the first page", "de": "Zur ersten Seite"},
        "foreign": {
            "en": "This did not come from our form",
            "de": "Das kam nicht aus unserem Formular",
        },
        "foreign_body": {
            "en": "Your browser says that another site sent this. Nothing was saved. Please open"
            " the link in your invitation and send the page from there.",
            "de": "Ihr Browser sagt, dass eine andere Seite dies geschickt hat. Gespeichert wurde"
            " nichts. Bitte öffnen Sie den Link in Ihrer Einladung und senden Sie die Seite von"
            " dort.",
        },
        "too_long": {"en": "That is too much for one page", "de": "Das ist zu viel für eine Seite"},
        "too_long_body": {
            "en": "Nothing of this page was saved. Please go back in your browser and shorten the"
            " longest text.",
            "de": "Von dieser Seite wurde nichts gespeichert. Bitte gehen Sie im Browser zurück und"
            " kürzen Sie den längsten Text.",
        },
        "unreadable": {
            "en": "That could not be read",
            "de": "Das ließ sich nicht lesen",
        },
        "unreadable_body": {
            "en": "Nothing was saved. Please open the link in your invitation and send the page"
            " once more.",
            "de": "Gespeichert wurde nichts. Bitte öffnen Sie den Link in Ihrer Einladung und"
            " senden Sie die Seite noch einmal.",
        },
    }
)
TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {name: {**wording, "ar": ARABIC[name]} for name, wording in _ENGLISH_AND_GERMAN.items()}
)


def words(language: str) -> dict[str, str]:
    """Return every text of the pages in a language, in English where there is no other."""
    spoken = language.partition("-")[0]
    return {name: wording.get(spoken, wording[_FALLBACK]) for name, wording in TEXTS.items()}


def language_name(language: str) -> str:
    """Return what a language calls itself, or its code."""
    return LANGUAGE_NAMES.get(language.partition("-")[0], language)


def day_in_words(day: dt.date, language: str) -> str:
    """Return a day as people write it in a language, spelt as in our mails."""
    return in_words(day, language.partition("-")[0])


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, which empty lines part."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def chosen_language(wanted: Collection[str | None], available: Collection[str]) -> str:
    """Return the first wanted language that is available, else the first available one.

    A regional variant is content with its language, and a language with a variant of it.

    Args:
        wanted: Language codes, the dearest first; None is passed over.
        available: Language codes, not empty.
    """
    for code in wanted:
        if code is None:
            continue
        for match in (code, code.partition("-")[0]):
            if match in available:
                return match
        variant = next((one for one in available if one.partition("-")[0] == code), None)
        if variant is not None:
            return variant
    return next(iter(available))


def accepted_languages(header: str) -> list[str]:
    """Return the languages of an `Accept-Language` header, the dearest first.

    Source: RFC 9110, section 12.5.4. What cannot be read is passed over.
    """
    weighed: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        code, _, weight = part.partition(";q=")
        try:
            weighed.append((float(weight or 1), code.strip()))
        except ValueError:
            continue
    weighed.sort(key=lambda pair: -pair[0])
    return [code for weight, code in weighed if weight > 0]
