"""What an edition says of options that were put in an order."""

from collections import Counter
from typing import Any

import pytest

from tenants.disclosure.cells import Coverage
from tenants.insights.items import make_catalogue, measure
from tenants.insights.measures import question_document
from tenants.insights.said import said
from tenants.insights.tally import Group
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Ranking
from tests.tenants.insights.test_items import asked

ATTRIBUTED, CONFIDENTIAL, _ = Confidentiality


def document(given: dict[Confidentiality, dict[tuple[str, ...], int]]) -> dict[str, Any]:
    """Return what an edition keeps of a question whose options were ranked so often so."""
    question = asked(1, codes=("A", "B", "C"), kind=QuestionTypeKey.RANKING)
    (item,) = make_catalogue([question], {}).items
    counters = {
        Group(None, chosen): Counter(
            {
                measured: count
                for codes, count in rankings.items()
                for measured in measure("wish", Ranking(codes)).values()
            }
        )
        for chosen, rankings in given.items()
    }
    return question_document(item, Coverage.ALL_ANSWERS, said(counters.items()), 10)


def points(found: dict[str, Any]) -> dict[str, tuple[float, str]]:
    return {
        one["option"]: (one["points"]["value"], one["points"]["relation"])
        for one in found["ranking"]
    }


def test_options_have_mean_borda_points_from_ten_answers_on() -> None:
    few = document({ATTRIBUTED: {("A", "B", "C"): 9}})
    assert "ranking" not in few
    assert "distribution" not in few
    found = document({ATTRIBUTED: {("A", "B", "C"): 12, ("B",): 12}})
    # Twelve give 100, 50 and 0; the others 100 to B and share the rest: 25 each to A and C.
    assert points(found) == {"A": (60.0, "EXACT"), "B": (75.0, "EXACT"), "C": (10.0, "EXACT")}
    assert found["ranking"][0]["points"]["unit"] == "POINTS"


@pytest.mark.parametrize("first", ["A", "B"])
def test_that_all_hidden_answers_rank_the_same_option_first_cannot_be_seen(first: str) -> None:
    known: dict[tuple[str, ...], int] = {("B", "A", "C"): 20, ("C", "A", "B"): 20}
    others = tuple(code for code in "ABC" if code != first)
    alike = points(document({ATTRIBUTED: known, CONFIDENTIAL: {(first, *others): 6}}))
    assert alike[first][1] == "AT_LEAST"
    one_other = {(first, *others): 5, (others[0], first, others[1]): 1}
    assert points(document({ATTRIBUTED: known, CONFIDENTIAL: one_other}))[first] == alike[first]
