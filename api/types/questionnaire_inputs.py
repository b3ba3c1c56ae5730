"""What a draft shall say, typed, and the document that it makes."""

from datetime import date
from typing import Any, TypeAlias

import strawberry

from api.types.conditions import ConditionInput, condition_document
from tenants.errors import InvalidInput
from tenants.questionnaires.choice_rules import Period
from tenants.questionnaires.parts import Severity
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.texts import TextKey
from tenants.reasons import Audience

Json: TypeAlias = dict[str, Any]


@strawberry.input
class TranslationInput:
    """A text in one language.

    Attributes:
        language: Its code.
        text: What it says there.
    """

    language: str
    text: str


@strawberry.input
class TextContentInput:
    """A text around the questions: mail, promise, receipt.

    Attributes:
        key: Where it stands.
        translations: By language.
    """

    key: TextKey
    translations: list[TranslationInput]


@strawberry.input
class OptionContentInput:
    """Something to choose or to rank, or a row of a matrix.

    Attributes:
        code: What an answer keeps.
        wording: What the candidate reads.
        exclusive: Whether it rules out all others.
        group: The heading that it stands under.
        pinned: Whether it keeps its place when the others are shuffled.
        visible_if: When it is shown; null for always.
    """

    code: str
    wording: list[TranslationInput]
    exclusive: bool | None = None
    group: list[TranslationInput] | None = None
    pinned: bool | None = None
    visible_if: ConditionInput | None = None


@strawberry.input
class RuleContentInput:
    """What answers must not be together.

    Attributes:
        broken_if: When the rule is broken; on earlier answers and the question's own.
        message: What the candidate is told.
        severity: Whether the answers are refused or only looked at again.
    """

    broken_if: ConditionInput
    message: list[TranslationInput]
    severity: Severity


@strawberry.input
class ProbeContentInput:
    """What an interviewer may ask further in a guided interview; no candidate's form has it.

    Attributes:
        wording: What is asked, at most 300 characters; placeholders are filled in.
    """

    wording: list[TranslationInput]


@strawberry.input
class SkipContentInput:
    """A way from a page past those behind it.

    Attributes:
        to: The page that comes next; null for the end of the questions.
        condition: When it is taken; null for always.
    """

    to: str | None = None
    condition: ConditionInput | None = None


@strawberry.input
class PointLabelInput:
    """The name of a point on a scale.

    Attributes:
        point: Which point.
        wording: What it is called.
    """

    point: int
    wording: list[TranslationInput]


@strawberry.input
class QuestionSettingsInput:
    """What a type of question has to set; what is left out takes the type's default.

    Attributes:
        other_option: The option that asks for own words.
        min_choices: The fewest options to choose.
        max_choices: The most options to choose.
        points: Of a rating or matrix, 2 to 10; they count from 1.
        labels: The points that have a name; both ends need one.
        reverse: Whether the lowest point is the most favourable one.
        minimum: Of a number, whole.
        maximum: Of a number, whole.
        decimals: Of a number, at most 6.
        unit: What a number counts.
        max_length: Of a text, in characters.
        privacy_note: What to leave out of a text.
        currency: Of bands of money, by ISO 4217.
        period: What an amount of money is for.
        bounds: Where each band but the first begins, whole.
        earliest: The first day or month.
        latest: The last day or month.
        statement: What a consent agrees to.
    """

    other_option: str | None = None
    min_choices: int | None = None
    max_choices: int | None = None
    points: int | None = None
    labels: list[PointLabelInput] | None = None
    reverse: bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    unit: list[TranslationInput] | None = None
    max_length: int | None = None
    privacy_note: list[TranslationInput] | None = None
    currency: str | None = None
    period: Period | None = None
    bounds: list[float] | None = None
    earliest: date | None = None
    latest: date | None = None
    statement: list[TranslationInput] | None = None


@strawberry.input
class QuestionContentInput:
    """A question.

    Attributes:
        code: Stable across versions.
        type: What kind of answer it takes.
        wording: What is asked; `{answer:code}` and `{offer:job_title}` are filled in.
        help: A hint below it.
        concept: The key that makes answers comparable across organisations.
        audience: Who may read the answers.
        required: Whether it must be answered, if only by "prefer not to say"; it need not if null.
        options: What there is to choose, to rank, or the rows of a matrix.
        shuffle: Whether the options come in another order for each candidate.
        settings: What its type has to set.
        rules: What its answer and earlier ones must not be together.
        visible_if: When it is shown; null for always.
        probes: What an interviewer may ask further, at most eight.
    """

    code: str
    type: QuestionTypeKey
    wording: list[TranslationInput]
    audience: Audience
    required: bool | None = None
    help: list[TranslationInput] | None = None
    concept: str | None = None
    options: list[OptionContentInput] | None = None
    shuffle: bool | None = None
    settings: QuestionSettingsInput | None = None
    rules: list[RuleContentInput] | None = None
    visible_if: ConditionInput | None = None
    probes: list[ProbeContentInput] | None = None


