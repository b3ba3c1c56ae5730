"""Responses of any month, written as a flush or an import writes them."""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.interviews.holding import answer_rows
from tenants.interviews.models import Confidentiality, Response
from tenants.interviews.submission import new_receipt_code, receipt_keys
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires.logic import Answered, check_answers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Choice, Choices, Scale
from tenants.questionnaires.versions import definition_of
from tenants.work import Session
from tests.factories import Client, complete_answers


def answers(
    *, factors: tuple[str, ...] = ("PROCESS_SLOW",), score: int | None = 9
) -> dict[str, Answered]:
    """Return a complete set of answers; without a score that question is declined."""
    scored = Answered(state=AnswerState.PREFER_NOT_TO_SAY)
    return {
        **complete_answers(),
        "decision_factors": Answered(Choices(factors)),
        "main_reason": Answered(Choice(factors[0])),
        "recommendation": scored if score is None else Answered(Scale(score)),
    }


async def add_response(
    client: Client,
    month: date,
    confidentiality: Confidentiality = Confidentiality.ATTRIBUTED,
    *,
    segment: str | None = "Engineering",
    given: Mapping[str, Answered] | None = None,
) -> str:
    """Write a response of a month; return its receipt code."""
    return await run(
        _add,
        client.job,
        client,
        month=month,
        confidentiality=confidentiality,
        segment=segment,
        given=answers() if given is None else given,
    )


async def _add(
    session: Session,
    viewer: Viewer,
    client: Client,
    *,
    month: date,
    confidentiality: Confidentiality,
    segment: str | None,
    given: Mapping[str, Answered],
) -> str:
    code = new_receipt_code()
    version = await questionnaires.get_current_version(
        session, viewer, organisation_id=client.organisation_id
    )
    ids = await questionnaires.question_ids(
        session, viewer, organisation_id=client.organisation_id, version_id=version.id
    )
    response = Response(
        organisation_id=client.organisation_id,
        id=uuid4(),
        questionnaire_version_id=version.id,
        interview_id=None,
        confidentiality=confidentiality,
        submitted_month=month,
        submitted_on=None,
        language=None,
        segment=segment,
        receipt_key=receipt_keys(client.organisation_id, code)[0],
    )
    session.add(response)
    await session.flush()
    session.add_all(answer_rows(response, ids, check_answers(definition_of(version), given, {})))
    return code


def candidate(client: Client) -> Viewer:
    """Return whoever opens the organisation's receipt page."""
    return Viewer(ViewerKind.CANDIDATE, roles={client.organisation_id: Role.CANDIDATE})
