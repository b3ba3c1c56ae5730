"""What the reads are timed on: organisations, their cases, and the answers, written fast."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from tenants import db
from tenants.access import Viewer
from tenants.keys import Purpose
from tenants.organisations import service as organisations
from tenants.organisations.models import TokenKind
from tenants.tokens import Token, make_token
from tenants.work import Session
from tests.factories import Client, make_client

ANSWERS_EACH: Final = 10

# Each is one organisation's: of `answered` cases each has a response, `open` ones wait for theirs.
_STATEMENTS: Final = (
    """
    INSERT INTO requisitions (organisation_id, id, external_id, title, department, location)
    SELECT :o, gen_random_uuid(), 'bench-' || n, 'Opening ' || n, 'Department ' || n % 5, 'Berlin'
    FROM generate_series(1, 20) n
    """,
    """
    CREATE TEMPORARY TABLE cases ON COMMIT DROP AS
    SELECT n, gen_random_uuid() AS application, gen_random_uuid() AS offer,
           gen_random_uuid() AS interview, gen_random_uuid() AS response,
           (SELECT array_agg(id ORDER BY id) FROM requisitions WHERE organisation_id = :o)
               [1 + n % 20] AS requisition
    FROM generate_series(1, :answered + :open) n
    """,
    """
    INSERT INTO applications (organisation_id, id, external_id, candidate_id, requisition_id,
        stated_reasons, reasons_by_hand)
    SELECT :o, application, 'bench-' || n, NULL, requisition, '{}', false FROM cases
    """,
    """
    INSERT INTO offers (organisation_id, id, application_id, external_id, version, status,
        extended_on, resolved_at, reported_status, recorded_at)
    SELECT :o, offer, application, 'bench-' || n, 1, 'DECLINED', date '2026-01-01' + n % 200,
           timestamptz '2026-01-11 12:00Z' + n % 200 * interval '1 day', 'DECLINED', now()
    FROM cases
    """,
    """
    INSERT INTO interviews (organisation_id, id, offer_id, questionnaire_version_id, status, mode,
        administrator, language, opened_at, invited_on, closes_on)
    SELECT :o, interview, offer, :v, 'INVITED', 'ONLINE_FORM', 'EXTERNAL_FIRM', 'en', now(),
           CASE WHEN n <= :answered THEN date '2026-02-01' + n % 200 ELSE date '2025-01-01' END,
           CURRENT_DATE + 30
    FROM cases
    """,
    """
    INSERT INTO invitations (organisation_id, id, interview_id, mails, expires_at, revoked)
    SELECT :o, gen_random_uuid(), interview, 1, now() + interval '30 days', false
    FROM cases WHERE n > :answered
    """,
    """
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, interview_id,
        confidentiality, submitted_month, submitted_on, language, receipt_key)
    SELECT :o, response, :v, interview, 'ATTRIBUTED', date '2026-02-01',
           date '2026-02-01' + n % 200, 'en', uuid_send(gen_random_uuid())
    FROM cases WHERE n <= :answered
    """,
    """
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
        scale, text)
    SELECT :o, c.response, q.id, 'ANSWERED', false,
           CASE WHEN q.type = 'SINGLE_CHOICE' THEN q.options -> ((c.n + q.position)
               % jsonb_array_length(q.options)) ->> 'code' END,
           CASE WHEN q.type IN ('RATING', 'RECOMMENDATION') THEN 1 + (c.n * q.position) % 5 END,
           CASE WHEN q.type IN ('SHORT_TEXT', 'LONG_TEXT') THEN 'What candidate ' || c.n
               || ' wrote about question ' || q.position END
    FROM cases c CROSS JOIN (
        SELECT id, position, type, options FROM questions
        WHERE organisation_id = :o AND questionnaire_version_id = :v
          -- Those that HR reads: only we tell the others apart.
          AND audience IN ('HR', 'ORGANISATION') AND type IN
              ('SINGLE_CHOICE', 'RATING', 'RECOMMENDATION', 'SHORT_TEXT', 'LONG_TEXT')
        ORDER BY position LIMIT :each) q
    WHERE c.n <= :answered
    """,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """One organisation, and who asks.

    Attributes:
        organisation_id: Whose.
        slug: Its short name.
        token: An access token of its HR.
        links: Tokens of candidates who have not answered, with their interviews.
    """

    organisation_id: UUID
    slug: str
    token: str
    links: list[tuple[str, UUID]]


async def load(*, organisations_count: int, interviews: int, waiting: int) -> list[Loaded]:
    """Return organisations newly made, with so many answered cases each and some that wait."""
    async with db.connected(pool_size=2):
        return [await _load_one(interviews, waiting) for _ in range(organisations_count)]


async def _load_one(interviews: int, waiting: int) -> Loaded:
    client = await make_client(languages="en")
    assert client.hr.id is not None
    token = await db.run(
        organisations.issue_token,
        Viewer.operator(),
        person_id=client.hr.id,
        kind=TokenKind.API,
        lifetime=timedelta(hours=2),
    )
    links = await db.run(_fill, client.job, client, interviews, waiting)
    return Loaded(client.organisation_id, client.slug, token, links)


async def _fill(
    session: Session, _viewer: Viewer, client: Client, interviews: int, waiting: int
) -> list[tuple[str, UUID]]:
    given = {
        "o": client.organisation_id,
        "answered": interviews,
        "open": waiting,
        "each": ANSWERS_EACH,
    }
    given["v"] = await session.scalar(
        text("SELECT id FROM questionnaire_versions WHERE organisation_id = :o"), given
    )
    for statement in _STATEMENTS:
        wanted = {key: value for key, value in given.items() if f":{key}" in statement}
        await session.execute(text(statement), wanted)
    rows = await session.execute(
        text("SELECT id, interview_id FROM invitations WHERE organisation_id = :o"), given
    )
    return [
        (make_token(Purpose.LINK, Token(client.organisation_id, invitation, 1)), interview)
        for invitation, interview in rows
    ]
