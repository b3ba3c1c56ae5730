"""Actions for tests, and what the matrices and the tests of isolation say of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Viewer
from tenants.actions import service
from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.digest_mails import queue_digest_mails, set_digest_mail
from tenants.actions.models import Action
from tenants.actions.service import ActionInput
from tenants.actions.statuses import ActionStatus
from tenants.db import run
from tenants.reading import Key
from tenants.work import Session
from tests.factories import Client

TODAY: Final = datetime.now(UTC).date()
TOMORROW: Final = TODAY + timedelta(days=1)

_EVERYONE: Final = "yes yes yes yes"
# As in `roles`: the whole organisation's, and one of each department, of which hiring managers see
# their own one's.
ROWS: Final = {
    "Action": {
        "organisation": "yes yes yes yes no no no",
        "own": "yes yes yes yes no no no",
        "elsewhere": "yes yes no yes no no no",
    },
    "ActionNote": {
        "note": "yes yes yes yes no no no",
        "elsewhere": "yes yes no yes no no no",
    },
}
FIELDS: Final = {
    "Action": {
        **dict.fromkeys(("id", "kind", "title", "description", "ownerRole"), _EVERYONE),
        **dict.fromkeys(("segment", "metric", "dueOn", "reviewOn", "status"), _EVERYONE),
        **dict.fromkeys(("startedOn", "doneOn", "revision", "createdAt", "changedAt"), _EVERYONE),
        **dict.fromkeys(("themeCodes", "themes", "mayBecome", "effect", "remarks"), _EVERYONE),
        "notes": "all all all all",
    },
    "ActionNote": dict.fromkeys(
        ("id", "authorRole", "text", "status", "happenedOn", "writtenAt", "action"), _EVERYONE
    ),
}
PARTS: Final = {
    "ActionChanged": "id recordedAt action",
    "ActionCatalogueEntry": "kind title advice metric themeCodes controllability",
    "EffectNotStarted": "message",
    "EffectNotYetPublished": "message before expectedOn",
    "EffectWithheld": "message before after was became",
    "EffectNotComparable": "message metric before after was became isLive",
    "EffectMeasured": "message metric before after was became isLive difference lower upper"
    " certainty exposure",
    "CreateActionPayload": "action userErrors",
    "UpdateActionPayload": "action userErrors",
    "ChangeActionStatusPayload": "action userErrors",
    "AddActionNotePayload": "note userErrors",
    "Digest": "edition withheld strengths actions finished changeable remarks",
    "DigestStrength": "wording statistic segment",
    "DigestTheme": "theme share segment",
    "SetDigestMailPayload": "isWanted userErrors",
}
MUTATIONS: Final = {
    "createAction": "ok ok FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
    **dict.fromkeys(
        ("updateAction", "changeActionStatus"),
        "ok ok FORBIDDEN FORBIDDEN NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    ),
    # Hiring managers see to it; which they may not note of, test_actions.py says.
    "addActionNote": "ok ok ok FORBIDDEN NOT_FOUND UNAUTHENTICATED NOT_FOUND",
    # It is the members' own matter, and consultants are none.
    "setDigestMail": "FORBIDDEN ok ok ok FORBIDDEN UNAUTHENTICATED NOT_FOUND",
}
# Fields of an organisation; what each role is told in a digest, test_digests.py says.
OF_ORGANISATION: Final = {
    "actions": "all all own all",
    "digest": _EVERYONE,
    "digestMail": _EVERYONE,
}
_ABOUT_ONE: Final = ("updateAction", "changeActionStatus", "addActionNote")
ELSEWHERE: Final = dict.fromkeys(_ABOUT_ONE, "NOT_FOUND")
PAYLOADS: Final = {
    **dict.fromkeys(("createAction", "updateAction", "changeActionStatus"), "action { id }"),
    "addActionNote": "note { id }",
    "setDigestMail": "isWanted",
}
ID_ARGUMENTS: Final = (
    ("createAction", "organisationId"),
    ("setDigestMail", "organisationId"),
    *((name, "actionId") for name in _ABOUT_ONE),
)


def said(**given: Any) -> ActionInput:
    """Return what an action says: of the process's speed, seen to by HR, unless told otherwise."""
    standard: dict[str, Any] = {
        "kind": ActionKind.PROCESS_SPEED,
        "owner_role": OwnerRole.HR,
        "due_on": TOMORROW,
        "review_on": TOMORROW + timedelta(days=90),
    }
    return ActionInput(**standard | given)


