"""What a questionnaire may know of the case that it is asked in, and collecting its answers."""

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from tenants.interviews.queries import Case
from tenants.keys import Purpose, mac
from tenants.questionnaires.conditions import OfferFact, OfferFacts
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer, Answered, check_answers, check_given
from tenants.questionnaires.values import used_columns

# Numbers with digits behind the point and days are read from their texts.
_ROWS: Final = json.JSONEncoder(default=str, ensure_ascii=False, separators=(",", ":"))


def offer_facts(case: Case) -> OfferFacts:
    """Return what conditions and placeholders may know of the offer."""
    requisition = case.requisition
    if requisition is None:
        return {}
    return facts_of(requisition.department, requisition.location, requisition.title)


def facts_of(department: str | None, location: str | None, title: str | None) -> OfferFacts:
    """Return the same of what is known of a requisition."""
    facts = {
        OfferFact.DEPARTMENT: department,
        OfferFact.LOCATION: location,
        OfferFact.JOB_TITLE: title,
    }
    return {fact: value for fact, value in facts.items() if value is not None}


def order_seed(invitation_id: UUID) -> int:
    """Return 32 bits that follow from the invitation, and tell nothing of it without the key."""
    return int.from_bytes(mac(Purpose.ORDER, invitation_id.bytes)[:4])


def collect(
    definition: Definition,
    saved: Mapping[str, Answer],
    given: Mapping[str, Answered | Answer],
    facts: OfferFacts,
    *,
    page: str | None = None,
) -> dict[str, Answer]:
    """Return what is to be saved: answers given now win over those saved before.

    Args:
        definition: The version that is being answered.
        saved: What was saved before.
        given: By the question's code; a question that is absent keeps what was saved.
        facts: What is known of the offer.
        page: Check this page as a whole, required questions included. Without it each answer is
            checked for itself.

    Raises:
        InvalidAnswers: Some are refused.
    """
    merged: dict[str, Answered | Answer] = {**saved, **given}
    if page is None:
        checked = check_given(definition, merged, facts, given)
    else:
        checked = check_answers(definition, merged, facts, page=page)
    kept = {code: answer for code, answer in merged.items() if isinstance(answer, Answer)}
    return {**kept, **checked}


def answer_rows(question_ids: Mapping[str, str], answers: Mapping[str, Answer]) -> str:
    """Return checked answers as a JSON array of rows of `answers`.

    Args:
        question_ids: The id of each question by its code.
        answers: By the question's code.
    """
    rows = [
        {
            "question_id": question_ids[code],
            "state": answer.state,
            "do_not_quote": answer.do_not_quote,
            **used_columns(answer.value),
        }
        for code, answer in answers.items()
    ]
    return _ROWS.encode(rows)
