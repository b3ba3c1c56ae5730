"""From a row to a response: what each cell means, or why the row is rejected."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from tenants.errors import InvalidInput
from tenants.imports.answers import Cells, Refused, quoted, reader_of
from tenants.imports.mapping import DateForm, RepeatedIds, ResponseMapping
from tenants.imports.occurrences import Occurrences
from tenants.imports.tables import Row
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.values import clean_text

LONGEST_SEGMENT: Final = 200
LONGEST_RECORD_ID: Final = 1_000
_FIRST_YEAR: Final = 1900
_MOST_MONTHS: Final = 10_000
_WHOLE_ROW: Final = ""
# Programs that know numbers only write a year as 2013.0.
_YEAR = re.compile(r"(\d{4})(?:\.0+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})(?:-\d{2}.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodedResponse:
    """What a row says.

    Attributes:
        line: Where it stands in the file.
        slug: Of the organisation.
        record_id: As the file has it.
        occurrence: Which one with this id it is in the organisation, from 1.
        month: The first day of the month of submission.
        confidentiality: Never ANONYMOUS.
        segment: The department, if the row names one.
        answers: What became of every question of the questionnaire, by its code.
    """

    line: int
    slug: str
    record_id: str
    occurrence: int
    month: date
    confidentiality: Confidentiality
    segment: str | None
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row does not become a response.

    Attributes:
        line: Where it stands in the file.
        column: Which column is at fault; empty for the row as a whole.
        reason: A sentence.
    """

    line: int
    column: str
    reason: str


class Coding:
    """Codes the rows of one file by a mapping."""

    def __init__(
        self,
        mapping: ResponseMapping,
        definition: Definition,
        header: Sequence[str],
        occurrences: Occurrences,
        *,
        today: date | None = None,
    ) -> None:
        """Find the mapping's columns in the header.

        Args:
            mapping: What the file means.
            definition: The questionnaire that the mapping describes.
            header: The names of the file's columns.
            occurrences: Where to count record ids.
            today: Responses of later months are rejected.

        Raises:
            InvalidInput: A column is missing or there twice, or a value that the mapping gives
                is none that its question takes.
        """
        self._mapping = mapping
        self._places = _places(mapping, header)
        self._width = len(header)
        self._names = header
        self._used = frozenset(self._places.values())
        self._occurrences = occurrences
        self._this_month = (today or datetime.now(UTC).date()).replace(day=1)
        self._organisations = {text: one.slug for text, one in mapping.spelt().items()}
        self._months: dict[str, date] = {}
        self._answers: dict[str, Callable[[Cells], Answer]] = {
            question.code: reader_of(question, definition.question(question.code), self._places)
            for question in mapping.questions
        }

    def code(self, row: Row) -> CodedResponse | Rejection:
        """Return what a row says, or why it is rejected; rows must come in the file's order."""
        cells = row.cells
        try:
            slug = self._organisation(cells)
            # Counted before anything else is looked at: a row that is put right later must not
            # change the number of another one.
            record_id, occurrence = self._record(slug, row)
            self._check_faults(row)
            return CodedResponse(
                line=row.line,
                slug=slug,
                record_id=record_id,
                occurrence=occurrence,
                month=self._month(cells),
                confidentiality=self._confidentiality(cells),
                segment=self._segment(cells),
                answers={code: read(cells) for code, read in self._answers.items()},
            )
        except Refused as refused:
            return Rejection(row.line, refused.column, refused.reason)

    def _check_faults(self, row: Row) -> None:
        for index, fault in row.faults.items():
            if index >= self._width:
                raise Refused(_WHOLE_ROW, fault)
            if index in self._used:
                raise Refused(self._names[index], fault)

    def _organisation(self, cells: Cells) -> str:
        organisation = self._mapping.organisation
        text = organisation.always
        if organisation.column is not None:
            text = cells[self._places[organisation.column]]
        slug = self._organisations.get(text or "")
        if slug is None:
            reason = f"{quoted(text or '')} is none of the mapping's organisations"
            raise Refused(organisation.column or "", reason)
        return slug

    def _record(self, slug: str, row: Row) -> tuple[str, int]:
        column = self._mapping.record.column
        record_id = row.cells[self._places[column]]
        if not record_id or len(record_id) > LONGEST_RECORD_ID:
            reason = f"a record's id needs 1 to {LONGEST_RECORD_ID} characters"
            raise Refused(column, reason)
        met = self._occurrences.meet(slug, record_id, row.line)
        if met.number > 1 and self._mapping.record.repeated is RepeatedIds.REJECT:
            reason = f"the record in line {met.first_line} has the same id"
            raise Refused(column, reason)
        return record_id, met.number

    def _month(self, cells: Cells) -> date:
        submitted = self._mapping.submitted
        text = cells[self._places[submitted.column]]
        month = self._months.get(text)
        if month is None:
            month = self._read_month(text)
            if len(self._months) < _MOST_MONTHS:
                self._months[text] = month
        return month

    def _read_month(self, text: str) -> date:
        submitted = self._mapping.submitted
        if not text or text in submitted.missing:
            if submitted.missing_means is None:
                raise Refused(submitted.column, "the date is missing")
            return submitted.missing_means
        month = _written_month(text, submitted.form, submitted.format, submitted.year_means or 1)
        if month is None or month.year < _FIRST_YEAR:
            reason = (
                f"{quoted(text)} is no {submitted.form.value} as the mapping says it is written"
            )
            raise Refused(submitted.column, reason)
        if month > self._this_month:
            reason = f"{quoted(text)} means {month:%Y-%m}, which is still to come"
            raise Refused(submitted.column, reason)
        return month

    def _confidentiality(self, cells: Cells) -> Confidentiality:
        said = self._mapping.confidentiality
        if said.column is None:
            return said.always or Confidentiality.CONFIDENTIAL
        text = cells[self._places[said.column]]
        if text not in said.values:
            raise Refused(said.column, f"{quoted(text)} is none of the mapping's values")
        return said.values[text]

    def _segment(self, cells: Cells) -> str | None:
        said = self._mapping.segment
        if said is None:
            return None
        text = cells[self._places[said.column]]
        if not text or text in said.missing:
            return None
        if said.values is not None:
            if text not in said.values:
                raise Refused(said.column, f"{quoted(text)} is none of the mapping's values")
            return said.values[text]
        try:
            segment = clean_text(text)
        except UnicodeEncodeError:
            raise Refused(said.column, "holds characters that cannot be stored") from None
        if len(segment) > LONGEST_SEGMENT:
            reason = f"a segment has at most {LONGEST_SEGMENT} characters"
            raise Refused(said.column, reason)
        return segment or None


