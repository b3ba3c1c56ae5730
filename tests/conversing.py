"""Plain functions that let somebody talk to candidates, through the verbs that the product uses."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import (
    conversation_queries,
    conversations,
    keying,
    sittings,
    submission,
)
from tenants.interviews.conversation_models import (
    AttemptChannel,
    AttemptOutcome,
    ConversationMode,
)
from tenants.interviews.models import Confidentiality
from tests.factories import Invited, complete_answers


async def make_conversation(invited: Invited, viewer: Viewer | None = None) -> UUID:
    """Let the consultant, or somebody else, call a candidate and plan to call again.

    Returns:
        The id of the conversation.
    """
    where: Any = {
        "organisation_id": invited.client.organisation_id,
        "interview_id": invited.interview_id,
    }
    now = datetime.now(UTC)
    holder = viewer or invited.client.consultant
    await run(
        conversations.record_attempt,
        holder,
        **where,
        attempted_at=now,
        channel=AttemptChannel.PHONE,
        outcome=AttemptOutcome.CALL_BACK,
    )
    await run(
        conversations.schedule_interview,
        holder,
        **where,
        mode=ConversationMode.PHONE,
        at=now + timedelta(days=1),
        time_zone="Europe/Berlin",
    )
    found = await run(conversation_queries.find_conversation, holder, **where)
    assert found is not None
    return found.id


async def key_in(
    invited: Invited,
    confidentiality: Confidentiality = Confidentiality.CONFIDENTIAL,
    *,
    viewer: Viewer | None = None,
    note: str = "Sounded relieved.",
) -> str:
    """Let the consultant, or somebody else, hold an interview by phone; return the receipt code."""
    where: Any = {
        "organisation_id": invited.client.organisation_id,
        "interview_id": invited.interview_id,
    }
    holder = viewer or invited.client.consultant
    await run(sittings.begin_interview, holder, **where, mode=ConversationMode.PHONE)
    revision = await run(
        sittings.save_keyed_answers,
        holder,
        **where,
        revision=1,
        answers=complete_answers(),
        notes={"": note},
    )
    guided = await run(sittings.get_guided_interview, holder, **where)
    assert guided is not None
    return await run(
        keying.submit_keyed_response,
        holder,
        **where,
        revision=revision,
        answers={},
        confidentiality=confidentiality,
        consent_text=guided.consents[confidentiality],
        has_consented=True,
        receipt_code=submission.new_receipt_code(),
    )
