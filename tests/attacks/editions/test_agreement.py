"""No subtraction of shares tells that a few all answered alike; without the rule some do."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import pytest

from tenants.disclosure import figures
from tenants.disclosure.figures import Figure, Relation
from tenants.disclosure.rules import EditionRules
from tenants.insights import lattice
from tenants.insights.items import AskedQuestion, Catalogue, Item
from tenants.insights.models import CellKind
from tenants.insights.tally import Group, Tally
from tenants.interviews.models import Confidentiality
from tenants.metrics import CONTROLLABLE_SHARE, MAIN_REASON
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.reasons import Audience
from tests.attacks.editions.agreement import Shown, agreeing

ATTRIBUTED, CONFIDENTIAL, ANONYMOUS = Confidentiality
ORGANISATIONS = range(600)
READERS = {
    "leadership": frozenset[Confidentiality](),
    "HR": frozenset({ATTRIBUTED}),
    "consultant": frozenset({ATTRIBUTED, CONFIDENTIAL}),
}
KEY = (MAIN_REASON, None)
QUESTION = AskedQuestion(
    id=UUID(int=1),
    questionnaire_id=UUID(int=1),
    asked_from=datetime(2026, 1, 1, tzinfo=UTC),
    code="main",
    position=1,
    type=QuestionTypeKey.SINGLE_CHOICE,
    concept=MAIN_REASON,
    audience=Audience.ORGANISATION,
    wording={"en": "Why?"},
    options=tuple({"code": code, "wording": {}} for code in ("PROCESS_SLOW", "OTHER_OFFER")),
    settings={},
)
CATALOGUE = Catalogue((Item(KEY, QUESTION, None, (QUESTION.id,)),), {})
Who = tuple[Group, int]


def make_answers(seed: int) -> dict[Who, bool]:
    """Return what each respondent of a random window answered: whether the reason is in hand.

    Departments are small or large, and many of them, or of their hidden answers, nearly agree.
    """
    chance = Random(seed)  # noqa: S311 - no secret.
    answers: dict[Who, bool] = {}
    for department in ("Engineering", "Finance", "Legal", None)[: chance.randint(1, 4)]:
        for chosen in Confidentiality:
            leaning = chance.choice([0.0, 0.0, 0.05, 0.5, 0.95, 1.0, 1.0])
            for number in range(chance.choice([0, 0, 3, 5, 6, 12, 25])):
                answers[Group(department, chosen), number] = chance.random() < leaning
    return answers


def shares(answers: Mapping[Who, bool]) -> dict[str | None, tuple[Figure, frozenset[Who]]]:
    """Return the share that each cell shows, and whom it covers; the whole under None."""
    counters: dict[Group, Counter[frozenset[str]]] = defaultdict(Counter)
    for (group, _), succeeds in answers.items():
        counters[group][frozenset({"PROCESS_SLOW" if succeeds else "OTHER_OFFER"})] += 1
    respondents = {group: counts.total() for group, counts in counters.items()}
    tally = Tally(respondents, {KEY: counters}, {})  # type: ignore[dict-item]  # of one kind.
    found = {}
    for cell in lattice.make_draft(tally, CATALOGUE, EditionRules()).cells:
        shown = cell.figures.get(CONTROLLABLE_SHARE)
        if shown is None or cell.kind is CellKind.NO_SEGMENT:
            continue
        is_whole = cell.kind is CellKind.ORGANISATION
        identified = cell.questions[0]["coverage"] == "IDENTIFIED_ONLY"
        people = frozenset(
            key
            for key in answers
            if (is_whole or key[0].segment == cell.segment)
            and not (identified and key[0].confidentiality is not ATTRIBUTED)
        )
        figure = figures.from_json(shown)
        assert isinstance(figure, Figure)
        found[None if is_whole else cell.segment] = (figure, people)
    return found


def found_out(seed: int) -> Iterator[str]:
    """Yield the readers who find out that some few agree."""
    answers = make_answers(seed)
    shown: dict[str | None, Shown] = {}
    for place, (figure, people) in shares(answers).items():
        assert figure.lower is not None
        assert figure.upper is not None
        shown[place] = one = Shown(people, figure.lower, figure.upper)
        # Whatever is withheld, nothing untrue is told.
        least, most = one.counts
        assert least <= sum(answers[key] for key in people) <= most
        assert (figure.relation is Relation.EXACT) == (least == most)
    whole = shown.pop(None, None)
    for name, reads in READERS.items():
        readable: dict[Hashable, bool] = {
            key: one for key, one in answers.items() if key[0].confidentiality in reads
        }
        if any(True for _ in agreeing(whole, list(shown.values()), readable)):
            yield name


def who_finds_out() -> list[str]:
    found = {name for seed in ORGANISATIONS for name in found_out(seed)}
    return [name for name in READERS if name in found]


def test_no_subtraction_tells_that_a_few_agree() -> None:
    assert who_finds_out() == []


@pytest.mark.parametrize("rule", ["with_what_is_left", "FEW"])
def test_without_the_rule_everybody_learns_it(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if rule == "FEW":
        monkeypatch.setattr(figures, "FEW", 0)
    else:
        monkeypatch.setattr(lattice, rule, lambda whole, _parts: whole)
    assert who_finds_out() == list(READERS)
