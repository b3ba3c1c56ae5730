"""The demo's anonymous answers: as flushes leave them, and a few that still wait for others."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import SystemRandom
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import insert

from deploy.demo.bulk import write_rows
from deploy.demo.clients import Client
from tenants.disclosure.rules import Dimension
from tenants.insights.windows import month_of
from tenants.interviews.holding import shared_segments
from tenants.interviews.models import (
    Answer,
    Confidentiality,
    HeldSubmission,
    Response,
    Submission,
)
from tenants.keys import Purpose, seal
from tenants.questionnaires import logic
from tenants.questionnaires.values import to_json
from tenants.settings import get_settings
from tenants.work import Session

STILL_HELD: Final = 3
RECEIPT_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Anonymous:
    """An anonymous submission.

    Attributes:
        submitted_on: Orders them; no row keeps it.
        department: Kept only where enough of a batch share it.
        answers: Checked.
        invitation: The row of the invitation that it used up, not yet written.
    """

    submitted_on: date
    department: str
    answers: Mapping[str, logic.Answer]
    invitation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flushed:
    """Submissions that left the holding place together, and the month of it."""

    month: date
    batch: Sequence[Anonymous]


def settle(
    submissions: Sequence[Anonymous], version_id: UUID, today: date
) -> tuple[list[Flushed], list[Anonymous]]:
    """Return what was flushed, batch by batch, and what waits; their invitations say so, too."""
    ordered = sorted(submissions, key=lambda one: one.submitted_on)
    gone, waiting = ordered[:-STILL_HELD], ordered[-STILL_HELD:]
    minimum = get_settings().flush_minimum
    if len(gone) < minimum:
        gone, waiting = [], ordered
    flushed = []
    while gone:
        # The first batch takes the odd ones, so that none is left that had waited for nothing.
        size = minimum + len(gone) % minimum
        batch, gone = gone[:size], gone[size:]
        day = min(batch[-1].submitted_on + timedelta(days=1), today)
        flushed.append(Flushed(month_of(day), batch))
    for one in ordered:
        one.invitation["submission"] = Submission.SUBMITTED
    for one in waiting:
        one.invitation["submission"] = Submission.HELD
        one.invitation["held_version_id"] = version_id
        one.invitation["retry_key"] = secrets.token_bytes(RECEIPT_KEY_BYTES)
    return flushed, waiting


async def write_flushed(
    session: Session,
    client: Client,
    flushed: Sequence[Flushed],
    version_id: UUID,
    question_ids: Mapping[str, UUID],
) -> None:
    """Write the responses of each batch in random order, as a flush does."""
    for one in flushed:
        batch = list(one.batch)
        SystemRandom().shuffle(batch)
        segments = shared_segments(
            [submission.department for submission in batch], get_settings().flush_minimum
        )
        responses, answers = [], []
        for submission, segment in zip(batch, segments, strict=True):
            # No interview, day or language: nothing but the version and the month.
            response: dict[str, Any] = {
                "id": uuid4(),
                "questionnaire_version_id": version_id,
                "confidentiality": Confidentiality.ANONYMOUS,
                "submitted_month": one.month,
                "segment": segment,
                "dimension": Dimension.DEPARTMENT,
                "receipt_key": secrets.token_bytes(RECEIPT_KEY_BYTES),
            }
            responses.append(response)
            answers += answer_rows(response["id"], submission.answers, question_ids)
        await write_rows(session, Response, client.organisation_id, responses)
        await write_rows(session, Answer, client.organisation_id, answers)


async def write_held(
    session: Session, client: Client, waiting: Sequence[Anonymous], version_id: UUID
) -> None:
    """Seal what waits, as the holding place does, so that the next flush can open it."""
    context = client.organisation_id.bytes + version_id.bytes
    if not waiting:
        return
    await session.execute(
        insert(HeldSubmission),
        [
            {
                "organisation_id": client.organisation_id,
                "id": uuid4(),
                "questionnaire_version_id": version_id,
                "held_month": month_of(one.submitted_on),
                "sealed": seal(
                    Purpose.HOLDING,
                    context,
                    {
                        "answers": logic.answers_to_json(one.answers),
                        "department": one.department,
                        "receipt_key": secrets.token_bytes(RECEIPT_KEY_BYTES).hex(),
                    },
                ),
            }
            for one in waiting
        ],
    )


def answer_rows(
    response_id: UUID,
    answers: Mapping[str, logic.Answer],
    question_ids: Mapping[str, UUID],
) -> list[dict[str, Any]]:
    """Return the answers of a response as rows, in the questionnaire's order."""
    return [
        {
            "response_id": response_id,
            "question_id": question_ids[code],
            "state": answer.state,
            "do_not_quote": answer.do_not_quote,
            **({} if answer.value is None else to_json(answer.value)),
        }
        for code, answer in answers.items()
    ]
