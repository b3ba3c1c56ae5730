"""What holds for questions whose answers are points on a scale of whole numbers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tenants.questionnaires.choice_rules import option_codes, verify_codes
from tenants.questionnaires.forms import Form, Settings, field, whole_number, whole_numbers
from tenants.questionnaires.json_object import JsonObject, Wording
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer
from tenants.questionnaires.values import Matrix, Operand, Scale

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Option, Question


def scale_points(question: "Question") -> range:
    """Return the points of a rating or a matrix (from 1) or of a recommendation (0 to 10)."""
    points = question.settings.get("points")
    return range(11) if points is None else range(1, points + 1)


def is_reversed(settings: Settings) -> bool:
    """Tell whether the lowest point of a scale is the most favourable one."""
    return bool(settings.get("reverse", False))


def operand_points(question: "Question") -> tuple[Operand, ...]:
    """Return what a condition may compare a point with."""
    return tuple(scale_points(question))


def read_rating_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `points`, 2 to 10, `labels`: wordings by point, needed for both ends, and `reverse`.

    `reverse` says that the lowest point is the most favourable one. It is kept only where it is
    set, so that the content of scales from before it was known has the hash that it had.
    """
    points = settings.integer("points", 2, 10)
    reverse = settings.has("reverse") and settings.boolean("reverse")
    return {
        "points": points,
        "labels": _read_labels(settings, range(1, points + 1)),
        **({"reverse": True} if reverse else {}),
    }


def read_recommendation_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `labels`: wordings by point, needed for 0 and 10."""
    return {"labels": _read_labels(settings, range(11))}


def _read_labels(settings: JsonObject, points: range) -> Mapping[str, Wording]:
    labels = settings.nested("labels")
    ends = {points[0], points[-1]}
    worded = {
        str(point): labels.wording(str(point))
        for point in points
        if point in ends or labels.has(str(point))
    }
    labels.finish()
    return worded


def read_scale(question: "Question", form: Form) -> Scale | None:
    """Read one point."""
    word = field(form, question.code)
    return Scale(whole_number(word)) if word else None


def read_matrix(question: "Question", form: Form) -> Matrix | None:
    """Read the point of each row that has one."""
    return Matrix(whole_numbers(form, question.code, option_codes(question)))


def verify_scale(question: "Question", value: Scale) -> Scale:
    """Refuse a point beyond the scale."""
    _verify_point(question, value.value)
    return value


def verify_matrix(question: "Question", value: Matrix) -> Matrix:
    """Return the rows in the question's order; a required matrix needs all of them."""
    verify_codes(question, tuple(value.rows))
    for point in value.rows.values():
        _verify_point(question, point)
    missing = len(question.options) - len(value.rows)
    if question.required and missing:
        raise InvalidAnswer(AnswerProblem.ROWS_REQUIRED, missing=missing)
    return Matrix({code: value.rows[code] for code in option_codes(question) if code in value.rows})


def _verify_point(question: "Question", point: int) -> None:
    points = scale_points(question)
    if point not in points:
        raise InvalidAnswer(AnswerProblem.OUT_OF_RANGE, lowest=points[0], highest=points[-1])
