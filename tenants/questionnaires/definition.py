"""A version of a questionnaire as a whole: pages, questions, options, wordings and texts."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tenants.questionnaires.conditions import Condition
from tenants.questionnaires.findings import Finding, FindingCode
from tenants.questionnaires.json_object import JsonObject, Wording
from tenants.questionnaires.parts import (
    Option,
    Rule,
    Skip,
    new_code,
    option_json,
    parse_options,
    parse_probes,
    parse_rules,
    parse_skips,
    parse_visibility,
    rule_json,
    skip_json,
    visibility_json,
)
from tenants.questionnaires.piping import check_placeholders
from tenants.questionnaires.question_types import QUESTION_TYPES, QuestionType, QuestionTypeKey
from tenants.questionnaires.texts import TextKey, parse_texts
from tenants.reasons import Audience

MOST_LANGUAGES: Final = 20
MOST_PAGES: Final = 20
MOST_QUESTIONS: Final = 100

__all__ = [
    "Definition",
    "Option",
    "Page",
    "Question",
    "content_hash",
    "parse_definition",
    "parse_draft",
    "parse_draft_question",
    "question_json",
    "to_json",
]

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII)
_CONCEPT = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)*", re.ASCII)


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
        shuffle: Whether the options come in another order for each candidate.
        rules: What its answer and earlier ones must not be together.
        probes: What an interviewer may ask further, by language; no candidate's form has them.
        question_type: What holds for every question of this type.
        option_codes: The codes of the options.
        may_hide_options: Whether some options have a condition.
        may_be_filled_in: Whether a placeholder may stand in its words.
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
    shuffle: bool = False
    rules: tuple[Rule, ...] = ()
    probes: tuple[Wording, ...] = ()
    question_type: QuestionType[Any] = field(init=False, repr=False, compare=False)
    option_codes: frozenset[str] = field(init=False, repr=False, compare=False)
    may_hide_options: bool = field(init=False, repr=False, compare=False)
    may_be_filled_in: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look once at what every answer would have to look at."""
        wordings = (self.wording, self.help or {}, *self.probes)
        told = {
            "question_type": QUESTION_TYPES[self.type],
            "option_codes": frozenset(option.code for option in self.options),
            "may_hide_options": any(option.visible_if is not None for option in self.options),
            "may_be_filled_in": any("{" in text for words in wordings for text in words.values()),
        }
        for name, value in told.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that are shown and saved together.

    Attributes:
        code: Stable across versions.
        title: Heading, by language.
        questions: In the order in which they are shown.
        visible_if: When it is shown; always, if there is no condition.
        skips: Ways past the pages behind it, the first that is open being taken.
    """

    code: str
    title: Wording
    questions: tuple[Question, ...]
    visible_if: Condition | None
    skips: tuple[Skip, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything a version says; a published one never changes.

    Attributes:
        title: Heading of the form, by language.
        languages: Language codes; the first one is used where no other fits.
        texts: Mail, promise and receipt, by place and language.
        pages: In the order in which they are shown.
        answerable: The questions that take answers, by their codes, in order.
    """

    title: Wording
    languages: tuple[str, ...]
    texts: Mapping[TextKey, Wording]
    pages: tuple[Page, ...]
    answerable: Mapping[str, Question] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look once at what every answer would have to look at."""
        found = {one.code: one for one in self.questions() if one.question_type.takes_answers}
        object.__setattr__(self, "answerable", found)

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

    What is absent and may be, such as `help`, `visible_if`, `rules` or `skips`, means that there is
    none; absent settings take the defaults of the question's type, which are written out.

    Args:
        raw: The document as `json.loads` returns it.

    Raises:
        InvalidInput: The document breaks a rule; `field` is the path to where.
    """
    return _parse(raw, None)


def parse_draft(raw: object) -> tuple[Definition, list[Finding]]:
    """Return the definition that a draft describes, and what it cannot be published with.

    A draft may lack translations into any but its first language, and name questions and pages
    that are not where they should be. All else that `parse_definition` refuses is refused.

    Raises:
        InvalidInput: The document breaks a rule that a draft has to keep, too.
    """
    findings: list[Finding] = []
    return _parse(raw, findings), findings


