"""A question of a mapping: how it is asked, and in which columns its answer stands."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.reasons import REASONS, Audience, DeclineReason

ONLY_LANGUAGE = ""

_K = QuestionTypeKey
# Types whose answer stands in one column for each of its options or rows.
_SPREAD = frozenset({_K.MULTIPLE_CHOICE, _K.MATRIX, _K.RANKING})
_OTHER_WORDS = frozenset({_K.SINGLE_CHOICE, _K.MULTIPLE_CHOICE})
_TEXTS = frozenset({_K.SHORT_TEXT, _K.LONG_TEXT})


def _by_language(written: object) -> object:
    """Return a wording by its language; a mere text is one in the only language."""
    return {ONLY_LANGUAGE: written} if isinstance(written, str) else written


def _option(written: object) -> object:
    """Return an option; a mere code is one of the decline reasons, in the taxonomy's words."""
    if not isinstance(written, str):
        return written
    try:
        reason = DeclineReason(written)
    except ValueError:
        message = "is no decline reason; write an option as { code = ..., wording = ... }"
        raise ValueError(message) from None
    return {"code": reason.value, "wording": dict(REASONS[reason].wording)}


def _form_word(written: object) -> object:
    """Return an option's code, a point or a yes as the form spells it."""
    if isinstance(written, bool):
        return "true" if written else "false"
    return str(written) if isinstance(written, int) else written


# A text by its language, or under `ONLY_LANGUAGE` in the only one.
Words = Annotated[Mapping[str, str], BeforeValidator(_by_language)]
FormWord = Annotated[str, BeforeValidator(_form_word)]


def worded(words: Mapping[str, str], languages: tuple[str, ...]) -> dict[str, str]:
    """Return a wording in the questionnaire's languages, others left out."""
    if ONLY_LANGUAGE in words and len(languages) == 1:
        return {languages[0]: words[ONLY_LANGUAGE]}
    return {language: words[language] for language in languages if language in words}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class MappedOption(_Section):
    """Something to choose or to rank, or a row of a matrix."""

    code: str
    wording: Words
    exclusive: bool = False


