"""An organisation whose candidates have answered, and the edition that comes of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tenants.access import Viewer
from tenants.db import run
from tenants.insights.service import Published, publish_editions
from tenants.insights.windows import month_of, months_after
from tenants.interviews import holding, submission
from tenants.interviews.models import Confidentiality
from tenants.offers import service as offers
from tenants.offers.models import Requisition
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.values import Choice, Choices, Matrix, Scale
from tenants.settings import get_settings
from tenants.work import Session
from tests.factories import Client, Invited, make_client, make_invited_candidate

ATTRIBUTED, CONFIDENTIAL, ANONYMOUS = (
    Confidentiality.ATTRIBUTED,
    Confidentiality.CONFIDENTIAL,
    Confidentiality.ANONYMOUS,
)
ENGINEERING, FINANCE = "Engineering", "Finance"
# What belongs to how editions are made, for the matrices.
OF_INSIGHTS = {"updateInsightSettings": "settings { revision dimension }"}
INSIGHT_PARTS = {
    "EditionRules": "windowMonths minimum distributionMinimum responseRateMinimum"
    " excerptRespondents excerptHidden",
    "InsightSettings": "revision dimension viewerCanUpdate wanted startsOn windowStartsOn"
    " windowEndsOn windowDimension rules floors protection",
    "ProtectionRule": "title text",
    "UpdateInsightSettingsPayload": "settings userErrors",
}


def insight_inputs(organisation: str) -> dict[str, dict[str, Any]]:
    """Return an input of each of these mutations."""
    return {"updateInsightSettings": {"organisationId": organisation, "revision": 0, "minimum": 6}}


async def invite(client: Client, *, department: str = ENGINEERING) -> Invited:
    """Let one more candidate decline, today, and be asked why."""
    requisition = offers.RequisitionInput(
        external_id=department, title=f"Somebody for {department}", department=department
    )
    today = datetime.now(UTC).date()
    return await make_invited_candidate(
        client, requisition=requisition, extended_on=today, resolved_on=today
    )


async def answer(
    client: Client,
    confidentiality: Confidentiality,
    *,
    department: str = ENGINEERING,
    reasons: Sequence[str] = ("PROCESS_SLOW",),
    recommends: int = 7,
    rating: int = 4,
) -> None:
    """Let one more candidate decline and answer; the first reason is the main one.

    Args:
        client: Whose candidate.
        confidentiality: What the candidate chooses.
        department: Of the opening.
        reasons: The most important ones.
        recommends: From 0 to 10.
        rating: Of the first row that the organisation is rated by, from 1 to 5.
    """
    invited = await invite(client, department=department)
    answers = {
        "decision_factors": Answered(Choices(tuple(reasons))),
        "main_reason": Answered(Choice(reasons[0])),
        "organisation_ratings": Answered(Matrix({"TEAM": rating, "TASKS": 3})),
        "process_ratings": Answered(Matrix({"SPEED": rating})),
        "recommendation": Answered(Scale(recommends)),
        "destination": Answered(Choice("OTHER_EMPLOYER")),
    }
    few = get_settings().model_copy(update={"anonymous_minimum_invitations": 1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "get_settings", lambda: few)
        await run(
            submission.submit_response,
            invited.viewer,
            answers=answers,
            confidentiality=confidentiality,
            receipt_code=submission.new_receipt_code(),
            language="en",
        )


async def make_year_old_client(*, name: str | None = None) -> Client:
    """Make a client whose first window ends with the current month."""
    client = await make_client(name=name)
    await run(_age, client.job, client.organisation_id)
    return client


def window() -> tuple[date, date]:
    """Return the window, half-open, of the first edition of a client that is a year old."""
    until = months_after(month_of(datetime.now(UTC).date()), 1)
    return months_after(until, -12), until


async def _age(session: Session, _viewer: Viewer, organisation_id: UUID) -> None:
    await session.execute(
        text("UPDATE organisations SET created_at = :first WHERE id = :id"),
        {"first": datetime.combine(window()[0], datetime.min.time(), UTC), "id": organisation_id},
    )


async def publish(client: Client, *, as_of: date | None = None) -> Published:
    """Open what is held if it is enough, and publish every window that has ended by today.

    Args:
        client: Whose.
        as_of: A day of the last month that counts as ended; today if absent.
    """
    await run(holding.flush, client.job, organisation_id=client.organisation_id)
    return await run(
        publish_editions,
        client.job,
        organisation_id=client.organisation_id,
        as_of=as_of or datetime.now(UTC).date(),
    )


async def hire_for(client: Client, department: str) -> None:
    """Let the hiring manager hire for the openings of a department."""

    async def find(session: Session, _viewer: Viewer) -> UUID:
        rows = await session.scalars(
            select(Requisition.id).where(Requisition.department == department)
        )
        return rows.one()

    assert client.hiring_manager.id is not None
    await run(
        offers.assign_hiring_manager,
        client.hr,
        organisation_id=client.organisation_id,
        requisition_id=await run(find, client.job),
        person_id=client.hiring_manager.id,
    )


async def record_history(client: Client, *, months: int = 24, accepted: int = 8) -> None:
    """Record offers of the last months, this one included; of each, some accepted and some not."""
    await run(_record_history, client.job, months, accepted)


async def _record_history(session: Session, viewer: Viewer, months: int, accepted: int) -> None:
    given = {
        "organisation": next(iter(viewer.roles)),
        "months": months,
        "accepted": accepted,
        "all": accepted + 2,
    }
    for statement in (
        """
        INSERT INTO applications (organisation_id, id, external_id, stated_reasons, reasons_by_hand)
        SELECT :organisation, gen_random_uuid(), 'history-' || m || '-' || n, '{}', false
        FROM generate_series(0, :months - 1) m, generate_series(1, :all) n
        """,
        """
        INSERT INTO offers (organisation_id, id, application_id, version, status, reported_status,
                            extended_on, resolved_at, recorded_at)
        SELECT a.organisation_id, gen_random_uuid(), a.id, 1,
               CASE WHEN n <= :accepted + m % 3 - 1 THEN 'ACCEPTED' ELSE 'DECLINED' END,
               CASE WHEN n <= :accepted + m % 3 - 1 THEN 'ACCEPTED' ELSE 'DECLINED' END,
               first, least(first + interval '9 days', now()), now()
        FROM generate_series(0, :months - 1) m, generate_series(1, :all) n, applications a,
             LATERAL (SELECT date_trunc('month', now()) - m * interval '1 month') AS x (month),
             LATERAL (SELECT x.month::date) AS y (first)
        WHERE a.organisation_id = :organisation
          AND a.external_id = 'history-' || m || '-' || n
        """,
    ):
        await session.execute(text(statement), given)