def parse_draft_question(
    raw: object, languages: Collection[str], earlier: Mapping[str, Question]
) -> tuple[Question, list[Finding]]:
    """Return one question of a draft, and what it cannot be published with, as `parse_draft` does.

    Args:
        raw: As it stands in the document.
        languages: The questionnaire's, the first one needing every text.
        earlier: The questions before it, by code.

    Raises:
        InvalidInput: It breaks a rule that a draft has to keep, too.
    """
    findings: list[Finding] = []
    document = JsonObject(raw, languages=tuple(languages), findings=findings)
    return _parse_question(document, earlier), findings


def _parse(raw: object, findings: list[Finding] | None) -> Definition:
    languages = _parse_languages(JsonObject(raw))
    document = JsonObject(raw, languages=languages, findings=findings)
    document.take("languages")
    title = document.wording("title")
    texts = parse_texts(document.nested("texts"))
    pages: list[Page] = []
    earlier: dict[str, Question] = {}
    for page in document.objects("pages", most=MOST_PAGES):
        pages.append(_parse_page(page, earlier, [page.code for page in pages]))
    document.finish()
    definition = Definition(title, languages, texts, tuple(pages))
    _check_skips(document, definition)
    check_placeholders(document, definition)
    return definition


def _check_skips(document: JsonObject, definition: Definition) -> None:
    """Complain of skips that lead to no later page."""
    order = [page.code for page in definition.pages]
    for number, page in enumerate(definition.pages):
        for index, skip in enumerate(page.skips):
            if skip.to is not None and skip.to not in order[number + 1 :]:
                where = ("pages", str(number), "skips", str(index), "to")
                complaint = f"{skip.to} is not a later page"
                document.complain(FindingCode.UNKNOWN_CODE, complaint, *where, about=skip.to)


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
    code = new_code(raw, page_codes)
    title = raw.wording("title")
    # A page is decided about before any of its own questions is shown.
    visible_if = parse_visibility(raw, earlier)
    questions = []
    for item in raw.objects("questions", most=MOST_QUESTIONS):
        question = _parse_question(item, earlier)
        earlier[question.code] = question
        questions.append(question)
    skips = parse_skips(raw, earlier)
    raw.finish()
    if len(earlier) > MOST_QUESTIONS:
        raw.refuse(f"there are more than {MOST_QUESTIONS} questions in all", "questions")
    return Page(code, title, tuple(questions), visible_if, skips)


def _parse_question(raw: JsonObject, earlier: Mapping[str, Question]) -> Question:
    code = new_code(raw, earlier)
    key = raw.member("type", QuestionTypeKey)
    question_type = QUESTION_TYPES[key]
    options = parse_options(raw, question_type, earlier)
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
        visible_if=parse_visibility(raw, earlier),
        shuffle=bool(options) and raw.flag("shuffle"),
        probes=parse_probes(raw),
    )
    settings.finish()
    question = replace(question, rules=parse_rules(raw, {**earlier, code: question}))
    if question.required and not question_type.takes_answers:
        raw.refuse("must be false where there is nothing to answer", "required")
    if question.probes and not question_type.takes_answers:
        raw.refuse("must be empty where there is nothing to answer", "probes")
    raw.finish()
    return question


def _parse_concept(raw: JsonObject, earlier: Mapping[str, Question]) -> str | None:
    if not raw.has("concept"):
        return None
    concept = raw.text("concept", longest=100)
    if not _CONCEPT.fullmatch(concept):
        raw.refuse("must be lower-case words joined by dots or underscores", "concept")
    if concept in [question.concept for question in earlier.values()]:
        raw.refuse(f"{concept} belongs to an earlier question", "concept")
    return concept


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
                **visibility_json(page.visible_if),
                "questions": [question_json(question) for question in page.questions],
                **({"skips": [skip_json(skip) for skip in page.skips]} if page.skips else {}),
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
        document["options"] = [option_json(option) for option in question.options]
    if question.shuffle:
        document["shuffle"] = True
    if question.rules:
        document["rules"] = [rule_json(rule) for rule in question.rules]
    if question.probes:
        document["probes"] = [{"wording": dict(probe)} for probe in question.probes]
    if question.settings:
        document["settings"] = dict(question.settings)
    return document | visibility_json(question.visible_if)


def content_hash(definition: Definition) -> str:
    """Return the SHA-256 of the definition's canonical JSON, in 64 hexadecimal digits."""
    canonical = json.dumps(
        to_json(definition), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