@strawberry.input
class PageContentInput:
    """Questions that are shown and saved together.

    Attributes:
        code: Stable across versions.
        title: Its heading.
        questions: In order.
        skips: Ways past the pages behind it, the first that is open being taken.
        visible_if: When it is shown; null for always.
    """

    code: str
    title: list[TranslationInput]
    questions: list[QuestionContentInput]
    skips: list[SkipContentInput] | None = None
    visible_if: ConditionInput | None = None


@strawberry.input
class QuestionnaireContentInput:
    """Everything that a draft shall say; it replaces what it says now.

    Attributes:
        title: Heading of the form.
        languages: The first one needs every text; others may be translated later.
        texts: Mail, promise and receipt; of those left out the built-in ones are taken.
        pages: In order.
    """

    title: list[TranslationInput]
    languages: list[str]
    pages: list[PageContentInput]
    texts: list[TextContentInput] | None = None


def content_document(given: QuestionnaireContentInput, standard_texts: Json) -> Json:
    """Return the document that the input describes; whether it will do is for the domain to say.

    Args:
        given: The input.
        standard_texts: The built-in texts, as a document has them.

    Raises:
        InvalidInput: A text is there twice in one language.
    """
    given_texts = {text.key.value: _wording(text.translations) for text in given.texts or ()}
    texts: Json = {
        key: {language: text for language, text in words.items() if language in given.languages}
        for key, words in standard_texts.items()
    }
    return {
        "title": _wording(given.title),
        "languages": list(given.languages),
        "texts": texts | given_texts,
        "pages": [_page(page) for page in given.pages],
    }


def _wording(given: list[TranslationInput] | None) -> dict[str, str] | None:
    if given is None:
        return None
    wording = {one.language: one.text for one in given}
    if len(wording) < len(given):
        message = "A text is there twice in one language."
        raise InvalidInput(message, field="content")
    return wording


def _page(given: PageContentInput) -> Json:
    return {
        "code": given.code,
        "title": _wording(given.title),
        "questions": [_question(question) for question in given.questions],
        "skips": [
            {"to": skip.to, "if": condition_document(skip.condition)} for skip in given.skips or ()
        ],
        "visible_if": condition_document(given.visible_if),
    }


def _question(given: QuestionContentInput) -> Json:
    return {
        "code": given.code,
        "type": given.type.value,
        "wording": _wording(given.wording),
        "help": _wording(given.help),
        "concept": given.concept,
        "audience": given.audience.value,
        "required": bool(given.required),
        "options": [_option(option) for option in given.options or ()],
        "shuffle": given.shuffle or None,
        "settings": _settings(given.settings),
        "rules": [
            {
                "broken_if": condition_document(rule.broken_if),
                "message": _wording(rule.message),
                "severity": rule.severity.value,
            }
            for rule in given.rules or ()
        ],
        "probes": [{"wording": _wording(probe.wording)} for probe in given.probes or ()],
        "visible_if": condition_document(given.visible_if),
    }


def _option(given: OptionContentInput) -> Json:
    return {
        "code": given.code,
        "wording": _wording(given.wording),
        # Absent is the same as no, which a type without exclusive options does not mind.
        "exclusive": given.exclusive or None,
        "group": _wording(given.group),
        "pinned": given.pinned or None,
        "visible_if": condition_document(given.visible_if),
    }


def _settings(given: QuestionSettingsInput | None) -> Json:
    """Return the settings that were given; what is not given, or false, is the default."""
    told = {} if given is None else vars(given)
    return {name: _setting(value) for name, value in told.items() if value not in (None, False)}


def _setting(value: Any) -> Any:  # noqa: PLR0911 - one per kind.
    """Return one setting as a document has it."""
    match value:
        case [PointLabelInput(), *_]:
            return {str(one.point): _wording(one.wording) for one in value}
        case [TranslationInput(), *_]:
            return _wording(value)
        case [*bounds]:
            return [_setting(bound) for bound in bounds]
        case float():
            return _whole(value)
        case date():
            return value.isoformat()
        case Period():
            return value.value
        case _:
            return value


def _whole(number: float) -> float:
    """Return a whole number as such; the domain refuses others."""
    return int(number) if number.is_integer() else number
