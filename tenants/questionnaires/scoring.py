"""How favourable an answer is, from 0 (least) to 1 (most): the score of a type of question."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tenants.questionnaires.scale_rules import is_reversed, scale_points
from tenants.questionnaires.values import Matrix, Scale

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Question


def no_score(_: "Question", __: Any) -> Fraction | None:
    """Return None: the answer is neither good nor bad."""
    return None


def score_scale(question: "Question", value: Scale) -> Fraction | None:
    """Return where the point lies between the ends of the scale, turned round if it is reversed."""
    return _score(question, value.value)


def score_matrix(question: "Question", value: Matrix) -> Fraction | None:
    """Return the mean score of the rows that were answered."""
    scores = [_score(question, point) for point in value.rows.values()]
    return sum(scores, Fraction()) / len(scores) if scores else None


def _score(question: "Question", point: int) -> Fraction:
    points = scale_points(question)
    share = Fraction(point - points[0], points[-1] - points[0])
    return 1 - share if is_reversed(question.settings) else share