async def make_action(client: Client, segment: str | None = None, **given: Any) -> UUID:
    """Let HR propose an action, and return its id."""
    return await run(
        service.create_action,
        client.hr,
        organisation_id=client.organisation_id,
        action=said(segment=segment, **given),
    )


async def make_note(client: Client, action_id: UUID, viewer: Viewer | None = None) -> UUID:
    """Let somebody (HR unless told otherwise) note how an action goes, and return the note's id."""
    return await run(
        service.add_action_note,
        viewer or client.hr,
        organisation_id=client.organisation_id,
        action_id=action_id,
        text="Two of five steps are gone.",
    )


async def begin(client: Client, action_id: UUID, on: date, done: date | None = None) -> None:
    """Let HR say that an action began on a day, and perhaps that it was done on another."""
    steps = [(ActionStatus.AGREED, on), (ActionStatus.IN_PROGRESS, on)]
    steps += [] if done is None else [(ActionStatus.DONE, done)]
    for revision, (status, day) in enumerate(steps, 1):
        await run(
            service.change_action_status,
            client.hr,
            organisation_id=client.organisation_id,
            action_id=action_id,
            revision=revision,
            status=status,
            on=day,
        )


def inputs_about(
    organisation: str, action: str, segment: str | None = None
) -> dict[str, dict[str, Any]]:
    """Return the input of each mutation, given global ids."""
    words = {
        "kind": "PROCESS_SPEED",
        "ownerRole": "HIRING_MANAGER",
        "dueOn": TOMORROW.isoformat(),
        "reviewOn": TOMORROW.isoformat(),
    }
    which = {"actionId": action, "revision": 1}
    return {
        "createAction": {"organisationId": organisation, **words, "idempotencyKey": "once"},
        "updateAction": {**which, **words, "segment": segment},
        "changeActionStatus": {**which, "status": "AGREED"},
        "setDigestMail": {"organisationId": organisation, "isWanted": True},
        "addActionNote": {
            "actionId": action,
            "text": "Three of five steps are gone.",
            "idempotencyKey": "once",
        },
    }


async def inputs(client: Client, segment: str) -> dict[str, dict[str, Any]]:
    """Return the input of each mutation, about a department's action; one is there for each."""

    async def find(session: Session, _viewer: Viewer, name: str) -> UUID | None:
        return await session.scalar(select(Action.id).where(Action.segment == name))

    for one in ("Engineering", "Finance"):
        if await run(find, client.job, one) is None:
            await make_action(client, one, owner_role=OwnerRole.HIRING_MANAGER)
    action = await run(find, client.job, segment)
    assert action is not None
    key = Key(client.organisation_id, client.organisation_id)
    return inputs_about(
        encode_id(read_graph.ORGANISATION, key),
        encode_id(read_graph.ACTION, Key(client.organisation_id, action)),
        segment,
    )


async def keep_digest_mail(client: Client) -> None:
    """Let HR want digests by mail, and queue one for a review that is due today."""
    organisation: dict[str, Any] = {"organisation_id": client.organisation_id}
    await run(set_digest_mail, client.hr, **organisation, is_wanted=True)
    await make_action(client, title="To be reviewed", due_on=TODAY, review_on=TOMORROW)
    assert await run(queue_digest_mails, client.job, **organisation, today=TOMORROW) == 1
