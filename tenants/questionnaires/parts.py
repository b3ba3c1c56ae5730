"""The parts of a question and of a page: options, rules between answers, ways past pages."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tenants.questionnaires.conditions import Condition, condition_json, parse_condition
from tenants.questionnaires.json_object import JsonObject, Wording

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Question
    from tenants.questionnaires.question_types import QuestionType

MOST_OPTIONS: Final = 100
MOST_PROBES: Final = 8
LONGEST_PROBE: Final = 300
MOST_RULES: Final = 10
MOST_SKIPS: Final = 10


class Severity(StrEnum):
    """What becomes of answers that break a rule: ERROR refuses them, WARNING asks once more."""

    ERROR = "ERROR"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose or to rank, or a row of a matrix.

    Attributes:
        code: Stable across versions; what an answer keeps.
        wording: What the candidate reads, by language.
        exclusive: Whether choosing it rules out all the others.
        group: Heading under which neighbouring options stand together, by language.
        pinned: Whether it keeps its place when the others are shuffled.
        visible_if: When it is shown; always, if there is no condition.
    """

    code: str
    wording: Wording
    exclusive: bool = False
    group: Wording | None = None
    pinned: bool = False
    visible_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What answers must not be together.

    Attributes:
        broken_if: When the rule is broken; on earlier answers and the question's own.
        message: What the candidate is told, by language.
        severity: Whether the answers are refused or only looked at again.
    """

    broken_if: Condition
    message: Wording
    severity: Severity


@dataclass(frozen=True, slots=True)
class Skip:
    """A way from a page past those behind it.

    Attributes:
        to: The code of the later page that comes next; None for the end of the questions.
        condition: When it is taken; always, if there is no condition.
    """

    to: str | None
    condition: Condition | None


def parse_probes(raw: JsonObject) -> tuple[Wording, ...]:
    """Take the probes of a question: what an interviewer may ask further, by language."""
    probes = []
    for item in raw.objects("probes", fewest=0, most=MOST_PROBES):
        probes.append(item.wording("wording", longest=LONGEST_PROBE))
        item.finish()
    return tuple(probes)


def parse_options(
    raw: JsonObject, question_type: "QuestionType[Any]", earlier: Mapping[str, "Question"]
) -> tuple[Option, ...]:
    """Take the options of a question.

    Args:
        raw: The question.
        question_type: Its type.
        earlier: The questions before it, which the options' conditions may look at.
    """
    fewest = question_type.fewest_options
    options: list[Option] = []
    for item in raw.objects("options", fewest=fewest, most=MOST_OPTIONS if fewest else 0):
        code = new_code(item, [option.code for option in options])
        exclusive = item.flag("exclusive")
        if exclusive and not question_type.exclusive_options:
            item.refuse("is not known to this type of question", "exclusive")
        options.append(
            Option(
                code,
                item.wording("wording"),
                exclusive,
                item.optional_wording("group"),
                item.flag("pinned"),
                parse_visibility(item, earlier),
            )
        )
        item.finish()
    return tuple(options)


def parse_rules(raw: JsonObject, known: Mapping[str, "Question"]) -> tuple[Rule, ...]:
    """Take the rules of a question.

    Args:
        raw: The question.
        known: It and the questions before it.
    """
    rules = []
    for item in raw.objects("rules", fewest=0, most=MOST_RULES):
        condition = parse_condition(item.nested("broken_if"), known, offer=False)
        rules.append(Rule(condition, item.wording("message"), item.member("severity", Severity)))
        item.finish()
    return tuple(rules)


def parse_skips(raw: JsonObject, known: Mapping[str, "Question"]) -> tuple[Skip, ...]:
    """Take the ways past other pages; whether these exist is for the whole to say.

    Args:
        raw: The page.
        known: Its questions and those before them.
    """
    skips = []
    for item in raw.objects("skips", fewest=0, most=MOST_SKIPS):
        condition = parse_condition(item.nested("if"), known) if item.has("if") else None
        skips.append(Skip(item.code("to") if item.has("to") else None, condition))
        item.finish()
    return tuple(skips)


def parse_visibility(raw: JsonObject, earlier: Mapping[str, "Question"]) -> Condition | None:
    """Take `visible_if`, which may be absent."""
    return parse_condition(raw.nested("visible_if"), earlier) if raw.has("visible_if") else None


def new_code(raw: JsonObject, taken: Collection[str]) -> str:
    """Take a code that is not taken yet."""
    code = raw.code("code")
    if code in taken:
        raw.refuse(f"{code} is there twice", "code")
    return code


def option_json(option: Option) -> dict[str, Any]:
    """Return the option as it stands in the document."""
    document: dict[str, Any] = {"code": option.code, "wording": dict(option.wording)}
    if option.exclusive:
        document["exclusive"] = True
    if option.group is not None:
        document["group"] = dict(option.group)
    if option.pinned:
        document["pinned"] = True
    return document | visibility_json(option.visible_if)


def rule_json(rule: Rule) -> dict[str, Any]:
    """Return the rule as it stands in the document."""
    return {
        "broken_if": condition_json(rule.broken_if),
        "message": dict(rule.message),
        "severity": rule.severity.value,
    }


def skip_json(skip: Skip) -> dict[str, Any]:
    """Return the skip as it stands in the document."""
    document: dict[str, Any] = {} if skip.to is None else {"to": skip.to}
    return document | ({} if skip.condition is None else {"if": condition_json(skip.condition)})


def visibility_json(condition: Condition | None) -> dict[str, Any]:
    """Return the key that `parse_visibility` takes, if there is a condition."""
    return {} if condition is None else {"visible_if": condition_json(condition)}


def shuffled(options: Sequence[Option], code: str, seed: int) -> tuple[Option, ...]:
    """Return options in the order of one candidate: pinned ones stay, the others are shuffled.

    Args:
        options: In the order of the version.
        code: Of the question, so that its neighbours are shuffled otherwise.
        seed: The candidate's.
    """
    loose = [option for option in options if not option.pinned]
    # An order to read in, nothing secret: it has to be the same again.
    random.Random(f"{seed}/{code}").shuffle(loose)  # noqa: S311
    rest = iter(loose)
    return tuple(option if option.pinned else next(rest) for option in options)
