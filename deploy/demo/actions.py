"""The demo's actions, decided on and carried on by HR, through the verbs that everybody uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from deploy.demo.clients import Client
from deploy.demo.world import PEOPLE
from tenants.access import Role, Viewer, ViewerKind
from tenants.actions import service
from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.service import ActionInput
from tenants.actions.statuses import ActionStatus
from tenants.disclosure.rules import WINDOW_MONTHS
from tenants.insights.windows import month_of, months_after
from tenants.work import Session

_S: Final = ActionStatus


@dataclass(frozen=True, slots=True)
class DemoAction:
    """An action of the demo; days are relative to today.

    Attributes:
        kind: Of the catalogue.
        title: A few words.
        description: What shall be different.
        owner_role: Which role sees to it.
        segment: For which department; None for the whole organisation.
        due: Days from today until it is due.
        steps: What became of it: status and note.
        since: How many days ago the first step was; each next one follows after a month.
    """

    kind: ActionKind
    title: str
    description: str
    owner_role: OwnerRole
    segment: str | None
    due: int
    steps: tuple[tuple[ActionStatus, str], ...] = ()
    since: int = 40


ACTIONS: Final = (
    DemoAction(
        ActionKind.PANEL_COMPOSITION,
        "An engineer of the team in every panel",
        "Candidates meet somebody they would work with, and not only those they would report to.",
        OwnerRole.HIRING_MANAGER,
        "Engineering",
        due=30,
        steps=(
            (_S.AGREED, "Two volunteers from each team."),
            (_S.IN_PROGRESS, "In seven of the last nine interviews."),
        ),
    ),
    DemoAction(
        ActionKind.STRATEGY_COMMUNICATION,
        "One page on where we are going",
        "Everybody who interviews says the same of our plans for the next two years.",
        OwnerRole.LEADERSHIP,
        None,
        due=-14,
        steps=((_S.AGREED, "The draft is late."),),
    ),
    DemoAction(
        ActionKind.OFFER_COMPETITIVENESS,
        "Pay bands in every advertisement",
        "Candidates know the band before the first interview.",
        OwnerRole.COMPENSATION_AND_BENEFITS,
        None,
        due=90,
    ),
)


async def make_actions(
    session: Session, viewer: Viewer, client: Client, *, people: dict[str, UUID], today: date
) -> None:
    """Let a client's HR decide on actions; one was done long enough ago to be measured.

    Args:
        session: The transaction.
        viewer: A job of the client's.
        client: Whose; one without somebody in HR has no actions.
        people: Ids of the demo's people, by address.
        today: The day.
    """
    del viewer
    hr = next((one for one in PEOPLE if one.role is Role.HR and one.client == client.slug), None)
    if hr is None:
        return
    somebody = Viewer(
        ViewerKind.PERSON, people[hr.email], hr.name, {client.organisation_id: Role.HR}
    )
    await _make_the_measured_one(session, somebody, client, today)
    departments = {one.name for one in client.departments}
    for one in ACTIONS:
        if one.segment is not None and one.segment not in departments:
            continue
        action_id = await service.create_action(
            session,
            somebody,
            organisation_id=client.organisation_id,
            action=ActionInput(
                kind=one.kind,
                title=one.title,
                description=one.description,
                owner_role=one.owner_role,
                segment=one.segment,
                due_on=today + timedelta(days=one.due),
                review_on=today + timedelta(days=one.due + 180),
            ),
        )
        steps = [
            (status, today - timedelta(days=one.since - 30 * place), note)
            for place, (status, note) in enumerate(one.steps)
        ]
        await _carry_on(session, somebody, client, action_id, steps)


async def _make_the_measured_one(
    session: Session, viewer: Viewer, client: Client, today: date
) -> None:
    """Add an action that began with the newest window and was done three months later."""
    began = months_after(month_of(today), -WINDOW_MONTHS)
    done = months_after(began, 3)
    action_id = await service.create_action(
        session,
        viewer,
        organisation_id=client.organisation_id,
        action=ActionInput(
            kind=ActionKind.PROCESS_SPEED,
            title="Decide within a week of the last interview",
            description="Whoever was there gives a verdict the same day; silence counts as yes.",
            owner_role=OwnerRole.HR,
            due_on=done,
            review_on=today + timedelta(days=7),
        ),
    )
    steps = (
        (_S.AGREED, began, "Agreed with all departments."),
        (_S.IN_PROGRESS, began, ""),
        (_S.DONE, done, "Nine of ten decisions take less than a week."),
    )
    await _carry_on(session, viewer, client, action_id, steps)


async def _carry_on(
    session: Session,
    viewer: Viewer,
    client: Client,
    action_id: UUID,
    steps: Sequence[tuple[ActionStatus, date, str]],
) -> None:
    """Let an action become what it became, step by step."""
    for revision, (status, day, note) in enumerate(steps, 1):
        await service.change_action_status(
            session,
            viewer,
            organisation_id=client.organisation_id,
            action_id=action_id,
            revision=revision,
            status=status,
            on=day,
            note=note,
        )
