"""What differs between two versions, in words that the organisation's people can read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from tenants.questionnaires.conditions import (
    AllOf,
    AnswerCondition,
    AnyOf,
    Condition,
    Not,
    OfferCondition,
)
from tenants.questionnaires.definition import Definition, Page, Question
from tenants.questionnaires.parts import Option
from tenants.questionnaires.question_types import Operator

LONGEST_QUOTE: Final = 120

_OPERATORS: Final[Mapping[Operator, str]] = {
    Operator.EQUALS: "is",
    Operator.IN: "is one of",
    Operator.CONTAINS: "contains",
    Operator.LESS_THAN: "is less than",
    Operator.AT_MOST: "is at most",
    Operator.AT_LEAST: "is at least",
    Operator.MORE_THAN: "is more than",
}


def list_changes(old: Definition, new: Definition) -> list[str]:
    """Return a sentence for everything in which a version differs from another one.

    Args:
        old: What was said before.
        new: What is said now.
    """
    return [
        *_list_wording("The title", old.title, new.title),
        *_list_languages(old.languages, new.languages),
        *_list_texts(old, new),
        *_list_pages(old, new),
        *_list_questions(old, new),
    ]


def _list_languages(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for language in new:
        if language not in old:
            yield f"Language {language} was added."
    for language in old:
        if language not in new:
            yield f"Language {language} was removed."
    if old and new and old[0] != new[0]:
        yield f"The first language was {old[0]} and is {new[0]}."


def _list_texts(old: Definition, new: Definition) -> Iterator[str]:
    for key, wording in new.texts.items():
        name = key.value.replace("_", " ")
        yield from _list_wording(f"The text {name}", old.texts.get(key, {}), wording)


def _list_wording(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for language, text in new.items():
        if language not in old:
            continue
        if text != old[language]:
            yield f'{what} was "{_short(old[language])}" in {language} and is "{_short(text)}".'


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _list_pages(old: Definition, new: Definition) -> Iterator[str]:
    before = {page.code: page for page in old.pages}
    after = {page.code: page for page in new.pages}
    yield from _list_set("Page", before, after, lambda _: "")
    kept = [code for code in before if code in after]
    if kept != [code for code in after if code in before]:
        yield "The order of the pages changed."
    for code in kept:
        was, now = before[code], after[code]
        yield from _list_wording(f"The title of page {code}", was.title, now.title)
        yield from _list_condition(f"Page {code}", was.visible_if, now.visible_if)
        if was.skips != now.skips:
            yield f"Page {code} {_skips(now)}"


def _skips(page: Page) -> str:
    if not page.skips:
        return "leads to the next page now."
    ways = [
        f"{'the end' if skip.to is None else f'page {skip.to}'}"
        + ("" if skip.condition is None else f" when {in_words(skip.condition)}")
        for skip in page.skips
    ]
    return f"leads to {', else to '.join(ways)} now."


def _list_questions(old: Definition, new: Definition) -> Iterator[str]:
    before = {one.code: (page.code, one) for page in old.pages for one in page.questions}
    after = {one.code: (page.code, one) for page in new.pages for one in page.questions}
    yield from _list_set(
        "Question", before, after, lambda placed: f' ("{_short(_first(placed[1].wording))}")'
    )
    kept = [code for code in before if code in after]
    for code in kept:
        (was_on, was), (is_on, now) = before[code], after[code]
        if was_on != is_on:
            yield f"Question {code} was moved from page {was_on} to page {is_on}."
        yield from _list_question(code, was, now)
    if kept != [code for code in after if code in before]:
        yield "The order of the questions changed."


def _list_set(
    noun: str, before: Mapping[str, Any], after: Mapping[str, Any], more: Callable[[Any], str]
) -> Iterator[str]:
    for code, one in after.items():
        if code not in before:
            yield f"{noun} {code}{more(one)} was added."
    for code, one in before.items():
        if code not in after:
            yield f"{noun} {code}{more(one)} was removed."


def _list_question(code: str, was: Question, now: Question) -> Iterator[str]:
    yield from _list_wording(f"Question {code}", was.wording, now.wording)
    yield from _list_wording(f"The hint of question {code}", was.help or {}, now.help or {})
    if (was.help is None) is not (now.help is None):
        yield f"Question {code} {'lost its hint' if now.help is None else 'has a hint now'}."
    for name, one, other in (
        ("type", was.type.value, now.type.value),
        ("audience", was.audience.value, now.audience.value),
        ("concept", was.concept or "none", now.concept or "none"),
    ):
        if one != other:
            yield f"The {name} of question {code} was {one} and is {other}."
    if was.required is not now.required:
        yield f"Question {code} {'needs' if now.required else 'no longer needs'} an answer."
    yield from _list_options(code, was.options, now.options)
    if was.shuffle is not now.shuffle:
        order = "are shuffled" if now.shuffle else "are no longer shuffled"
        yield f"The options of question {code} {order}."
    yield from _list_settings(code, was.settings, now.settings)
    yield from _list_condition(f"Question {code}", was.visible_if, now.visible_if)
    if was.rules != now.rules:
        yield f"The rules of question {code} changed."
    yield from _list_probes(code, was.probes, now.probes)


def _list_probes(
    code: str, was: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    """Yield what changed of what an interviewer asks further, each probe known by its words."""
    before = {f'"{_short(_first(probe))}"': probe for probe in was}
    after = {f'"{_short(_first(probe))}"': probe for probe in now}
    yield from _list_set(f"Question {code}: probe", before, after, lambda _: "")
    kept = [words for words in before if words in after]
    for words in kept:
        yield from _list_wording(
            f"The probe {words} of question {code}", before[words], after[words]
        )
    if kept != [words for words in after if words in before]:
        yield f"The order of the probes of question {code} changed."


def _list_options(code: str, was: Sequence[Option], now: Sequence[Option]) -> Iterator[str]:
    before = {option.code: option for option in was}
    after = {option.code: option for option in now}
    yield from _list_set(
        f"Question {code}: option",
        before,
        after,
        lambda option: f' ("{_short(_first(option.wording))}")',
    )
    kept = [one for one in before if one in after]
    for one in kept:
        what = f"Option {one} of question {code}"
        yield from _list_wording(what, before[one].wording, after[one].wording)
        yield from _list_condition(what, before[one].visible_if, after[one].visible_if)
        if before[one].exclusive is not after[one].exclusive:
            rules = "rules" if after[one].exclusive else "no longer rules"
            yield f"{what} {rules} out the others."
        if before[one].pinned is not after[one].pinned:
            yield f"{what} is {'' if after[one].pinned else 'no longer '}pinned."
        if before[one].group != after[one].group:
            yield f"The heading of option {one} of question {code} changed."
    if kept != [one for one in after if one in before]:
        yield f"The order of the options of question {code} changed."


def _list_settings(code: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) == now.get(name):
            continue
        words = name.replace("_", " ")
        if isinstance(was.get(name), Mapping) or isinstance(now.get(name), Mapping):
            yield f"The {words} of question {code} changed."
        else:
            yield f"The {words} of question {code}: {_said(was, name)} became {_said(now, name)}."


def _said(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name)
    return "nothing" if value is None else str(value)


def _list_condition(what: str, was: Condition | None, now: Condition | None) -> Iterator[str]:
    if was == now:
        return
    if now is None:
        yield f"{what} is always shown now."
    else:
        yield f"{what} is shown only when {in_words(now)}."


def in_words(condition: Condition) -> str:
    """Return a condition as half a sentence."""
    match condition:
        case AnswerCondition(code, Operator.ANSWERED, operands):
            return f"{code} is {'' if True in operands else 'not '}answered"
        case AnswerCondition(code, kind, operands):
            return f"{code} {_OPERATORS[kind]} {' or '.join(str(one) for one in operands)}"
        case OfferCondition(fact, kind, texts):
            name = fact.value.replace("_", " ")
            return f"the offer's {name} {_OPERATORS[kind]} {' or '.join(texts)}"
        case AllOf(parts):
            return " and ".join(_bracketed(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_bracketed(part) for part in parts)
        case Not(part):
            return f"not {_bracketed(part)}"


def _bracketed(condition: Condition) -> str:
    words = in_words(condition)
    return f"({words})" if isinstance(condition, AllOf | AnyOf) else words


def _first(wording: Mapping[str, str]) -> str:
    return next(iter(wording.values()), "")
