"""How candidates are protected, in plain words made of the numbers in force; and what is not."""

from collections.abc import Iterator
from dataclasses import dataclass

from tenants.benchmarks.methodology import Rule
from tenants.disclosure.figures import FEW
from tenants.disclosure.rules import Dimension, EditionRules
from tenants.insights.settings import SettingsInForce
from tenants.interviews.models import MONTHS_HELD
from tenants.organisations.insight_settings import floors
from tenants.settings import get_settings

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects those who answer.

    Attributes:
        title: Of the whole.
        rules: What always holds.
        limits_title: Of the limits.
        limits: Where the promise ends.
    """

    title: str
    rules: tuple[Rule, ...]
    limits_title: str
    limits: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class _InForce:
    """The numbers that the words are made of."""

    rules: EditionRules
    dimension: Dimension

    @property
    def flush_minimum(self) -> int:
        """How many anonymous submissions leave the holding place together."""
        return max(get_settings().flush_minimum, self.rules.minimum)


def describe_protection(
    language: str = "en", *, settings: SettingsInForce | None = None
) -> Protection:
    """Return how candidates are protected, with the numbers that apply.

    Args:
        language: One of `LANGUAGES`; English for any other.
        settings: Of the organisation that asks; what holds everywhere if absent.
    """
    found = _InForce(floors(), Dimension.DEPARTMENT)
    if settings is not None:
        found = _InForce(settings.rules, settings.window.dimension)
    if language == "de":
        return Protection(
            "Wie wir Bewerberinnen und Bewerber schützen",
            tuple(_german(found)),
            "Was wir nicht versprechen können",
            tuple(_german_limits(found.flush_minimum)),
        )
    return Protection(
        "How we protect candidates",
        tuple(_english(found)),
        "What we cannot promise",
        tuple(_english_limits(found.flush_minimum)),
    )


def _english(found: _InForce) -> Iterator[Rule]:
    rules, settings = found.rules, get_settings()
    k = rules.minimum
    part = "department" if found.dimension is Dimension.DEPARTMENT else "location"
    yield Rule(
        "You choose",
        "You choose who may know whose answers they are: everybody concerned, only the independent"
        " interviewers, or nobody. What you chose is never loosened. You can tighten it afterwards,"
        " and take your answers back with your receipt code.",
    )
    yield Rule(
        "Figures need a crowd",
        f"The employer sees figures of at least {k} people. Confidential and anonymous answers are"
        f" in a figure only if there are at least {k} of each that occurs; until then they wait.",
    )
    yield Rule(
        "Subtracting does not help",
        f"Whoever takes away the answers that they may read, or one {part}'s figures from the"
        f" whole organisation's, is left with nobody, or again with at least {k} people.",
    )
    yield Rule(
        "No figure says that everybody agrees",
        f"Of fewer than {FEW} people, and of fewer than {FEW} confidential or anonymous ones among"
        " many, no figure shows that all of them gave the same answer.",
    )
    yield Rule(
        "Nobody is told whether you answered",
        "The employer sees that you were invited and that the interview was closed on a fixed day,"
        " answered or not. The share of those who answered is shown from"
        f" {rules.response_rate_minimum} invitations on, to ten percent.",
    )
    yield Rule(
        "Anonymous answers are mixed",
        f"They are sealed and wait until {found.flush_minimum} have come; then they are opened"
        " together, in random order, without name, day, language or link to the invitation. They"
        f" are on offer where at least {settings.anonymous_minimum_invitations} people were"
        f" invited in twelve months. What has waited for {MONTHS_HELD} months is deleted unread.",
    )
    yield Rule(
        "What you write",
        "Nothing that you write is shown as it is unless the independent interviewers have taken"
        " out what could name you and released it; then only among the answers of at least"
        f" {rules.excerpt_respondents} people, at least {rules.excerpt_hidden} of them confidential"
        " or anonymous, without a day and in random order. What was answered by name, and may be"
        " shared, the employer's HR may read.",
    )
    yield Rule(
        "Published once",
        f"Figures are published for {rules.window_months} months at a time and never computed"
        " again, so that nobody sees them move when one more person answers.",
    )


def _english_limits(minimum: int) -> Iterator[Rule]:
    yield Rule(
        "Before anonymous answers are mixed",
        f"Until {minimum} have come, and in copies made before, whoever runs the installation and"
        " holds its keys could connect an anonymous answer with its invitation.",
    )
    yield Rule(
        "What you save before you send",
        "A draft is encrypted, but whoever runs the installation holds the key.",
    )
    yield Rule(
        "Your own words",
        "Nobody at the employer reads what you write unless it was answered by name or released by"
        " the independent interviewers. But words can give somebody away: leave out what only you"
        " can know.",
    )
    yield Rule(
        "Figures taken before you left",
        "If you take your answers back they are deleted at once. A figure that was published stands"
        " unless too few are left behind it.",
    )


def _german(found: _InForce) -> Iterator[Rule]:
    rules, settings = found.rules, get_settings()
    k = rules.minimum
    part = "einer Abteilung" if found.dimension is Dimension.DEPARTMENT else "eines Standorts"
    yield Rule(
        "Sie wählen",
        "Sie wählen, wer wissen darf, von wem die Antworten sind: alle Beteiligten, nur die"
        " unabhängigen Befragenden oder niemand. Ihre Wahl wird nie gelockert. Sie können sie"
        " nachträglich verschärfen und Ihre Antworten mit dem Quittungscode zurücknehmen.",
    )
    yield Rule(
        "Zahlen brauchen eine Gruppe",
        f"Das Unternehmen sieht Zahlen von mindestens {k} Personen. Vertrauliche und anonyme"
        f" Antworten gehen nur ein, wenn es von beiden keine oder mindestens {k} gibt; bis dahin"
        " warten sie.",
    )
    yield Rule(
        "Abziehen hilft nicht",
        f"Wer die Antworten abzieht, die er lesen darf, oder die Zahlen {part} von denen"
        f" des Ganzen, behält niemanden übrig oder wieder mindestens {k} Personen.",
    )
    yield Rule(
        "Keine Zahl sagt, dass alle dasselbe meinen",
        f"Von weniger als {FEW} Personen, und von weniger als {FEW} vertraulichen oder anonymen"
        " unter vielen, zeigt keine Zahl, dass alle dasselbe geantwortet haben.",
    )
    yield Rule(
        "Niemand erfährt, ob Sie geantwortet haben",
        "Das Unternehmen sieht, dass Sie eingeladen wurden und dass die Befragung an einem festen"
        " Tag endete, mit oder ohne Antwort. Wie viele geantwortet haben, zeigen wir ab"
        f" {rules.response_rate_minimum} Einladungen und auf zehn Prozent genau.",
    )
    yield Rule(
        "Anonyme Antworten werden gemischt",
        f"Sie warten versiegelt, bis {found.flush_minimum} da sind, und werden zusammen und in"
        " zufälliger Reihenfolge geöffnet, ohne Namen, Tag, Sprache und Verbindung zur Einladung."
        f" Es gibt sie, wo in zwölf Monaten mindestens {settings.anonymous_minimum_invitations}"
        f" Personen eingeladen wurden. Was {MONTHS_HELD} Monate gewartet hat, wird ungelesen"
        " gelöscht.",
    )
    yield from _german_publication(rules)


def _german_publication(rules: EditionRules) -> Iterator[Rule]:
    yield Rule(
        "Was Sie schreiben",
        "Nichts davon wird gezeigt, bevor die unabhängigen Befragenden herausgenommen haben, was"
        " Sie verraten könnte, und es freigeben; und dann nur unter den Antworten von mindestens"
        f" {rules.excerpt_respondents} Personen, von denen mindestens {rules.excerpt_hidden}"
        " vertraulich oder anonym geantwortet haben, ohne Tag und in zufälliger Reihenfolge. Was"
        " mit Namen beantwortet ist und weitergegeben werden darf, kann die Personalabteilung"
        " lesen.",
    )
    yield Rule(
        "Einmal veröffentlicht",
        f"Zahlen werden für je {rules.window_months} Monate veröffentlicht und nie neu berechnet:"
        " Niemand sieht, wie sie sich bewegen, wenn noch jemand antwortet.",
    )


def _german_limits(minimum: int) -> Iterator[Rule]:
    yield Rule(
        "Bevor anonyme Antworten gemischt sind",
        f"Bis {minimum} da sind, und in früheren Sicherungskopien, könnte eine anonyme Antwort mit"
        " ihrer Einladung verbinden, wer diese Anlage betreibt und ihre Schlüssel hat.",
    )
    yield Rule(
        "Was Sie vor dem Absenden speichern",
        "Ein Entwurf ist verschlüsselt; wer diese Anlage betreibt, hat den Schlüssel.",
    )
    yield Rule(
        "Ihre eigenen Worte",
        "Was Sie schreiben, liest im Unternehmen niemand, wenn Sie es nicht mit Namen gesagt oder"
        " die unabhängigen Befragenden es nicht freigegeben haben. Doch Worte können verraten, von"
        " wem sie sind: Lassen Sie weg, was nur Sie wissen können.",
    )
    yield Rule(
        "Zahlen von vorher",
        "Nehmen Sie Ihre Antworten zurück, werden sie sofort gelöscht. Eine veröffentlichte Zahl"
        " bleibt, wenn nicht zu wenige hinter ihr übrig sind.",
    )
