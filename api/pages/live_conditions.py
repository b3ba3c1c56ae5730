"""What the browser needs to know of conditions: only the part that the page itself can change."""

from collections.abc import Collection, Mapping
from typing import Any

from tenants.questionnaires.conditions import (
    AllOf,
    AnswerCondition,
    AnyOf,
    Condition,
    Not,
    OfferFacts,
    condition_json,
    holds,
)
from tenants.questionnaires.values import Value


def live_condition(
    condition: Condition | None,
    on_page: Collection[str],
    answers: Mapping[str, Value],
    facts: OfferFacts,
) -> bool | dict[str, Any]:
    """Return what is left to decide in the browser, or the decision if nothing is.

    Args:
        condition: When the question is shown; None for always.
        on_page: The codes of the page's questions, whose answers may still change.
        answers: The values of the questions on other pages.
        facts: What is known of the offer; none of it reaches the browser.

    Returns:
        True or False, or a condition on questions of the page alone, as `condition_json` writes it.
    """
    if condition is None:
        return True
    match condition:
        case AnswerCondition(code) if code in on_page:
            return condition_json(condition)
        case Not(part):
            left = live_condition(part, on_page, answers, facts)
            return not left if isinstance(left, bool) else {"not": left}
        case AllOf(parts) | AnyOf(parts):
            lefts = [live_condition(part, on_page, answers, facts) for part in parts]
            return _joined(lefts, decisive=isinstance(condition, AnyOf))
    return holds(condition, answers, facts)


def _joined(lefts: list[bool | dict[str, Any]], *, decisive: bool) -> bool | dict[str, Any]:
    """Return parts of which one decides when it is `decisive`, without those that do not."""
    if any(left is decisive for left in lefts):
        return decisive
    undecided = [left for left in lefts if not isinstance(left, bool)]
    return {"any" if decisive else "all": undecided} if undecided else not decisive
