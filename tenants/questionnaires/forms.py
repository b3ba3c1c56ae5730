"""Reading the fields of an HTML form, which are named after the code of their question."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer

Form: TypeAlias = Mapping[str, Sequence[str]]
Settings: TypeAlias = Mapping[str, Any]

_WHOLE_NUMBER = re.compile(r"\d{1,9}")


def field(form: Form, *names: str) -> str:
    """Return the first value of the field whose name is the names joined by dots, trimmed.

    A missing field is an empty text.
    """
    values = form.get(".".join(names), ())
    return values[0].strip() if values else ""


def whole_number(word: str) -> int:
    """Return the number that the digits say.

    Raises:
        InvalidAnswer: NOT_A_NUMBER, for anything but one to nine digits.
    """
    if not _WHOLE_NUMBER.fullmatch(word):
        raise InvalidAnswer(AnswerProblem.NOT_A_NUMBER)
    return int(word)


def whole_numbers(form: Form, question_code: str, option_codes: Iterable[str]) -> dict[str, int]:
    """Return the numbers in the fields of a question's options; empty fields are left out.

    Raises:
        InvalidAnswer: NOT_A_NUMBER.
    """
    words = {code: field(form, question_code, code) for code in option_codes}
    return {code: whole_number(word) for code, word in words.items() if word}
