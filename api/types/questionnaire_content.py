"""What a version says, typed: pages, questions, options, rules and texts."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

import strawberry

from api.types.conditions import Condition, show_condition
from tenants.questionnaires.choice_rules import Period
from tenants.questionnaires.comparability import concepts
from tenants.questionnaires.parts import Severity
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.texts import TextKey
from tenants.reasons import Audience

Json: TypeAlias = Mapping[str, Any]


@strawberry.type
class Translation:
    """A text in one language.

    Attributes:
        language: Its code.
        text: What it says there.
    """

    language: str
    text: str


@strawberry.type
class TextContent:
    """A text around the questions: mail, promise, receipt.

    Attributes:
        key: Where it stands.
        translations: By language.
    """

    key: TextKey
    translations: list[Translation]


@strawberry.type
class OptionContent:
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
    wording: list[Translation]
    exclusive: bool
    group: list[Translation] | None
    pinned: bool
    visible_if: Condition | None


@strawberry.type
class RuleContent:
    """What answers must not be together.

    Attributes:
        broken_if: When the rule is broken.
        message: What the candidate is told.
        severity: Whether the answers are refused or only looked at again.
    """

    broken_if: Condition
    message: list[Translation]
    severity: Severity


@strawberry.type
class ProbeContent:
    """What an interviewer may ask further in a guided interview; no candidate's form has it.

    Attributes:
        wording: What is asked; placeholders are filled in as in the question.
    """

    wording: list[Translation]


@strawberry.type
class SkipContent:
    """A way from a page past those behind it.

    Attributes:
        to: The page that comes next; null for the end of the questions.
        condition: When it is taken; null for always.
    """

    to: str | None
    condition: Condition | None


@strawberry.type
class PointLabel:
    """The name of a point on a scale.

    Attributes:
        point: Which point.
        wording: What it is called.
    """

    point: int
    wording: list[Translation]


@strawberry.type
class QuestionSettings:
    """What a type of question has to set; null for what it does not have.

    Attributes:
        other_option: The option that asks for own words.
        min_choices: The fewest options to choose.
        max_choices: The most options to choose.
        points: Of a rating or matrix; they count from 1.
        labels: The points that have a name.
        reverse: Whether the lowest point is the most favourable one.
        minimum: Of a number.
        maximum: Of a number.
        decimals: Of a number.
        unit: What a number counts.
        max_length: Of a text, in characters.
        privacy_note: What to leave out of a text.
        currency: Of bands of money, by ISO 4217.
        period: What an amount of money is for.
        bounds: Where each band but the first begins.
        earliest: The first day or month.
        latest: The last day or month.
        statement: What a consent agrees to.
    """

    other_option: str | None
    min_choices: int | None
    max_choices: int | None
    points: int | None
    labels: list[PointLabel] | None
    reverse: bool | None
    minimum: float | None
    maximum: float | None
    decimals: int | None
    unit: list[Translation] | None
    max_length: int | None
    privacy_note: list[Translation] | None
    currency: str | None
    period: Period | None
    bounds: list[float] | None
    earliest: date | None
    latest: date | None
    statement: list[Translation] | None


@strawberry.type
class QuestionContent:
    """A question.

    Attributes:
        code: Stable across versions.
        type: What kind of answer it takes.
        wording: What is asked; `{answer:code}` and `{offer:job_title}` are filled in.
        help: A hint below it.
        concept: The key that makes answers comparable across organisations.
        audience: Who may read the answers.
        required: Whether it must be answered, if only by "prefer not to say".
        options: What there is to choose, to rank, or the rows of a matrix.
        shuffle: Whether the options come in another order for each candidate.
        settings: What its type has to set.
        rules: What its answer and earlier ones must not be together.
        probes: What an interviewer may ask further.
        visible_if: When it is shown; null for always.
    """

    code: str
    type: QuestionTypeKey
    wording: list[Translation]
    help: list[Translation] | None
    concept: str | None
    audience: Audience
    required: bool
    options: list[OptionContent]
    shuffle: bool
    settings: QuestionSettings
    rules: list[RuleContent]
    probes: list[ProbeContent]
    visible_if: Condition | None


@strawberry.type
class PageContent:
    """Questions that are shown and saved together.

    Attributes:
        code: Stable across versions.
        title: Its heading.
        questions: In order.
        skips: Ways past the pages behind it, the first that is open being taken.
        visible_if: When it is shown; null for always.
    """

    code: str
    title: list[Translation]
    questions: list[QuestionContent]
    skips: list[SkipContent]
    visible_if: Condition | None


@strawberry.type
class QuestionnaireContent:
    """Everything that a version says.

    Attributes:
        title: Heading of the form.
        languages: The first one is used where no other fits.
        texts: Mail, promise and receipt.
        pages: In order.
    """

    title: list[Translation]
    languages: list[str]
    texts: list[TextContent]
    pages: list[PageContent]


@strawberry.type
class Concept:
    """A question as the product asks it, so that answers can be compared across organisations.

    A question of the concept is comparable if type, codes, scale and other settings are these, and
    its words are these in every language in which there are some.

    Attributes:
        key: The concept.
        type: What kind of answer it takes.
        wording: What is asked.
        options: What there is to choose, to rank, or the rows of a matrix.
        settings: What its type has to set.
    """

    key: str
    type: QuestionTypeKey
    wording: list[Translation]
    options: list[OptionContent]
    settings: QuestionSettings


def list_concepts() -> list[Concept]:
    """Return the canonical concepts, in the order in which the built-in questionnaires ask them."""
    return [
        Concept(
            key=one.key,
            type=one.question.type,
            wording=_say(one.asked["wording"]),
            options=[_option(option) for option in one.asked["options"]],
            settings=_settings(one.asked["settings"]),
        )
        for one in concepts().values()
    ]


def show_content(document: Json) -> QuestionnaireContent:
    """Return what a version says as the API spells it.

    Args:
        document: As `definition.to_json` writes it.
    """
    return QuestionnaireContent(
        title=_say(document["title"]),
        languages=list(document["languages"]),
        texts=[
            TextContent(key=key, translations=_say(document["texts"][key.value]))
            for key in TextKey
            if key.value in document["texts"]
        ],
        pages=[_page(page) for page in document["pages"]],
    )


def _say(wording: Mapping[str, str]) -> list[Translation]:
    return [Translation(language=language, text=text) for language, text in wording.items()]


def _may_say(wording: Mapping[str, str] | None) -> list[Translation] | None:
    return None if wording is None else _say(wording)


def _page(page: Json) -> PageContent:
    return PageContent(
        code=page["code"],
        title=_say(page["title"]),
        questions=[_question(question) for question in page["questions"]],
        skips=[
            SkipContent(to=skip.get("to"), condition=show_condition(skip.get("if")))
            for skip in page.get("skips", ())
        ],
        visible_if=show_condition(page.get("visible_if")),
    )


def _question(question: Json) -> QuestionContent:
    return QuestionContent(
        code=question["code"],
        type=QuestionTypeKey(question["type"]),
        wording=_say(question["wording"]),
        help=_may_say(question.get("help")),
        concept=question.get("concept"),
        audience=Audience(question["audience"]),
        required=question["required"],
        options=[_option(option) for option in question.get("options", ())],
        shuffle=question.get("shuffle", False),
        settings=_settings(question.get("settings", {})),
        rules=[_rule(rule) for rule in question.get("rules", ())],
        probes=[ProbeContent(wording=_say(one["wording"])) for one in question.get("probes", ())],
        visible_if=show_condition(question.get("visible_if")),
    )


def _rule(rule: Json) -> RuleContent:
    condition: Any = show_condition(rule["broken_if"])
    return RuleContent(
        broken_if=condition, message=_say(rule["message"]), severity=Severity(rule["severity"])
    )


def _option(option: Json) -> OptionContent:
    return OptionContent(
        code=option["code"],
        wording=_say(option["wording"]),
        exclusive=option.get("exclusive", False),
        group=_may_say(option.get("group")),
        pinned=option.get("pinned", False),
        visible_if=show_condition(option.get("visible_if")),
    )


def _settings(settings: Json) -> QuestionSettings:
    labels, bounds = settings.get("labels"), settings.get("bounds")
    period = settings.get("period")
    return QuestionSettings(
        other_option=settings.get("other_option"),
        min_choices=settings.get("min_choices"),
        max_choices=settings.get("max_choices"),
        points=settings.get("points"),
        labels=None
        if labels is None
        else [
            PointLabel(point=int(point), wording=_say(labels[point]))
            for point in sorted(labels, key=int)
        ],
        reverse=settings.get("reverse"),
        minimum=settings.get("minimum"),
        maximum=settings.get("maximum"),
        decimals=settings.get("decimals"),
        unit=_may_say(settings.get("unit")),
        max_length=settings.get("max_length"),
        privacy_note=_may_say(settings.get("privacy_note")),
        currency=settings.get("currency"),
        period=None if period is None else Period(period),
        bounds=None if bounds is None else list(bounds),
        earliest=_day(settings.get("earliest")),
        latest=_day(settings.get("latest")),
        statement=_may_say(settings.get("statement")),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
