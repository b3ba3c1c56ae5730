"""The questionnaire that a mapping describes."""

from typing import Any

from tenants.errors import InvalidInput
from tenants.imports.mapping import ResponseMapping
from tenants.imports.questions import worded
from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.templates import load

_TEXTS_OF = "declined_offer"
_ONLY_PAGE = "answers"


def make_definition(mapping: ResponseMapping) -> Definition:
    """Return the questionnaire that a mapping describes.

    Its texts are the built-in questionnaire's where the mapping has none.

    Raises:
        InvalidInput: It breaks a rule of questionnaires, or a question names an unknown page.
    """
    questionnaire = mapping.questionnaire
    languages = questionnaire.languages
    texts: dict[str, Any] = {
        key.value: worded(wording, languages) for key, wording in load(_TEXTS_OF).texts.items()
    }
    texts |= {key: worded(words, languages) for key, words in questionnaire.texts.items()}
    document = {
        "title": worded(questionnaire.title, languages),
        "languages": list(languages),
        "texts": texts,
        "pages": _pages(mapping),
    }
    try:
        return parse_definition(document)
    except InvalidInput as error:
        message = f"The mapping's questionnaire cannot be used. {error.message}"
        raise InvalidInput(message, field=("questionnaire", *error.field)) from None


def _pages(mapping: ResponseMapping) -> list[dict[str, Any]]:
    """Return the pages that have questions, each with its own."""
    questionnaire = mapping.questionnaire
    titles = questionnaire.pages or {_ONLY_PAGE: questionnaire.title}
    first = next(iter(titles))
    questions: dict[str, list[dict[str, Any]]] = {code: [] for code in titles}
    for index, question in enumerate(mapping.questions):
        page = question.page or first
        if page not in questions:
            message = (
                f"The mapping cannot be used. questions.{index}.page: there is no page {page}."
            )
            raise InvalidInput(message, field=("questions", str(index), "page"))
        questions[page].append(question.document(questionnaire.languages))
    return [
        {"code": code, "title": worded(title, questionnaire.languages), "questions": found}
        for (code, title), found in zip(titles.items(), questions.values(), strict=True)
        if found
    ]
