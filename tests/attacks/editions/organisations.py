"""Random organisations of three years, and what is published of them by the product's rules."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from tenants.disclosure.cells import Coverage, Respondent
from tenants.insights import lattice, windows
from tenants.insights.items import AskedQuestion, Catalogue, Item, Measured
from tenants.insights.lattice import EditionRules, Submission
from tenants.insights.measures import question_document
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

# What everybody answers, so that its figures are those of the cells themselves; and questions that
# some skip: at random, when they are hidden, and in some departments.
EVERYTHING = "everything"
OPTIONAL, DELICATE, LOCAL = "optional", "delicate", "local"
QUESTIONS = (EVERYTHING, OPTIONAL, DELICATE, LOCAL)

# Of each question, whom its published figures cover, cell by cell over all editions.
Sums = Mapping[str, Sequence[People]]


@dataclass(frozen=True)
class Organisation:
    """Everybody who answered in three years.

    Attributes:
        seed: Makes it again.
        crowd: The fewest respondents that point at nobody, here.
        window_months: How long its windows are.
        answered: What was submitted in which month, counted from the first one.
    """

    seed: int
    crowd: int
    window_months: int
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
    concerned = chance.sample(departments, (len(departments) + 1) // 2)
    answered = []
    for index in range(3 * yearly):
        is_hidden = chance.random() < hidden
        department = chance.choices(departments, weights)[0]
        segment = None if chance.random() < nameless else department
        rates = {
            EVERYTHING: 1.0,
            OPTIONAL: optional,
            DELICATE: silent if is_hidden else spoken,
            LOCAL: spoken if department in concerned else silent,
        }
        who = UUID(int=index + 1)
        answers: dict[tuple[str, str | None], Measured] = {
            (question, None): frozenset({str(who)})
            for question, rate in rates.items()
            if chance.random() < rate
        }
        is_anonymous = is_hidden and chance.random() < anonymous
        submission = Submission(who, is_hidden, is_anonymous, segment, answers)
        answered.append((chance.randrange(MONTHS), submission))
    return Organisation(seed, chance.choice(CROWDS), chance.choice(WINDOWS), tuple(answered))


def _question(position: int, code: str) -> AskedQuestion:
    return AskedQuestion(
        id=UUID(int=position + 1),
        questionnaire_id=UUID(int=1),
        asked_from=datetime(2024, 1, 1, tzinfo=UTC),
        code=code,
        position=position,
        type=QuestionTypeKey.MULTIPLE_CHOICE,
        concept=None,
        audience=Audience.ORGANISATION,
        wording={"en": code},
        options=(),
        settings={},
    )


# Answers name who gave them, so that a figure shows whom it covers; no option need be listed.
CATALOGUE = Catalogue(
    tuple(Item((code, None), _question(at, code), None, ()) for at, code in enumerate(QUESTIONS)),
    {},
)


def publish(organisation: Organisation) -> None:
    """Make the edition of each window of all that no edition counts yet, as the service does."""
    waiting: list[Submission] = []
    coming = sorted(organisation.answered, key=lambda one: one[0], reverse=True)
    for window in windows.ended_windows(
        first_day=FIRST_DAY,
        published_until=None,
        as_of=LAST_DAY,
        months=organisation.window_months,
    ):
        while coming and windows.months_after(FIRST_DAY, coming[-1][0]) < window.ends_on:
            waiting.append(coming.pop()[1])
        draft = make_edition(waiting, organisation.crowd)
        waiting = [one for one in waiting if one.id not in draft.counted]


def make_edition(submissions: Collection[Submission], crowd: int) -> lattice.Draft:
    """Make one edition by the product's rules."""
    return lattice.make_draft(submissions, CATALOGUE, EditionRules(minimum=crowd))


@contextmanager
def recording() -> Iterator[dict[str, list[People]]]:
    """Note, for the time of the block, whom every figure of an edition is computed from."""
    sums: dict[str, list[People]] = {question: [] for question in QUESTIONS}

    def and_note(
        item: Item, coverage: Coverage | None, answers: Sequence[Any], *others: Any
    ) -> dict[str, Any]:
        if coverage is not None:
            people = frozenset(UUID(name) for answer in answers for name in answer)
            sums[item.key[0]].append(people)
        return question_document(item, coverage, answers, *others)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lattice, "question_document", and_note)
        yield sums


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
