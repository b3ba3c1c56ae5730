"""From the cells of a row to one question's answer, by the rules that hold for the form, too."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from tenants.errors import InvalidInput
from tenants.imports.questions import MappedQuestion
from tenants.questionnaires.definition import Question
from tenants.questionnaires.forms import Form
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.problems import InvalidAnswer
from tenants.questionnaires.question_types import AnswerState, QuestionTypeKey
from tenants.questionnaires.values import free_text

Cells = Sequence[str]

# Answers are made once for the same cells; texts never are, as no two are the same.
MOST_REMEMBERED: Final = 2_000
_LONGEST_QUOTE: Final = 60
_TEXTS = frozenset({QuestionTypeKey.SHORT_TEXT, QuestionTypeKey.LONG_TEXT})
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T].*)?", re.ASCII)
_SKIPPED: Final = Answer(AnswerState.SKIPPED)
_PREFER_NOT: Final = Answer(AnswerState.PREFER_NOT_TO_SAY)


class Refused(Exception):
    """A cell cannot be used.

    Attributes:
        column: Whose.
        reason: A sentence.
    """

    def __init__(self, column: str, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.column = column
        self.reason = reason


def quoted(text: str) -> str:
    """Return what stands in a cell or header, cut short, for a message."""
    cut = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return f"“{cut}”" if cut else "an empty cell"


def reader_of(
    mapped: MappedQuestion, question: Question, places: Mapping[str, int]
) -> Callable[[Cells], Answer]:
    """Return what reads a question's answer from the cells of a row.

    Args:
        mapped: Where the answer stands, and what the cells mean.
        question: As the questionnaire has it.
        places: The index of each column.

    Raises:
        InvalidInput: A value that the mapping gives is none that the question takes.
    """
    reader = _Reader(mapped, question, places)
    reader.check_values()
    if question.type in _TEXTS or mapped.other_column is not None:
        return reader.read
    remembered: dict[tuple[str, ...], Answer] = {}
    indices = [places[column] for column in mapped.all_columns()]

    def read(cells: Cells) -> Answer:
        key = tuple([cells[index] for index in indices])
        answer = remembered.get(key)
        if answer is None:
            answer = reader.read(cells)
            if len(remembered) < MOST_REMEMBERED:
                remembered[key] = answer
        return answer

    return read


class _Reader:
    def __init__(
        self, mapped: MappedQuestion, question: Question, places: Mapping[str, int]
    ) -> None:
        self.mapped = mapped
        self.question = question
        self.places = places
        self.nothing = frozenset({"", *mapped.not_answered})
        self.unsaid = frozenset(mapped.prefer_not_to_say)

    def read(self, cells: Cells) -> Answer:
        """Return what became of the question.

        Raises:
            Refused: A cell has no meaning, or the answer breaks a rule of the question.
        """
        mapped = self.mapped
        columns = [mapped.column] if mapped.column is not None else list(mapped.columns)
        texts = {column: cells[self.places[column]] for column in columns}
        if any(text in self.unsaid for text in texts.values()):
            return _PREFER_NOT
        said = {column: text for column, text in texts.items() if text not in self.nothing}
        if mapped.type is QuestionTypeKey.MULTIPLE_CHOICE and mapped.columns:
            form = self._ticked(said)
        elif mapped.columns:
            form = {
                f"{mapped.code}.{mapped.columns[column]}": [self._meaning(column, text)]
                for column, text in said.items()
            }
        else:
            form = self._single(said)
        column = ", ".join(said) or columns[0]
        if mapped.other_column is None or not (words := cells[self.places[mapped.other_column]]):
            return self._checked(form, column)
        answer = self._checked({**form, f"{mapped.code}.other": [words]}, column)
        # The form ignores a field that is hidden; here it would be words that somebody wrote.
        if free_text(answer.value) is None:
            reason = f"{mapped.code}: own words stand beside an option that asks for none"
            raise Refused(mapped.other_column, reason)
        return answer

    def check_values(self) -> None:
        """Refuse values that are none of the question's, before any row is read.

        Raises:
            InvalidInput: One is not.
        """
        mapped = self.mapped
        codes = list(mapped.columns.values())[:1]
        for text, value in mapped.values.items():
            form = {".".join([mapped.code, *codes]): [value]}
            try:
                self._checked(form, "")
            except Refused as refused:
                message = (
                    f"The mapping cannot be used. The question {mapped.code} does not take"
                    f" {quoted(value)}, which {quoted(text)} stands for: {refused.reason}"
                )
                raise InvalidInput(message, field=("questions", mapped.code, "values")) from None

    def _checked(self, form: Form, column: str) -> Answer:
        question_type = self.question.question_type
        try:
            value = question_type.check(self.question, question_type.read(self.question, form))
        except InvalidAnswer as problem:
            raise Refused(column, f"{self.mapped.code}: {problem.message}") from None
        if value is None:
            return _SKIPPED
        protected = free_text(value) is not None and not self.mapped.may_be_quoted
        return Answer(AnswerState.ANSWERED, value, do_not_quote=protected)

    def _ticked(self, said: Mapping[str, str]) -> Form:
        """Return the options whose columns say that they were chosen, each once."""
        mapped = self.mapped
        codes = []
        for column, text in said.items():
            if text in mapped.chosen:
                codes.append(mapped.columns[column])
            elif text not in mapped.not_chosen:
                raise Refused(column, f"{quoted(text)} is neither chosen nor not_chosen")
        return {mapped.code: list(dict.fromkeys(codes))}

    def _single(self, said: Mapping[str, str]) -> Form:
        mapped = self.mapped
        for column, text in said.items():
            parts = [text]
            if mapped.separator is not None:
                parts = [part.strip() for part in text.split(mapped.separator)]
                parts = [part for part in parts if part not in self.nothing]
            meanings = [self._meaning(column, part) for part in parts]
            return {mapped.code: list(dict.fromkeys(meanings))}
        return {}

    def _meaning(self, column: str, text: str) -> str:
        """Return a cell as the form would have it.

        Raises:
            Refused: The mapping gives values and this is none of them, or it is no day.
        """
        mapped = self.mapped
        if mapped.type is QuestionTypeKey.DATE:
            return self._day(column, text)
        if not mapped.values:
            return text
        if text not in mapped.values:
            raise Refused(column, f"{quoted(text)} is none of the mapping's values")
        return mapped.values[text]

    def _day(self, column: str, text: str) -> str:
        # A spreadsheet's own dates come as year-month-day, however others are written.
        if found := _ISO_DAY.fullmatch(text):
            return found[1]
        if self.mapped.format is None:
            return text
        try:
            day = datetime.strptime(text, self.mapped.format).replace(tzinfo=UTC).date()
        except ValueError:
            reason = f"{quoted(text)} is no date as the mapping says it is written"
            raise Refused(column, reason) from None
        return day.isoformat()
