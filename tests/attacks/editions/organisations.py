"""Random organisations of three years, and what is published of them by the product's rules."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any, NamedTuple, cast
from uuid import UUID

import pytest

from tenants.disclosure.cells import Cell, Coverage, Respondent
from tenants.disclosure.rules import Dimension, EditionRules
from tenants.insights import findings, lattice, windows
from tenants.insights.items import AskedQuestion, Catalogue, Item, Measured
from tenants.insights.said import Said
from tenants.insights.tally import Aspects, Group, ItemKey, Pair, Tally
from tenants.interviews.models import Confidentiality
from tenants.metrics import MAIN_REASON, RECOMMENDATION
from tenants.organisations.insight_models import InsightSettings
from tenants.organisations.insight_settings import NUMBERS, dimension_at
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.reasons import Audience
from tests.attacks.editions.attacker import READERS, People, isolated

FIRST_DAY = date(2024, 1, 1)
LAST_DAY = date(2026, 12, 31)
MONTHS = 36
FEWEST_A_YEAR, MOST_A_YEAR = 6, 120
# The floor and numbers that an installation has raised it to, and lengths of windows.
CROWDS = (5, 5, 6, 8)
WINDOWS = (12, 12, 6, 3)
# So many hidden respondents in each month that windows of any length are allowed.
FULL = {windows.months_after(FIRST_DAY, at): 1000 for at in range(-12, MONTHS + 12)}

# What everybody answers, so that its figures are those of the cells themselves; and questions that
# some skip: at random, when they are hidden, and in some departments.
EVERYTHING = "everything"
OPTIONAL, DELICATE, LOCAL = "optional", "delicate", "local"
# The main reason, by which identified answers are held against hidden ones; and a score with what
# is held against it, which must all be answered.
MAIN, SCORE, SPEED, RESPECT = "main", "score", "speed", "respect"
ASPECTS = (SPEED, RESPECT)
SCALES = (SCORE, *ASPECTS)
QUESTIONS = (EVERYTHING, OPTIONAL, DELICATE, LOCAL, MAIN, *SCALES)

# Of each question, whom its published figures cover, cell by cell over all editions.
Sums = Mapping[str, Sequence[People]]


@dataclass(frozen=True)
class Submission:
    """What somebody sent.

    Attributes:
        id: Who.
        hidden: CONFIDENTIAL or ANONYMOUS.
        anonymous: ANONYMOUS.
        segment: The value of the organisation's dimension; None for "no value".
        dimension: In force in its month, of which the value is one.
        answers: What was answered, by item.
    """

    id: UUID
    hidden: bool
    anonymous: bool
    segment: str | None
    dimension: Dimension
    answers: Mapping[ItemKey, Measured]

    @property
    def confidentiality(self) -> Confidentiality:
        """What was chosen."""
        if not self.hidden:
            return Confidentiality.ATTRIBUTED
        return Confidentiality.ANONYMOUS if self.anonymous else Confidentiality.CONFIDENTIAL

    def group(self, dimension: Dimension) -> Group:
        """Where the rules of an edition see it."""
        is_of_it = self.dimension is dimension
        return Group(self.segment if is_of_it else None, self.confidentiality)


@dataclass(frozen=True)
class Organisation:
    """Everybody who answered in three years.

    Attributes:
        seed: Makes it again.
        crowd: The fewest respondents that point at nobody, here.
        settings: The versions of its settings, the oldest first.
        answered: What was submitted in which month, counted from the first one.
    """

    seed: int
    crowd: int
    settings: tuple[InsightSettings, ...]
    answered: tuple[tuple[int, Submission], ...]

    def readable(self, reader: str) -> People:
        """Return those whose answers a reader reads as rows."""
        return frozenset(
            one.id
            for _, one in self.answered
            if READERS[reader](Respondent(one.id, one.hidden, one.anonymous, one.segment))
        )


class Leak(NamedTuple):
    """So few respondents of an organisation whose answers to a question can be summed."""

    seed: int
    question: str
    people: int


# How an organisation's editions come about: calls `lattice.make_draft` once for each.
Publish = Callable[[Organisation], None]


@cache
def make_organisation(seed: int) -> Organisation:
    """Return a random organisation of 6 to 120 responses a year, the same for the same seed."""
    chance = Random(seed)  # noqa: S311 - no secret.
    yearly = round(FEWEST_A_YEAR * (MOST_A_YEAR / FEWEST_A_YEAR) ** chance.random())
    hidden, anonymous, nameless = chance.random(), chance.random(), chance.choice([0, 0.1, 0.3])
    departments = [f"department {index}" for index in range(chance.randint(1, 8))]
    weights = [chance.random() + 0.05 for _ in departments]
    optional = chance.uniform(0.3, 0.95)
    spoken, silent = chance.uniform(0.5, 1), chance.uniform(0.05, 0.8)
    settings = tuple(_settings(seed, chance.choice(CROWDS), chance.choice(WINDOWS)))
    concerned = chance.sample(departments, (len(departments) + 1) // 2)
    answered = []
    for index in range(3 * yearly):
        is_hidden = chance.random() < hidden
        department = chance.choices(departments, weights)[0]
        month = chance.randrange(MONTHS)
        dimension = dimension_at(settings, windows.months_after(FIRST_DAY, month))
        value = f"location {len(department) + index % 3}"
        value = department if dimension is Dimension.DEPARTMENT else value
        segment = None if chance.random() < nameless else value
        rates = {
            EVERYTHING: 1.0,
            OPTIONAL: optional,
            DELICATE: silent if is_hidden else spoken,
            LOCAL: spoken if department in concerned else silent,
            MAIN: spoken,
            SCORE: 0.97,
            SPEED: 0.95 if is_hidden else 0.85,
            RESPECT: 0.97 if department in concerned else 0.8,
        }
        who = UUID(int=index + 1)
        answers: dict[tuple[str, str | None], Measured] = {
            (question, None): who.int if question in SCALES else frozenset({str(who)})
            for question, rate in rates.items()
            if chance.random() < rate
        }
        is_anonymous = is_hidden and chance.random() < anonymous
        submission = Submission(who, is_hidden, is_anonymous, segment, dimension, answers)
        answered.append((month, submission))
    return Organisation(seed, settings[0].minimum, settings, tuple(answered))


def _settings(seed: int, crowd: int, months: int) -> Iterator[InsightSettings]:
    """Yield the versions of an organisation's settings; of every second one they change.

    Each is decided at some time and begins when the product says so.
    """
    chance = Random(f"{seed}/settings")  # noqa: S311 - no secret.
    numbers = dict.fromkeys(NUMBERS, 0) | {"minimum": crowd}
    made = [version(numbers, FIRST_DAY, months, Dimension.DEPARTMENT)]
    decisions = sorted(chance.sample(range(MONTHS), 4)) if seed % 2 else []
    for month in decisions:
        day = windows.months_after(FIRST_DAY, month)
        window = windows.window_of(
            day, first_day=FIRST_DAY, published_until=None, versions=made, hidden=FULL
        )
        dimension = chance.choice(list(Dimension))
        made.append(version(numbers, window.ends_on, chance.choice(WINDOWS), dimension))
    yield from made


def version(
    numbers: Mapping[str, int], starts_on: date, months: int, dimension: Dimension
) -> InsightSettings:
    """Return a version of settings."""
    return InsightSettings(
        starts_on=starts_on,
        decided_on=starts_on,
        window_months=months,
        dimension=dimension,
        **numbers,
    )


CONCEPTS = {MAIN: MAIN_REASON, SCORE: RECOMMENDATION, SPEED: "speed", RESPECT: "respect"}


def _question(position: int, code: str) -> AskedQuestion:
    is_scale = code in SCALES
    return AskedQuestion(
        id=UUID(int=position + 1),
        questionnaire_id=UUID(int=1),
        asked_from=datetime(2024, 1, 1, tzinfo=UTC),
        code=code,
        position=position,
        type=QuestionTypeKey.RATING if is_scale else QuestionTypeKey.MULTIPLE_CHOICE,
        concept=CONCEPTS.get(code),
        audience=Audience.ORGANISATION,
        wording={"en": code},
        options=(),
        settings={"points": 3 * MOST_A_YEAR} if is_scale else {},
    )


# Answers name who gave them, so that a figure shows whom it covers; no option need be listed.
CATALOGUE = Catalogue(
    tuple(Item((code, None), _question(at, code), None, ()) for at, code in enumerate(QUESTIONS)),
    {},
)
_ITEM = {item.key[0]: item for item in CATALOGUE.items}
HELD_AGAINST_THE_SCORE = Aspects(_ITEM[SCORE], tuple(_ITEM[one] for one in ASPECTS))


def publish(organisation: Organisation) -> None:
    """Make the edition of each window of all that no edition counts yet, as the service does."""
    waiting: list[Submission] = []
    coming = sorted(organisation.answered, key=lambda one: one[0], reverse=True)
    for window in windows.ended_windows(
        first_day=FIRST_DAY,
        published_until=None,
        as_of=LAST_DAY,
        versions=organisation.settings,
        hidden=FULL,
    ):
        while coming and windows.months_after(FIRST_DAY, coming[-1][0]) < window.ends_on:
            waiting.append(coming.pop()[1])
        draft = make_edition(waiting, organisation.crowd, window.dimension)
        waiting = [one for one in waiting if one.confidentiality not in draft.counted]


def make_edition(
    submissions: Collection[Submission], crowd: int, dimension: Dimension = Dimension.DEPARTMENT
) -> lattice.Draft:
    """Make one edition by the product's rules."""
    rules = EditionRules(minimum=crowd)
    tally = count(submissions, dimension)
    return lattice.make_draft(tally, CATALOGUE, rules, HELD_AGAINST_THE_SCORE)


