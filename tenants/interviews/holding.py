"""The holding place: where anonymous submissions wait for others, and how they leave it together.

Until the flush a submission is sealed with a key outside the database. The flush opens at least
five of one questionnaire version at once and writes responses in random order with random ids, and
the invitations anew in another random order; nothing that it writes, and no job, event or log line,
differs from one of them to the next.
"""

import random
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from tenants.access import Permission, Viewer, require
from tenants.disclosure.rules import Dimension
from tenants.interviews import response_queries as responses
from tenants.interviews.models import (
    MONTHS_HELD,
    Answer,
    Confidentiality,
    HeldSubmission,
    Response,
)
from tenants.interviews.sending_queries import Sending
from tenants.keys import Purpose, seal, unseal
from tenants.organisations.insight_queries import list_settings
from tenants.organisations.insight_settings import dimension_at, numbers_since
from tenants.questionnaires import logic
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.values import to_columns
from tenants.settings import get_settings
from tenants.work import Session

# Never a pseudo-random order that could be computed again.
_shuffle = random.SystemRandom().shuffle


@dataclass(frozen=True, slots=True)
class Opened:
    """An unsealed submission: what a response may keep, and which opening it came from."""

    answers: Mapping[str, logic.Answer]
    parts: Mapping[Dimension, str | None]
    receipt_key: bytes


@dataclass(frozen=True, slots=True)
class Crowd:
    """By which dimension a batch keeps its values, and how many must share one."""

    dimension: Dimension
    minimum: int


def hold(
    session: Session,
    case: Sending,
    definition: Definition,
    answers: Mapping[str, logic.Answer],
    receipt_key: bytes,
) -> None:
    """Seal a submission into the holding place.

    Answers to questions that a fact of the offer shows are dropped here already, and with them
    the knowledge of whether they were shown.

    Args:
        session: The transaction.
        case: Whose; only department, location and version go in.
        definition: The version's.
        answers: Checked.
        receipt_key: With which the candidate finds the response again.
    """
    told = logic.depends_on_offer(definition)
    kept = {code: answer for code, answer in answers.items() if code not in told}
    document = {
        "answers": logic.answers_to_json(kept),
        "department": case.department,
        "location": case.location,
        "receipt_key": receipt_key.hex(),
    }
    session.add(
        HeldSubmission(
            organisation_id=case.organisation_id,
            id=uuid4(),
            questionnaire_version_id=case.asked.id,
            held_month=datetime.now(UTC).date().replace(day=1),
            sealed=seal(Purpose.HOLDING, _context(case.organisation_id, case.asked.id), document),
        )
    )


async def flush(
    session: Session, viewer: Viewer, *, organisation_id: UUID, today: date | None = None
) -> int:
    """Turn the held submissions of each version into responses, where enough wait together.

    Submissions that have waited 24 months are deleted unread first, as the form said they would be.

    Args:
        session: The transaction; all of it happens or nothing.
        viewer: A job of the organisation.
        organisation_id: Whose.
        today: The day of the flush, of which the month is kept.

    Returns:
        How many became responses.
    """
    require(viewer, Permission.RESPONSE_FLUSH, organisation_id)
    month = (today or datetime.now(UTC).date()).replace(day=1)
    await responses.delete_held_before(
        session, viewer, organisation_id=organisation_id, month=_months_before(month, MONTHS_HELD)
    )
    waiting, used_up = await responses.list_waiting(
        session, viewer, organisation_id=organisation_id
    )
    held = await responses.list_held(
        session, viewer, organisation_id=organisation_id, among=waiting
    )
    versions = await list_settings(session, viewer, organisation_id=organisation_id)
    dimension = dimension_at(versions, month)
    # A flush of fewer than a crowd would keep every hidden answer out of the next edition.
    minimum = max(get_settings().flush_minimum, numbers_since(versions, month)["minimum"])
    batches: dict[UUID, list[HeldSubmission]] = {}
    for submission in held:
        batches.setdefault(submission.questionnaire_version_id, []).append(submission)
    flushed = 0
    for version_id, batch in batches.items():
        if len(batch) >= minimum:
            await _flush_batch(
                session,
                viewer,
                organisation_id=organisation_id,
                version_id=version_id,
                batch=batch,
                used_up=used_up,
                month=month,
                crowd=Crowd(dimension, minimum),
            )
            flushed += len(batch)
    return flushed