def _written_month(text: str, form: DateForm, written: str | None, year_means: int) -> date | None:
    """Return the first day of the month that a text says, or None when it says none."""
    found: re.Match[str] | None
    try:
        if form is DateForm.YEAR:
            found = _YEAR.fullmatch(text)
            return date(int(found[1]), year_means, 1) if found else None
        # A spreadsheet's own dates come as year-month-day, however others are written.
        if found := _MONTH.fullmatch(text):
            if form is DateForm.DATE:
                return datetime.fromisoformat(text).date().replace(day=1)
            return date(int(found[1]), int(found[2]), 1)
        if written is not None:
            return datetime.strptime(text, written).replace(tzinfo=UTC).date().replace(day=1)
    except ValueError:
        return None
    return None


def _places(mapping: ResponseMapping, header: Sequence[str]) -> dict[str, int]:
    """Return the index of every column that the mapping names.

    Raises:
        InvalidInput: One is missing or there twice.
    """
    places: dict[str, int] = {}
    missing: list[str] = []
    twice: list[str] = []
    for column in mapping.columns():
        found = [index for index, name in enumerate(header) if name == column]
        if len(found) == 1:
            places[column] = found[0]
        else:
            (twice if found else missing).append(column)
    for columns, complaint in ((missing, "has no column"), (twice, "has more than one column")):
        if columns:
            message = (
                f"The file {complaint} {', '.join(quoted(one) for one in columns)}:"
                " put the header or the mapping right."
            )
            raise InvalidInput(message, field="file")
    return places
