"""The mapping: what the columns and cells of a spreadsheet mean, as a TOML file says it.

Column names and cells are compared without the white space around them. An example with every
section is `tests/data/surveys/tafe.toml`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tenants.errors import InvalidInput
from tenants.imports.questions import MappedQuestion, Words
from tenants.interviews.models import Confidentiality
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.questionnaires.templates import TEMPLATES

MOST_ORGANISATIONS: Final = 10_000
_MOST_FAULTS: Final = 5
_LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Z]{2})?$"
_SLUG: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_CODE: Final = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"


def _month(written: object) -> object:
    """Return the first day of a month that is written as 2009-01, or what was given."""
    if not isinstance(written, str):
        return written.replace(day=1) if type(written) is date else written
    try:
        return datetime.strptime(written, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        message = "is no month; write it as 2009-01"
        raise ValueError(message) from None


def _named(written: object) -> object:
    """Refuse ANONYMOUS, which nobody but the holding place can make of a response."""
    if written == Confidentiality.ANONYMOUS:
        message = (
            "cannot be ANONYMOUS: that word promises that a response went through the holding"
            " place, unopened, with others; write CONFIDENTIAL"
        )
        raise ValueError(message)
    return written


Month = Annotated[date, BeforeValidator(_month)]
Named = Annotated[Confidentiality, BeforeValidator(_named)]
Column = Annotated[str, Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class RepeatedIds(StrEnum):
    """What becomes of a row whose record id another row of the organisation has already.

    NUMBER counts them in the file's order, so that none is lost where ids were rounded or cut
    off; it takes a file in which rows with one id keep their order.
    """

    REJECT = "reject"
    NUMBER = "number"


class RecordColumn(_Section):
    """Where the id of a record stands."""

    column: Column
    repeated: RepeatedIds = RepeatedIds.REJECT


class OrganisationColumn(_Section):
    """Where a row says whose response it is; `always` is for a file of one organisation."""

    column: Column | None = None
    always: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.column is None) is (self.always is None):
            message = "needs either column, or always with one of the organisations"
            raise ValueError(message)
        return self


class MappedOrganisation(_Section):
    """What an organisation is, if it has to be made.

    Attributes:
        slug: An organisation with this slug is used as it is.
        name: Its name.
        spellings: Further texts in the file that mean it.
        family: Corporate family in the peer catalogue; its own slug if absent.
        consent: Whether it opted in to the benchmark, in the words of `consent_text`.
        since: The month in which it began, which its age is counted from.
        industry: What it does.
        size_band: How many it employs.
        region: Where it mainly hires.
        language: In which its candidates are usually addressed.
    """

    slug: str = Field(pattern=_SLUG, max_length=63)
    name: str = Field(min_length=1, max_length=200)
    spellings: tuple[str, ...] = ()
    family: str | None = Field(default=None, min_length=1, max_length=100)
    consent: bool = False
    since: Month
    industry: Industry
    size_band: SizeBand
    region: Region
    language: str = Field(default="en", pattern=_LANGUAGE)


class DateForm(StrEnum):
    """What a cell says about when a response was submitted."""

    YEAR = "year"
    MONTH = "month"
    DATE = "date"


class SubmittedColumn(_Section):
    """When a response was submitted, of which the month is kept.

    Attributes:
        column: Where it stands.
        form: YEAR 2013, MONTH 2013-05 or DATE 2013-05-31, if there is no other `format`.
        format: Of a month or date, as `strptime` takes it, such as `%d/%m/%Y`.
        year_means: The month, 1 to 12, that a mere year means; needed for a YEAR.
        missing: Cells that say nothing, besides empty ones.
        missing_means: The month of a row that says nothing; without it such a row is rejected.
    """

    column: Column
    form: DateForm
    format: str | None = None
    year_means: int | None = Field(default=None, ge=1, le=12)
    missing: tuple[str, ...] = ()
    missing_means: Month | None = None

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if (self.form is DateForm.YEAR) is (self.year_means is None):
            message = "needs year_means, the month from 1 to 12, exactly when form is year"
            raise ValueError(message)
        if self.form is DateForm.YEAR and self.format is not None:
            message = "takes no format when form is year"
            raise ValueError(message)
        return self


class MappedConfidentiality(_Section):
    """Who may know whose response it is: `always` the same, or where a row says it.

    A cell that is none of `values` rejects the row.
    """

    always: Named | None = None
    column: Column | None = None
    values: Mapping[str, Named] = {}

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.column is None) is (self.always is None):
            message = "needs either always, or column with values"
            raise ValueError(message)
        if (self.column is None) is bool(self.values):
            message = "needs values exactly when there is a column"
            raise ValueError(message)
        return self


def _sectioned(written: object) -> object:
    return {"always": written} if isinstance(written, str) else written


class SegmentColumn(_Section):
    """Where the department stands, which becomes the response's segment.

    Attributes:
        column: Where.
        values: What cells mean; without it they mean what they say.
        missing: Cells that name none, besides empty ones.
    """

    column: Column
    values: Mapping[str, str] | None = None
    missing: tuple[str, ...] = ()


class MappedQuestionnaire(_Section):
    """The questionnaire that was answered, as each organisation gets it.

    Attributes:
        code: One of its own; a questionnaire of that code gets another version if it differs.
        title: Its title.
        languages: In which it is worded, the one that was spoken first.
        texts: Instead of the built-in questionnaire's promise, labels and mails, by their key;
            all of them in languages that the built-in one does not speak.
        pages: Title of each page by its code, in order; one page if absent.
    """

    code: str = Field(pattern=_CODE)
    title: Words
    languages: tuple[Annotated[str, Field(pattern=_LANGUAGE)], ...] = Field(
        default=("en",), min_length=1
    )
    texts: Mapping[str, Words] = {}
    pages: Mapping[str, Words] = {}

    @model_validator(mode="after")
    def _of_its_own(self) -> Self:
        if self.code in TEMPLATES:
            message = "needs a code of its own: this is the questionnaire that candidates are sent"
            raise ValueError(message)
        return self


class ResponseMapping(_Section):
    """What a spreadsheet of past responses means.

    Attributes:
        source: Short name of where the records are from; part of the key of each.
        delimiter: Between the cells of a CSV file.
        sheet: Of an XLSX file; its first one if absent.
        record: Where a record's id stands.
        organisation: Where the organisation stands.
        organisations: By the text that stands there.
        consent_text: The words that organisations with `consent` agreed to.
        submitted: When a response was submitted.
        confidentiality: Of all of them, or where it stands; CONFIDENTIAL unless said otherwise.
        segment: Where the department stands, if anywhere.
        questionnaire: What was answered.
        questions: In order; each says where its answer stands.
    """

    source: str = Field(pattern=_SLUG, max_length=63)
    delimiter: Literal[",", ";", "\t", "|"] = ","
    sheet: str | None = None
    record: RecordColumn
    organisation: OrganisationColumn
    organisations: Mapping[str, MappedOrganisation] = Field(
        min_length=1, max_length=MOST_ORGANISATIONS
    )
    consent_text: str | None = Field(default=None, min_length=1)
    submitted: SubmittedColumn
    confidentiality: Annotated[MappedConfidentiality, BeforeValidator(_sectioned)] = (
        MappedConfidentiality(always=Confidentiality.CONFIDENTIAL)
    )
    segment: SegmentColumn | None = None
    questionnaire: MappedQuestionnaire
    questions: tuple[MappedQuestion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        slugs = [one.slug for one in self.organisations.values()]
        if len(set(slugs)) < len(slugs):
            message = "organisations: two have one slug; list other spellings under spellings"
            raise ValueError(message)
        if len(self.spelt()) < sum(1 for _ in self._spellings()):
            message = "organisations: one text means two of them"
            raise ValueError(message)
        always = self.organisation.always
        if always is not None and always not in self.organisations:
            message = "organisation.always: is none of the organisations"
            raise ValueError(message)
        if self.consent_text is None and any(one.consent for one in self.organisations.values()):
            message = "consent_text: is missing, the words that organisations agreed to"
            raise ValueError(message)
        return self

    def _spellings(self) -> Iterator[tuple[str, MappedOrganisation]]:
        for text, organisation in self.organisations.items():
            yield text, organisation
            for spelling in organisation.spellings:
                yield spelling, organisation

    def spelt(self) -> dict[str, MappedOrganisation]:
        """Return every text that means an organisation, with the organisation."""
        return dict(self._spellings())

    def columns(self) -> list[str]:
        """Return every column that is named, once, in the order of the sections."""
        named: list[str | None] = [
            self.record.column,
            self.organisation.column,
            self.submitted.column,
            self.confidentiality.column,
            self.segment.column if self.segment else None,
        ]
        named += [column for question in self.questions for column in question.all_columns()]
        return list(dict.fromkeys(column for column in named if column is not None))


def parse_mapping(document: bytes) -> ResponseMapping:
    """Return the mapping that a TOML document says.

    Raises:
        InvalidInput: It is no TOML in UTF-8, or a section is missing, unknown or contradicts
            another; the message names each path, `field` the first one.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(document.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"The mapping is no TOML file in UTF-8: {error}."
        raise InvalidInput(message, field="mapping") from None
    try:
        return ResponseMapping.model_validate(raw)
    except ValidationError as error:
        faults = error.errors()
        paths = [tuple(str(part) for part in fault["loc"]) for fault in faults]
        told = [
            f"{'.'.join(path)}: {fault['msg'].removeprefix('Value error, ')}".removeprefix(": ")
            for path, fault in zip(paths[:_MOST_FAULTS], faults, strict=False)
        ]
        more = len(faults) - len(told)
        rest = f" (and {more} more)" if more else ""
        message = f"The mapping cannot be used. {'; '.join(told)}{rest}."
        raise InvalidInput(message, field=paths[0] or "mapping") from None
