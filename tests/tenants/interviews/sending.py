"""Sending as the API does, and what it has written."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from tenants import db
from tenants.access import Viewer
from tenants.interviews import sending_queries, submission
from tenants.interviews.models import Confidentiality
from tenants.interviews.sending_queries import Asked
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.values import Text
from tenants.text_reading import run_short
from tenants.work import Session
from tests.factories import Client, Invited, complete_answers

Messages = Callable[[], int]
# Of what is written, all that is not made by lot or by the clock.
TABLES = {
    "responses": "confidentiality, submitted_month, submitted_on, language, segment, dimension,"
    " source, edition_id, order_seed IS NULL, interview_id IS NULL",
    "answers": "question_id, state, do_not_quote, choice, choices, other_text, scale, number, text,"
    " ranking, matrix, boolean, date",
    "invitations": "mails, revoked, submission, held_version_id, retry_key",
    "audit_events": "action, actor_kind, actor_id, actor_role, subject IS NULL, subjects",
    "audit_subjects": "token IS NULL",
    "drafts": "1",
}


def forget() -> None:
    """Forget which versions were read."""
    sending_queries._versions.clear()
    sending_queries._last_asked.clear()


async def send(invited: Invited, code: str, **given: Any) -> str:
    """Send as the API does."""
    return await run_short(
        submission.submit_response,
        given.pop("viewer", invited.viewer),
        **{
            "answers": complete_answers(),
            "confidentiality": Confidentiality.ATTRIBUTED,
            "receipt_code": code,
            **given,
        },
    )


async def rows(client: Client) -> dict[str, list[str]]:
    """Return what stands in the tables that a submission writes to."""

    async def read(session: Session, _viewer: Viewer) -> dict[str, list[str]]:
        found = {}
        for table, columns in TABLES.items():
            asked = text(
                f"SELECT ({columns})::text FROM {table} WHERE organisation_id = :organisation"  # noqa: S608 - of names given above.
            )
            given = {"organisation": client.organisation_id}
            found[table] = sorted(map(str, await session.scalars(asked, given)))
        return found

    return await db.run(read, client.job)


async def write(client: Client, statement: str, **given: Any) -> None:
    """Write to the client's tables."""

    async def work(session: Session, _viewer: Viewer) -> None:
        await session.execute(text(statement), {"organisation": client.organisation_id, **given})

    await db.run(work, client.job)


def code_of(number: int) -> str:
    """Return a receipt code."""
    return f"ABCD-EFGH-JKMN-{number:04}"


def asked_last(client: Client) -> Asked:
    """Return the version that the process has read for a client."""
    return sending_queries._last_asked[client.organisation_id]


async def save(invited: Invited) -> None:
    """Save an answer that is not sent yet."""
    await run_short(
        submission.save_answers, invited.viewer, answers={"other": Answered(Text("saved"))}
    )