class MappedQuestion(_Section):
    """One question, and where its answer stands.

    Attributes:
        code: Stable across versions.
        type: What kind of question it is.
        wording: What was asked.
        help: A hint below it.
        concept: The key that makes answers comparable across organisations.
        audience: Who may read the answers.
        page: Code of the page it stood on; the first one if absent.
        options: To choose or to rank, or the rows of a matrix; a mere code is a decline reason.
        settings: Of its type, as a questionnaire's definition has them.
        column: Where the answer stands.
        columns: Or several of them, each with the option or row that it is about. A cell of a
            MULTIPLE_CHOICE is one of `chosen` or `not_chosen`; of a MATRIX it is a point, of a
            RANKING a place.
        separator: Between several options in one column of a MULTIPLE_CHOICE.
        other_column: Where the own words beside an option stand.
        values: What cells mean: an option's code, a point or true and false. Without it they say
            it themselves, as the form would; with it any other cell rejects the row.
        chosen: Cells that mean that the option of their column was chosen.
        not_chosen: Cells that mean that it was not.
        not_answered: Cells that mean that nothing was answered, besides empty ones.
        prefer_not_to_say: Cells that mean PREFER_NOT_TO_SAY, of the question as a whole.
        may_be_quoted: Whether own words may be shared word for word. Who wrote them was not asked,
            so they may not unless somebody says so here.
        format: Of a DATE, as `strptime` takes it, if it is not year-month-day.
    """

    code: str
    type: QuestionTypeKey
    wording: Words
    help: Words | None = None
    concept: str | None = None
    audience: Audience = Audience.ORGANISATION
    page: str | None = None
    options: tuple[Annotated[MappedOption, BeforeValidator(_option)], ...] = ()
    settings: Mapping[str, Any] = {}
    column: str | None = Field(default=None, min_length=1)
    columns: Mapping[str, str] = {}
    separator: str | None = None
    other_column: str | None = Field(default=None, min_length=1)
    values: Mapping[str, FormWord] = {}
    chosen: tuple[str, ...] = ()
    not_chosen: tuple[str, ...] = ()
    not_answered: tuple[str, ...] = ()
    prefer_not_to_say: tuple[str, ...] = ()
    may_be_quoted: bool = False
    format: str | None = None

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if (self.column is None) is not bool(self.columns):
            message = "needs either column or columns"
            raise ValueError(message)
        for complaint, applies in (
            (f"columns are for {_listed(_SPREAD)}", self.columns and self.type not in _SPREAD),
            ("needs columns, one for each of its options", self._needs_columns()),
            ("needs chosen, the cells that choose an option", self._lacks_chosen()),
            (
                "chosen and not_chosen are for the columns of a MULTIPLE_CHOICE",
                (self.chosen or self.not_chosen) and not self._ticks(),
            ),
            ("values are not for texts", self.values and self.type in _TEXTS),
            ("values are not for columns that are chosen", self.values and self._ticks()),
            (
                "separator is for the one column of a MULTIPLE_CHOICE",
                self.separator is not None
                and (self.type is not _K.MULTIPLE_CHOICE or self.column is None),
            ),
            (
                f"other_column is for {_listed(_OTHER_WORDS)}",
                self.other_column is not None and self.type not in _OTHER_WORDS,
            ),
            (
                "other_column needs settings.other_option, the option that asks for own words",
                self.other_column is not None and not self.settings.get("other_option"),
            ),
            ("format is for a DATE", self.format is not None and self.type is not _K.DATE),
        ):
            if applies:
                raise ValueError(complaint)
        self._check_codes()
        return self

    def _ticks(self) -> bool:
        return bool(self.columns) and self.type is _K.MULTIPLE_CHOICE

    def _needs_columns(self) -> bool:
        return self.column is not None and self.type in {_K.MATRIX, _K.RANKING}

    def _lacks_chosen(self) -> bool:
        return self._ticks() and not self.chosen

    def _check_codes(self) -> None:
        """Refuse a column about no option, and for a matrix or ranking two about one."""
        known = {option.code for option in self.options}
        for column, code in self.columns.items():
            if code not in known:
                message = f"columns: {column} is about {code}, which is none of the options"
                raise ValueError(message)
        if not self._ticks() and len(set(self.columns.values())) < len(self.columns):
            message = "columns: two are about one option"
            raise ValueError(message)

    def all_columns(self) -> list[str]:
        """Return every column that is named."""
        single = [one for one in (self.column, self.other_column) if one is not None]
        return [*self.columns, *single]

    def document(self, languages: tuple[str, ...]) -> dict[str, Any]:
        """Return the question as a questionnaire's definition has it."""
        document: dict[str, Any] = {
            "code": self.code,
            "type": self.type.value,
            "wording": worded(self.wording, languages),
            "audience": self.audience.value,
            "required": False,
            "concept": self.concept,
            "help": None if self.help is None else worded(self.help, languages),
        }
        if self.options:
            document["options"] = [_option_document(one, languages) for one in self.options]
        settings = dict(self.settings)
        if isinstance(settings.get("labels"), Mapping):
            settings["labels"] = {
                point: _settled(words, languages) for point, words in settings["labels"].items()
            }
        if "unit" in settings:
            settings["unit"] = _settled(settings["unit"], languages)
        if settings:
            document["settings"] = settings
        return document


def _option_document(option: MappedOption, languages: tuple[str, ...]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": option.code,
        "wording": worded(option.wording, languages),
    }
    if option.exclusive:
        document["exclusive"] = True
    return document


def _settled(words: object, languages: tuple[str, ...]) -> object:
    """Return a setting's wording by language, or what it is for the definition to refuse."""
    by_language = _by_language(words)
    return worded(by_language, languages) if isinstance(by_language, Mapping) else words


def _listed(types: frozenset[QuestionTypeKey]) -> str:
    return ", ".join(sorted(one.value for one in types))
