"""Nobody is isolated by three years of editions; without any one rule somebody is.

A thousand random organisations have 6 to 120 responses a year, and every edition of them is made by
the product's own code. The attacker misses nothing, in small ones or large (see `attacker`).
"""

from collections.abc import Sequence

import pytest

from tests.attacks.editions import plants
from tests.attacks.editions.attacker import READERS
from tests.attacks.editions.organisations import (
    EVERYTHING,
    Organisation,
    Publish,
    Sums,
    leaks,
    make_organisation,
    publish,
    published,
)

ORGANISATIONS = range(1050)
PLANTED = range(150)

LEADERSHIP, HR, CONSULTANT = READERS

# Each rule, and who gets through when nobody but that rule stands in the way.
FOUND_BY = [
    (plants.gate_of_hidden, [HR]),
    (plants.gate_of_anonymous, [CONSULTANT]),
    (plants.minimum_respondents, [LEADERSHIP]),
    (plants.siblings, [LEADERSHIP, HR, CONSULTANT]),
    (plants.siblings_of_all, [LEADERSHIP]),
    (plants.siblings_of_hidden, [HR]),
    (plants.siblings_of_anonymous, [CONSULTANT]),
    (plants.counted_twice, [LEADERSHIP, HR, CONSULTANT]),
    (plants.gate_of_questions, [LEADERSHIP, HR, CONSULTANT]),
    (plants.questions_beyond_the_window, [LEADERSHIP, HR]),
    (plants.splits, [LEADERSHIP, HR, CONSULTANT]),
    (plants.splits_of_few_identified, [LEADERSHIP]),
    (plants.splits_of_few_hidden, [HR]),
    (plants.splits_of_few_anonymous, [CONSULTANT]),
]
FORBIDDEN = [
    (plants.quarters_beside_years, [LEADERSHIP, HR, CONSULTANT]),
    (plants.windows_made_anew, [LEADERSHIP, HR, CONSULTANT]),
    (plants.rolling_windows, [LEADERSHIP, HR, CONSULTANT]),
    (plants.two_dimensions, [LEADERSHIP, HR, CONSULTANT]),
    (plants.editions_per_audience, [LEADERSHIP, HR, CONSULTANT]),
]


@pytest.fixture(scope="module")
def editions() -> Sequence[tuple[Organisation, Sums]]:
    """Publish three years of every organisation."""
    organisations = [make_organisation(seed) for seed in ORGANISATIONS]
    return [(one, published(one)) for one in organisations]


@pytest.mark.parametrize("reader", READERS)
def test_nobody_is_isolated(reader: str, editions: Sequence[tuple[Organisation, Sums]]) -> None:
    found = [leak for one, sums in editions for leak in leaks(one, sums, reader)]
    assert found == []


def test_the_silence_is_about_something(editions: Sequence[tuple[Organisation, Sums]]) -> None:
    sizes = [len(one.answered) for one, _ in editions]
    assert (min(sizes), max(sizes)) == (3 * 6, 3 * 119)
    cells = sum(len(sums[EVERYTHING]) for _, sums in editions)
    figures = sum(len(covered) for _, sums in editions for covered in sums.values())
    assert (cells, figures) == (7038, 46078)
    # In no edition is only who has no crowd of identified answers in all the three years.
    silent = [one for one, sums in editions if not sums[EVERYTHING]]
    assert len(silent) == 8
    assert all(sum(not who.hidden for _, who in one.answered) < one.crowd for one in silent)


@pytest.mark.parametrize(
    ("plant", "readers"), FOUND_BY, ids=lambda one: getattr(one, "__name__", "")
)
def test_without_the_rule_somebody_is_isolated(
    plant: plants.Plant, readers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert _who_gets_through(publish) == readers


@pytest.mark.parametrize(
    ("design", "readers"), FORBIDDEN, ids=lambda one: getattr(one, "__name__", "")
)
def test_what_the_rules_forbid_isolates_somebody(design: Publish, readers: list[str]) -> None:
    assert _who_gets_through(design) == readers


def _who_gets_through(editions: Publish) -> list[str]:
    """Return the readers who isolate somebody in at least one organisation."""
    organisations = [make_organisation(seed) for seed in PLANTED]
    left = list(READERS)
    for one in organisations:
        sums = published(one, editions)
        left = [reader for reader in left if next(leaks(one, sums, reader), None) is None]
        if not left:
            break
    return [reader for reader in READERS if reader not in left]
