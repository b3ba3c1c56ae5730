"""What holds for questions whose answers are options: choosing, ranking, yes or no."""

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tenants.questionnaires.forms import Form, Settings, field, whole_numbers
from tenants.questionnaires.json_object import JsonObject
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer
from tenants.questionnaires.values import Boolean, Choice, Choices, Operand, Ranking

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Option, Question

LONGEST_OTHER_TEXT: Final = 500
LARGEST_AMOUNT: Final = 10**12
MOST_BOUNDS: Final = 30

_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Period(StrEnum):
    """What an amount of money is for."""

    HOUR = "HOUR"
    MONTH = "MONTH"
    YEAR = "YEAR"
    ONCE = "ONCE"


def option_codes(question: "Question") -> tuple[str, ...]:
    """Return the codes of the question's options in their order."""
    return tuple(option.code for option in question.options)


def read_choice_settings(settings: JsonObject, options: Sequence["Option"]) -> Settings:
    """Read `other_option`: the option that asks for the candidate's own words, or null."""
    other = settings.optional("other_option")
    if other is not None and other not in [option.code for option in options]:
        settings.refuse("is not one of the options", "other_option")
    return {"other_option": other}


def read_choices_settings(settings: JsonObject, options: Sequence["Option"]) -> Settings:
    """Read `other_option` and how many options may be chosen, 1 to all of them by default."""
    most = settings.integer("max_choices", 1, len(options), default=len(options))
    return {
        "min_choices": settings.integer("min_choices", 1, most, default=1),
        "max_choices": most,
        **read_choice_settings(settings, options),
    }


def read_band_settings(settings: JsonObject, options: Sequence["Option"]) -> Settings:
    """Read `currency` (ISO 4217), `period` and `bounds`: where each band but the first begins.

    The bounds are whole amounts, one fewer than there are options, each above the one before.
    """
    currency = settings.text("currency", longest=3)
    if not _CURRENCY.fullmatch(currency):
        settings.refuse("must be three capital letters such as EUR", "currency")
    bounds = settings.items("bounds", most=MOST_BOUNDS)
    for index, bound in enumerate(bounds):
        if type(bound) is not int or not 0 < bound <= LARGEST_AMOUNT:
            settings.refuse(f"must be a whole number from 1 to {LARGEST_AMOUNT}", "bounds")
        if index and bound <= bounds[index - 1]:  # type: ignore[operator]  # It was an int, too.
            settings.refuse("must rise", "bounds")
    if len(bounds) != len(options) - 1:
        settings.refuse("must be one fewer than the options", "bounds")
    return {
        "currency": currency,
        "period": settings.member("period", Period).value,
        "bounds": bounds,
    }


