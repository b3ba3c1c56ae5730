"""What is counted together of several versions of a question."""

from datetime import UTC, datetime
from uuid import UUID

from tenants.insights.items import AskedQuestion, make_catalogue, measure
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Boolean, Choices, Matrix, Scale, Text
from tenants.reasons import Audience


def asked(
    number: int,
    *,
    codes: tuple[str, ...] = ("A", "B"),
    concept: str | None = "wish",
    questionnaire: int = 1,
    kind: QuestionTypeKey = QuestionTypeKey.SINGLE_CHOICE,
) -> AskedQuestion:
    """Return a question; the higher its number, the later it was asked."""
    return AskedQuestion(
        id=UUID(int=number),
        questionnaire_id=UUID(int=1000 + questionnaire),
        asked_from=datetime(2026, 1, number, tzinfo=UTC),
        code="wish",
        position=1,
        type=kind,
        concept=concept,
        audience=Audience.HR,
        wording={"en": f"Version {number}"},
        options=tuple({"code": code, "wording": {"en": code}} for code in codes),
        settings={"points": 5} if kind is QuestionTypeKey.MATRIX else {},
    )


def test_a_new_option_does_not_take_what_was_answered_before_out_of_its_window() -> None:
    old, new = asked(1), asked(2, codes=("A", "B", "C"))
    catalogue = make_catalogue([new, old], {old.id: 40, new.id: 2})
    (item,) = catalogue.items
    assert (item.question, item.asked, catalogue.by_question) == (old, (old.id,), {old.id: "wish"})
    # When the new one has more answers, or as many, it counts.
    for answered in ({old.id: 2, new.id: 40}, {old.id: 7, new.id: 7}, {}):
        (item,) = make_catalogue([old, new], answered).items
        assert item.question == new


def test_versions_of_one_shape_are_one_item_in_the_newest_words() -> None:
    first, second = asked(1), asked(2)
    (item,) = make_catalogue([first, second], {first.id: 40}).items
    assert item.question.wording == {"en": "Version 2"}
    assert item.asked == (second.id, first.id)


def test_without_a_concept_two_questionnaires_are_two_items() -> None:
    one, other = asked(1, concept=None), asked(2, concept=None, questionnaire=2)
    items = make_catalogue([one, other], {}).items
    assert {item.asked for item in items} == {(one.id,), (other.id,)}
    assert len({item.key for item in items}) == 2


def test_each_row_of_a_matrix_is_an_item() -> None:
    matrix = asked(1, kind=QuestionTypeKey.MATRIX)
    assert [item.key for item in make_catalogue([matrix], {}).items] == [
        ("wish", "A"),
        ("wish", "B"),
    ]
    assert measure("wish", Matrix({"A": 4})) == {("wish", "A"): 4}


def test_what_is_not_counted_measures_nothing() -> None:
    assert measure("wish", Text("a word")) == {}
    assert measure("wish", None) == {}
    assert measure("wish", Scale(3)) == {("wish", None): 3}
    assert measure("wish", Boolean(value=False)) == {("wish", None): frozenset({"NO"})}
    assert measure("wish", Choices(("A", "B"))) == {("wish", None): frozenset({"A", "B"})}
    assert make_catalogue([asked(1, kind=QuestionTypeKey.LONG_TEXT, codes=())], {}).items == ()
