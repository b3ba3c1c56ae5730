"""What the demo's candidates answer: checked by the questionnaire's own rules.

The leading reasons are calibrated on a published survey: another offer 31 %, pay 26 %, a
counter-offer 16 % (MRI 2014).
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deploy.demo.clients import Client, Finding
from deploy.demo.words import SENTENCES
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer, Answered, check_answers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Boolean, Choice, Choices, Matrix, Scale, Text, Value
from tenants.reasons import REASONS, Controllability, DeclineReason

_LEADING: Final[Mapping[DeclineReason, float]] = {
    DeclineReason.OTHER_OFFER: 31,
    DeclineReason.PAY_BASE: 26,
    DeclineReason.COUNTER_OFFER: 16,
}
# The rest of 100 %, divided among the others; OTHER would need own words.
_REST: Final = 27
_WEAK: Final = 8
# What is named beside the main reason is more often something in the employer's own hands.
_BESIDE: Final[Mapping[Controllability, float]] = {
    Controllability.CONTROLLABLE: 4,
    Controllability.HARD_TO_CHANGE: 0.5,
    Controllability.OUTSIDE_CONTROL: 0.2,
}
_MAIN_IF_PLANTED: Final = 0.6
_ANSWERED: Final = 0.94
_WRITTEN: Final = 0.25
_NOT_QUOTED: Final = 0.1
_COUNTERED: Final = 0.8
_POINTS: Final = (2, 3, 3, 4, 4, 4, 5, 5)
_LOW_POINTS: Final = (1, 1, 2, 2, 3)
_RECOMMENDATION: Final = (7.4, 2.2)
_PLANTED_LOWERS: Final = 1.2

_DESTINATIONS: Final[Mapping[DeclineReason, str]] = {
    DeclineReason.OTHER_OFFER: "OTHER_EMPLOYER",
    DeclineReason.COUNTER_OFFER: "CURRENT_EMPLOYER",
    DeclineReason.STAYED: "CURRENT_EMPLOYER",
    DeclineReason.STUDY: "STUDY",
    DeclineReason.FAMILY: "BREAK",
}
_ELSEWHERE: Final = ("OTHER_EMPLOYER", "OTHER_EMPLOYER", "CURRENT_EMPLOYER", "STILL_LOOKING")
_EMPLOYERS: Final = ("SAME_INDUSTRY", "SAME_INDUSTRY", "OTHER_INDUSTRY", "PUBLIC_OR_NON_PROFIT")
_VALUES: Final = ("PAY", "PAY", "SECURITY", "FLEXIBILITY", "LOCATION", "TASKS", "DEVELOPMENT")
_ORGANISATION_ROWS: Final = ("TASKS", "DEVELOPMENT", "TEAM", "CULTURE", "DIRECTION", "FLEXIBILITY")
_PROCESS_ROWS: Final = ("INFORMATION", "INTERVIEWS", "INTERVIEWERS", "SPEED", "RESPECT", "OFFER")


@dataclass(frozen=True, slots=True)
class Climate:
    """How a client's candidates are minded.

    Attributes:
        main: Weight of each reason as the main one.
        beside: Its weight as a further one.
        kindness: Points that they give beyond the usual.
    """

    main: Mapping[DeclineReason, float]
    beside: Mapping[DeclineReason, float]
    kindness: float


def make_climate(client: Client, rng: random.Random) -> Climate:
    """Return what candidates think of a client; every one has weak spots of its own."""
    weights: dict[DeclineReason, float] = {
        reason: rng.uniform(0.5, 1.5) * (_WEAK if reason in client.weak_spots else 1)
        for reason in DeclineReason
        if reason is not DeclineReason.OTHER
    }
    rest = _REST / sum(weight for reason, weight in weights.items() if reason not in _LEADING)
    main: dict[DeclineReason, float] = {
        reason: _LEADING.get(reason, rest * weight) for reason, weight in weights.items()
    }
    beside = {reason: main[reason] * _BESIDE[REASONS[reason].controllability] for reason in weights}
    return Climate(main, beside, client.kindness)


def make_answers(
    definition: Definition,
    climate: Climate,
    rng: random.Random,
    *,
    finding: Finding | None,
    planted: bool,
    language: str,
) -> dict[str, Answer]:
    """Return what one candidate answers to every question.

    Args:
        definition: The version that is answered.
        climate: Of the client.
        rng: Draws the answers.
        finding: What is planted in the department, if anything.
        planted: Whether this candidate names it; if not, only others are named.
        language: Of what is written.
    """
    reasons = _reasons(climate, rng, finding, planted=planted)
    lowered = finding.lowered if finding is not None and planted else ()
    given: dict[str, Answered] = {
        "decision_factors": Answered(Choices(tuple(reasons))),
        "main_reason": Answered(Choice(reasons[0])),
    }
    given |= _alternative(reasons[0], rng)
    optional: dict[str, Value] = {
        "organisation_ratings": Matrix(_ratings(_ORGANISATION_ROWS, rng)),
        "process_ratings": Matrix(_ratings(_PROCESS_ROWS, rng, lowered)),
    }
    given |= {code: Answered(one) for code, one in optional.items() if rng.random() < _ANSWERED}
    middle, spread = _RECOMMENDATION
    middle += climate.kindness - (_PLANTED_LOWERS if planted else 0)
    points = min(10, max(0, round(rng.gauss(middle, spread))))
    given["recommendation"] = Answered(Scale(points))
    if rng.random() > _ANSWERED:
        given["recommendation"] = Answered(state=AnswerState.PREFER_NOT_TO_SAY)
    for code, sentences in SENTENCES.items():
        if rng.random() < _WRITTEN:
            text = Text(rng.choice(sentences[language]))
            given[code] = Answered(text, do_not_quote=rng.random() < _NOT_QUOTED)
    return check_answers(definition, given, {})


def stated_reason(climate: Climate, rng: random.Random) -> DeclineReason:
    """Return the reason that a recruiter notes for a refusal."""
    return _drawn(climate.main, rng)


def _drawn(
    weights: Mapping[DeclineReason, float],
    rng: random.Random,
    without: Collection[DeclineReason] = (),
) -> DeclineReason:
    left = {reason: weight for reason, weight in weights.items() if reason not in without}
    return rng.choices(list(left), list(left.values()))[0]


def _reasons(
    climate: Climate, rng: random.Random, finding: Finding | None, *, planted: bool
) -> list[DeclineReason]:
    """Return one to three reasons, the main one first."""
    without = set() if finding is None else {finding.reason}
    reasons = [_drawn(climate.main, rng, without)]
    for _ in range(rng.choice((0, 1, 1, 2))):
        reasons.append(_drawn(climate.beside, rng, without.union(reasons)))
    if finding is None or not planted:
        return reasons
    reasons = reasons[:2]
    reasons.insert(0 if rng.random() < _MAIN_IF_PLANTED else 1, finding.reason)
    return reasons


def _alternative(main: DeclineReason, rng: random.Random) -> dict[str, Answered]:
    """Return where the candidate went instead, and why there."""
    destination = _DESTINATIONS.get(main) or rng.choice(_ELSEWHERE)
    given: dict[str, Value] = {"destination": Choice(destination)}
    if destination == "OTHER_EMPLOYER":
        given["destination_employer"] = Choice(rng.choice(_EMPLOYERS))
    if destination == "CURRENT_EMPLOYER":
        given["counter_offer"] = Boolean(rng.random() < _COUNTERED)
    if destination in {"OTHER_EMPLOYER", "CURRENT_EMPLOYER"}:
        drawn = rng.choices(_VALUES, k=rng.choice((1, 2, 3)))
        given["value_proposition"] = Choices(tuple(dict.fromkeys(drawn)))
    return {code: Answered(value) for code, value in given.items()}


def _ratings(
    rows: Sequence[str], rng: random.Random, lowered: Sequence[str] = ()
) -> dict[str, int]:
    return {row: rng.choice(_LOW_POINTS if row in lowered else _POINTS) for row in rows}
