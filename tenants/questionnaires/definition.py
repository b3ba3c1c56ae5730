"""A version of a questionnaire as a whole: pages, questions, options, wordings and texts."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tenants.questionnaires.conditions import Condition, condition_json, parse_condition
from tenants.questionnaires.json_object import JsonObject, Wording
from tenants.questionnaires.question_types import QUESTION_TYPES, QuestionType, QuestionTypeKey
from tenants.questionnaires.texts import TextKey, parse_texts
from tenants.reasons import Audience

MOST_LANGUAGES: Final = 20
MOST_PAGES: Final = 20
MOST_QUESTIONS: Final = 100
MOST_OPTIONS: Final = 100

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII)
_CONCEPT = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose or to rank, or a row of a matrix.

    Attributes:
        code: Stable across versions; what an answer keeps.
        wording: What the candidate reads, by language.
        exclusive: Whether choosing it rules out all the others.
        group: Heading under which neighbouring options stand together, by language.
    """

    code: str
    wording: Wording
    exclusive: bool = False
    group: Wording | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        code: Stable across versions.
        type: What kind of question it is.
        wording: What is asked, by language.
        help: A hint below it, by language.
        concept: The key across organisations that makes answers comparable, if they are.
        audience: Who may read the answers.
        required: Whether it must be answered, if only by "prefer not to say".
        options: What there is to choose or to rank, or the rows of a matrix.
        settings: What its type has to set, with every default written out.
        visible_if: When it is shown; always, if there is no condition.
    """

    code: str
    type: QuestionTypeKey
    wording: Wording
    help: Wording | None
    concept: str | None
    audience: Audience
    required: bool
    options: tuple[Option, ...]
    settings: Mapping[str, Any]
    visible_if: Condition | None

    @property
    def question_type(self) -> QuestionType[Any]:
        """What holds for every question of this type."""
        return QUESTION_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that are shown and saved together."""

    code: str
    title: Wording
    questions: tuple[Question, ...]
    visible_if: Condition | None


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything a version says; a published one never changes.

    Attributes:
        title: Heading of the form, by language.
        languages: Language codes; the first one is used where no other fits.
        texts: Mail, promise and receipt, by place and language.
        pages: In the order in which they are shown.
    """

    title: Wording
    languages: tuple[str, ...]
    texts: Mapping[TextKey, Wording]
    pages: tuple[Page, ...]

    def questions(self) -> Iterator[Question]:
        """Yield every question in order."""
        for page in self.pages:
            yield from page.questions

    def question(self, code: str) -> Question:
        """Return the question with the code.

        Raises:
            KeyError: There is none.
        """
        for question in self.questions():
            if question.code == code:
                return question
        raise KeyError(code)

    def page(self, code: str) -> Page:
        """Return the page with the code.

        Raises:
            KeyError: There is none.
        """
        for page in self.pages:
            if page.code == code:
                return page
        raise KeyError(code)


def parse_definition(raw: object) -> Definition:
    """Return the definition that the JSON document describes; nothing optional is guessed.

    Absent `help`, `concept`, `visible_if`, `options`, `exclusive` and `group` mean that there is
    none; absent settings take the defaults of the question's type, which are written out.

    Args:
        raw: The document as `json.loads` returns it.

    Raises:
        InvalidInput: The document breaks a rule; `field` is the path to where.
    """
    languages = _parse_languages(JsonObject(raw))
    document = JsonObject(raw, languages=languages)
    document.take("languages")
    title = document.wording("title")
    texts = parse_texts(document.nested("texts"))
    pages: list[Page] = []
    earlier: dict[str, Question] = {}
    for page in document.objects("pages", most=MOST_PAGES):
        pages.append(_parse_page(page, earlier, [page.code for page in pages]))
    document.finish()
    return Definition(title, languages, texts, tuple(pages))


def _parse_languages(document: JsonObject) -> tuple[str, ...]:
    languages: list[str] = []
    for index, language in enumerate(document.items("languages", most=MOST_LANGUAGES)):
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            document.refuse("must be a language code such as en or de-CH", "languages", str(index))
        if language in languages:
            document.refuse(f"{language} is there twice", "languages", str(index))
        languages.append(language)
    return tuple(languages)


def _parse_page(raw: JsonObject, earlier: dict[str, Question], page_codes: Collection[str]) -> Page:
    """Return the page, and add its questions to the earlier ones."""
    code = _new_code(raw, page_codes)
    title = raw.wording("title")
    # A page is decided about before any of its own questions is shown.
    visible_if = _parse_visibility(raw, earlier)
    questions = []
    for item in raw.objects("questions", most=MOST_QUESTIONS):
        question = _parse_question(item, earlier)
        earlier[question.code] = question
        questions.append(question)
    raw.finish()
    if len(earlier) > MOST_QUESTIONS:
        raw.refuse(f"there are more than {MOST_QUESTIONS} questions in all", "questions")
    return Page(code, title, tuple(questions), visible_if)


def _parse_question(raw: JsonObject, earlier: Mapping[str, Question]) -> Question:
    code = _new_code(raw, earlier)
    key = raw.member("type", QuestionTypeKey)
    question_type = QUESTION_TYPES[key]
    options = _parse_options(raw, question_type)
    settings = raw.nested("settings")
    question = Question(
        code=code,
        type=key,
        wording=raw.wording("wording"),
        help=raw.optional_wording("help"),
        concept=_parse_concept(raw, earlier),
        audience=raw.member("audience", Audience),
        required=raw.boolean("required"),
        options=options,
        settings=question_type.read_settings(settings, options),
        visible_if=_parse_visibility(raw, earlier),
    )
    settings.finish()
    if question.required and not question_type.takes_answers:
        raw.refuse("must be false where there is nothing to answer", "required")
    raw.finish()
    return question


def _parse_options(raw: JsonObject, question_type: QuestionType[Any]) -> tuple[Option, ...]:
    fewest = question_type.fewest_options
    options: list[Option] = []
    for item in raw.objects("options", fewest=fewest, most=MOST_OPTIONS if fewest else 0):
        code = _new_code(item, [option.code for option in options])
        exclusive = item.boolean("exclusive") if item.has("exclusive") else False
        if exclusive and not question_type.exclusive_options:
            item.refuse("is not known to this type of question", "exclusive")
        options.append(
            Option(code, item.wording("wording"), exclusive, item.optional_wording("group"))
        )
        item.finish()
    return tuple(options)


def _parse_concept(raw: JsonObject, earlier: Mapping[str, Question]) -> str | None:
    if not raw.has("concept"):
        return None
    concept = raw.text("concept", longest=100)
    if not _CONCEPT.fullmatch(concept):
        raw.refuse("must be lower-case words joined by dots or underscores", "concept")
    if concept in [question.concept for question in earlier.values()]:
        raw.refuse(f"{concept} belongs to an earlier question", "concept")
    return concept


def _parse_visibility(raw: JsonObject, earlier: Mapping[str, Question]) -> Condition | None:
    return parse_condition(raw.nested("visible_if"), earlier) if raw.has("visible_if") else None


def _new_code(raw: JsonObject, taken: Collection[str]) -> str:
    code = raw.code("code")
    if code in taken:
        raw.refuse(f"{code} is there twice", "code")
    return code


def to_json(definition: Definition) -> dict[str, Any]:
    """Return the document that `parse_definition` reads, the same for equal definitions."""
    return {
        "title": dict(definition.title),
        "languages": list(definition.languages),
        "texts": {key.value: dict(wording) for key, wording in definition.texts.items()},
        "pages": [
            {
                "code": page.code,
                "title": dict(page.title),
                **_visibility_json(page.visible_if),
                "questions": [question_json(question) for question in page.questions],
            }
            for page in definition.pages
        ],
    }


def question_json(question: Question) -> dict[str, Any]:
    """Return the question as it stands in the document."""
    document: dict[str, Any] = {
        "code": question.code,
        "type": question.type.value,
        "wording": dict(question.wording),
        "audience": question.audience.value,
        "required": question.required,
    }
    if question.help is not None:
        document["help"] = dict(question.help)
    if question.concept is not None:
        document["concept"] = question.concept
    if question.options:
        document["options"] = [_option_json(option) for option in question.options]
    if question.settings:
        document["settings"] = dict(question.settings)
    return document | _visibility_json(question.visible_if)


def _option_json(option: Option) -> dict[str, Any]:
    document: dict[str, Any] = {"code": option.code, "wording": dict(option.wording)}
    if option.exclusive:
        document["exclusive"] = True
    if option.group is not None:
        document["group"] = dict(option.group)
    return document


def _visibility_json(condition: Condition | None) -> dict[str, Any]:
    return {} if condition is None else {"visible_if": condition_json(condition)}


def content_hash(definition: Definition) -> str:
    """Return the SHA-256 of the definition's canonical JSON, in 64 hexadecimal digits."""
    canonical = json.dumps(
        to_json(definition), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
