"""What machines post, and what is done later."""

from datetime import datetime

import strawberry

from api.derive import of_noun
from api.relay import Node
from tenants import read_graph
from tenants.integrations.models import IntakeState
from tenants.work import JobState


@of_noun(read_graph.INTAKE_EVENT)
class IntakeEvent(Node):
    """One event that an applicant-tracking system posted.

    Attributes:
        action: The system's name for what happened.
        application_id: The system's id of the application it is about, if that was clear.
        state: What became of it; WAITING means that the candidate is not known yet.
        reason_code: Why it was not applied, for machines.
        reason: Why it was not applied, in words.
        received_at: When it arrived.
    """

    action: str
    application_id: str | None
    state: IntakeState
    reason_code: str | None
    reason: str | None
    received_at: datetime


@strawberry.input
class IntakeEventFilter:
    """Which posted events are wanted.

    Attributes:
        state: In any of these states.
    """

    state: list[IntakeState] | None = None


@of_noun(read_graph.JOB)
class Job(Node):
    """A piece of work that happens later.

    Attributes:
        name: What it does.
        state: Where it stands.
        attempts: How often it was started; more than once after a failure or a killed worker.
        progress: How much is done, in percent.
        error_code: What the last attempt failed with.
        created_at: When it was asked for, to the minute.
        finished_at: When it ended, one way or the other, to the minute.
    """

    name: str
    state: JobState
    attempts: int
    progress: int
    error_code: str | None
    created_at: datetime
    finished_at: datetime | None


@strawberry.input
class JobFilter:
    """Which jobs are wanted.

    Attributes:
        state: In any of these states.
        name: With this name.
    """

    state: list[JobState] | None = None
    name: str | None = None