def read_consent_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `statement`: the words beside the box, which the candidate agrees to."""
    return {"statement": settings.wording("statement")}


def read_band(question: "Question", form: Form) -> Choice | None:
    """Read one band."""
    code = field(form, question.code)
    return Choice(code) if code else None


def read_consent(question: "Question", form: Form) -> Boolean | None:
    """Read a tick; a box that is not ticked is no answer."""
    word = field(form, question.code)
    if word not in {"", "true"}:
        raise InvalidAnswer(AnswerProblem.UNKNOWN_OPTION)
    return Boolean(value=True) if word else None


def verify_band(question: "Question", value: Choice) -> Choice:
    """Refuse what is no band; there are no own words beside one."""
    verify_codes(question, (value.code,))
    if value.other_text is not None:
        raise InvalidAnswer(AnswerProblem.OTHER_TEXT_NOT_EXPECTED)
    return value


def verify_consent(question: "Question", value: Boolean) -> Boolean:
    """Refuse a no where consent is needed."""
    if question.required and not value.value:
        raise InvalidAnswer(AnswerProblem.CONSENT_NEEDED)
    return value


def read_choice(question: "Question", form: Form) -> Choice | None:
    """Read one option; own words without any option choose the option that asks for them."""
    other = question.settings["other_option"]
    words = field(form, question.code, "other")
    code = field(form, question.code) or (other if words else None)
    return Choice(code, words if code == other else None) if code else None


def read_choices(question: "Question", form: Form) -> Choices | None:
    """Read any options; own words without any option choose the option that asks for them."""
    other = question.settings["other_option"]
    words = field(form, question.code, "other")
    codes = tuple(code for code in form.get(question.code, ()) if code)
    if not codes and words and other:
        codes = (other,)
    return Choices(codes, words if other in codes else None)


def read_boolean(question: "Question", form: Form) -> Boolean | None:
    """Read `true` or `false`."""
    word = field(form, question.code)
    if word not in {"", "true", "false"}:
        raise InvalidAnswer(AnswerProblem.UNKNOWN_OPTION)
    return Boolean(word == "true") if word else None


def read_ranking(question: "Question", form: Form) -> Ranking | None:
    """Read the place of each option that has one; gaps between places mean nothing."""
    places = whole_numbers(form, question.code, option_codes(question))
    highest = len(question.options)
    if any(not 1 <= place <= highest for place in places.values()):
        raise InvalidAnswer(AnswerProblem.OUT_OF_RANGE, lowest=1, highest=highest)
    if len(set(places.values())) < len(places):
        raise InvalidAnswer(AnswerProblem.TIED_RANKS)
    return Ranking(tuple(sorted(places, key=lambda code: places[code])))


def verify_choice(question: "Question", value: Choice) -> Choice:
    """Refuse what is not on offer."""
    verify_codes(question, (value.code,))
    _verify_other_text(question, (value.code,), value.other_text)
    return value


def verify_choices(question: "Question", value: Choices) -> Choices:
    """Return the options in the question's order, so that the candidate's clicking leaves no trace.

    An option that excludes the others is always enough by itself.
    """
    verify_codes(question, value.codes)
    _verify_other_text(question, value.codes, value.other_text)
    excluding = {option.code for option in question.options if option.exclusive}
    fewest, most = question.settings["min_choices"], question.settings["max_choices"]
    if excluding.isdisjoint(value.codes):
        if len(value.codes) < fewest:
            raise InvalidAnswer(AnswerProblem.TOO_FEW_CHOICES, minimum=fewest)
    elif len(value.codes) > 1:
        raise InvalidAnswer(AnswerProblem.EXCLUSIVE_OPTION)
    if len(value.codes) > most:
        raise InvalidAnswer(AnswerProblem.TOO_MANY_CHOICES, maximum=most)
    return replace(
        value, codes=tuple(code for code in option_codes(question) if code in value.codes)
    )


def verify_ranking(question: "Question", value: Ranking) -> Ranking:
    """Refuse what is not on offer; not everything needs a place."""
    verify_codes(question, value.codes)
    return value


def verify_codes(question: "Question", codes: Sequence[str]) -> None:
    """Refuse unknown and repeated options."""
    given = set(codes)
    if not given <= question.option_codes:
        raise InvalidAnswer(AnswerProblem.UNKNOWN_OPTION)
    if len(given) < len(codes):
        raise InvalidAnswer(AnswerProblem.DUPLICATE_OPTION)


def _verify_other_text(question: "Question", codes: Sequence[str], words: str | None) -> None:
    """Refuse own words where no option asks for them, and too many of them."""
    if words is None:
        return
    if question.settings["other_option"] not in codes:
        raise InvalidAnswer(AnswerProblem.OTHER_TEXT_NOT_EXPECTED)
    if len(words) > LONGEST_OTHER_TEXT:
        raise InvalidAnswer(
            AnswerProblem.TEXT_TOO_LONG, maximum=LONGEST_OTHER_TEXT, length=len(words)
        )


def yes_or_no(_: "Question") -> tuple[Operand, ...]:
    """Return what a condition may compare a yes or no with."""
    return (True, False)