def count(submissions: Collection[Submission], dimension: Dimension) -> Tally:
    """Return submissions as PostgreSQL counts them."""
    answers: dict[ItemKey, dict[Group, Counter[Measured]]] = {}
    for one in submissions:
        for key, said in one.answers.items():
            group = one.group(dimension)
            answers.setdefault(key, {}).setdefault(group, Counter())[said] += 1
    pairs: dict[ItemKey, dict[Group, Counter[Pair]]] = {(one, None): {} for one in ASPECTS}
    for one in submissions:
        given = {question: one.answers.get((question, None)) for question in SCALES}
        if None not in given.values():
            for aspect in ASPECTS:
                pair = cast("Pair", (given[aspect], given[SCORE]))
                pairs[aspect, None].setdefault(one.group(dimension), Counter())[pair] += 1
    return Tally(Counter(one.group(dimension) for one in submissions), answers, pairs)


@contextmanager
def recording() -> Iterator[dict[str, list[People]]]:
    """Note, for the time of the block, whom every figure of an edition is computed from."""
    sums: dict[str, list[People]] = {question: [] for question in QUESTIONS}
    compare, together = findings._openness, findings._together
    hold = findings._importance
    complete: set[People] = set()

    def note(item: Item, coverage: Coverage | None, answers: Said, _minimum: int) -> dict[str, Any]:
        # What a figure shows of a sum is another matter: the attacker has the sum itself.
        if coverage is not None:
            sums[item.key[0]].append(_who(answers.everybody))
        return {}

    def and_note_both(tally: Tally, *others: Any) -> Any:
        finding = compare(tally, *others)
        if finding is not None:
            for is_hidden in (False, True):
                said = [
                    _who(answers)
                    for group, answers in tally.answers[MAIN, None].items()
                    if (group.confidentiality is not Confidentiality.ATTRIBUTED) is is_hidden
                ]
                sums[MAIN].append(frozenset[Hashable]().union(*said))
        return finding

    def and_keep(pairs: Mapping[Group, Counter[Pair]], cell: Cell) -> Counter[Pair]:
        found = together(pairs, cell)
        complete.add(frozenset(UUID(int=point) for point, _ in found))
        return found

    def and_note_complete(*given: Any) -> dict[ItemKey, dict[str, Any]]:
        complete.clear()
        found = hold(*given)
        shown = [key[0] for key, one in found.items() if "importance" in one]
        # All of them rest on the same people, and so on as many answers to the score.
        for people in complete:
            for question in (*shown, SCORE):
                sums[question].append(people)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lattice, "question_document", note)
        patch.setattr(lattice, "metric_figures", lambda *_: {})
        patch.setattr(findings, "_openness", and_note_both)
        patch.setattr(findings, "_together", and_keep)
        patch.setattr(findings, "_importance", and_note_complete)
        yield sums


def _who(answers: Mapping[Measured, int]) -> People:
    """Return who gave some answers, which name who gave them."""
    return frozenset(
        UUID(int=answer) if isinstance(answer, int) else UUID(next(iter(answer)))
        for answer in answers
    )


def published(organisation: Organisation, editions: Publish = publish) -> Sums:
    """Return whom each published figure covers, over all editions of the three years."""
    with recording() as sums:
        editions(organisation)
    return sums


def leaks(organisation: Organisation, sums: Sums, reader: str) -> Iterator[Leak]:
    """Yield whom a reader can isolate."""
    readable = organisation.readable(reader)
    for question, cells in sums.items():
        for few in isolated(cells, readable, organisation.crowd):
            yield Leak(organisation.seed, question, len(few))