async def _flush_batch(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    batch: Sequence[HeldSubmission],
    used_up: Collection[UUID],
    month: date,
    crowd: Crowd,
) -> None:
    """Write the responses of one batch, remove what was held, and write the invitations anew."""
    opened = [open_held(one) for one in batch]
    for one in batch:
        await session.delete(one)
    _shuffle(opened)
    await _add_responses(
        session,
        viewer,
        organisation_id=organisation_id,
        version_id=version_id,
        opened=opened,
        month=month,
        crowd=crowd,
    )
    invitations = await responses.list_held_invitations(
        session,
        viewer,
        organisation_id=organisation_id,
        version_id=version_id,
        among=used_up,
    )
    _shuffle(invitations)
    for invitation_id in invitations:
        await responses.rewrite_invitation(
            session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
        )


async def _add_responses(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    opened: Sequence[Opened],
    month: date,
    crowd: Crowd,
) -> None:
    """Add a response and its answers for each submission, in the order in which they are given."""
    ids = await questionnaires.question_ids(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    segments = shared_segments([one.parts[crowd.dimension] for one in opened], crowd.minimum)
    taken = await responses.list_taken_receipts(
        session,
        viewer,
        organisation_id=organisation_id,
        among={one.receipt_key for one in opened},
    )
    for submission, segment in zip(opened, segments, strict=True):
        # A code that was used before opens the first response; it must not hold up the others.
        receipt_key = submission.receipt_key
        if receipt_key in taken:
            receipt_key = secrets.token_bytes(len(receipt_key))
        taken.add(receipt_key)
        response = Response(
            organisation_id=organisation_id,
            id=uuid4(),
            questionnaire_version_id=version_id,
            interview_id=None,
            confidentiality=Confidentiality.ANONYMOUS,
            submitted_month=month,
            submitted_on=None,
            language=None,
            segment=segment,
            dimension=crowd.dimension,
            receipt_key=receipt_key,
        )
        session.add(response)
        # One by one: a bulk insert would be free to sort, and the order is part of the promise.
        await session.flush()
        session.add_all(answer_rows(response, ids, submission.answers))
        await session.flush()


def answer_rows(
    response: Response, ids: Mapping[str, UUID], answers: Mapping[str, logic.Answer]
) -> Iterable[Answer]:
    """Return the answers of a response as rows, in the questionnaire's order.

    Args:
        response: Which they belong to.
        ids: The id of each question of the version, by code.
        answers: Checked.
    """
    return [
        Answer(
            organisation_id=response.organisation_id,
            response_id=response.id,
            question_id=ids[code],
            state=answer.state,
            do_not_quote=answer.do_not_quote,
            **to_columns(answer.value),
        )
        for code, answer in answers.items()
    ]


def shared_segments(departments: Sequence[str | None], minimum: int) -> list[str | None]:
    """Return which department each response of a batch may keep: none that fewer share.

    A value stays only where at least `minimum` of the batch have it and those left without a value
    number 0 or at least `minimum`; otherwise the smallest remaining value is given up, until that
    holds. So nobody is ever one of fewer than `minimum`.

    Args:
        departments: One for each response.
        minimum: The size of the smallest crowd.
    """
    counts = Counter(value for value in departments if value is not None)
    kept = sorted(
        (value for value, count in counts.items() if count >= minimum),
        key=lambda value: (counts[value], value),
    )
    without = len(departments) - sum(counts[value] for value in kept)
    while kept and 0 < without < minimum:
        without += counts[kept.pop(0)]
    return [value if value in kept else None for value in departments]


def open_held(held: HeldSubmission) -> Opened:
    """Return what a held submission says.

    Raises:
        ValueError: It was altered, or sealed with another secret key.
    """
    context = _context(held.organisation_id, held.questionnaire_version_id)
    document: dict[str, Any] = unseal(Purpose.HOLDING, context, held.sealed)
    return Opened(
        answers=logic.answers_from_json(document["answers"]),
        parts={
            Dimension.DEPARTMENT: document["department"],
            # What was sealed before it was kept has none.
            Dimension.LOCATION: document.get("location"),
        },
        receipt_key=bytes.fromhex(document["receipt_key"]),
    )


def _context(organisation_id: UUID, version_id: UUID) -> bytes:
    return organisation_id.bytes + version_id.bytes


def _months_before(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)
