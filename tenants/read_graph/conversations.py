"""Conversations with candidates, and attempts at them, as nouns of the read graph."""

from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, func, not_

from tenants.access import Permission
from tenants.interviews.conversation_models import ContactAttempt, Conversation
from tenants.interviews.conversation_queries import open_conversations, visible_conversations
from tenants.nouns import Column, Noun, ToMany, ToOne, shown_with, within_scopes
from tenants.paging import Ordering

_SOMETIME = datetime(9999, 1, 1, tzinfo=UTC)


def _is_open(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001 - what a filter is given.
    return open_conversations() if wanted else not_(open_conversations())


CONVERSATIONS = ToMany(
    "Conversation",
    permission=Permission.RESPONSE_KEY_IN,
    orderings=(
        # Those with a time first, the soonest at the top; then the rest, the oldest at the top.
        Ordering(
            "SCHEDULED_ASC",
            func.coalesce(Conversation.scheduled_at, _SOMETIME),
            datetime.fromisoformat,
        ),
    ),
    filters=MappingProxyType({"state": Conversation.state.in_, "is_open": _is_open}),
)

CONVERSATION = Noun(
    name="Conversation",
    organisation_id=Conversation.organisation_id,
    id=Conversation.id,
    visible=within_scopes(Permission.RESPONSE_KEY_IN, visible_conversations),
    columns={
        "state": Column(Conversation.state),
        "mode": Column(Conversation.mode),
        "scheduled_at": Column(Conversation.scheduled_at),
        "time_zone": Column(Conversation.time_zone),
        "requested_at": Column(Conversation.requested_at),
        "phone": Column(Conversation.phone),
        "preferred_times": Column(Conversation.preferred_times),
        "no_interview_reason": Column(Conversation.no_interview_reason),
        "begun_at": Column(Conversation.begun_at),
        "held_on": Column(Conversation.held_on),
    },
    to_one={"interview": ToOne("Interview", Conversation.interview_id)},
    to_many={
        "attempts": ToMany(
            "ContactAttempt",
            key=ContactAttempt.conversation_id,
            orderings=(
                Ordering(
                    "NEWEST", ContactAttempt.attempted_at, datetime.fromisoformat, descending=True
                ),
            ),
            paged=False,
        )
    },
)

CONTACT_ATTEMPT = Noun(
    name="ContactAttempt",
    organisation_id=ContactAttempt.organisation_id,
    id=ContactAttempt.id,
    # Read below conversations that are visible, and nowhere else.
    visible=shown_with(Permission.RESPONSE_KEY_IN),
    columns={
        "attempted_at": Column(ContactAttempt.attempted_at),
        "channel": Column(ContactAttempt.channel),
        "outcome": Column(ContactAttempt.outcome),
    },
)
