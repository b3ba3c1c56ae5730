"""Random organisations in the database, and what each role reads of them through GraphQL."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text

from api.relay import decode_id
from tenants.access import Viewer
from tenants.db import run
from tenants.disclosure.cells import Respondent
from tenants.disclosure.rules import EditionRules
from tenants.insights import service
from tenants.insights.lattice import Draft
from tenants.insights.windows import Window, months_after
from tenants.interviews.models import Confidentiality
from tenants.work import Session
from tests.api.conftest import Ask
from tests.factories import Client
from tests.tenants.insights.published import BEGAN, LAST_MONTH, make_old_client

DEPARTMENTS: Final = ("Engineering", "Finance", "Legal", "Sales")
AT_ONCE: Final = 4
TEXT: Final = "improvements_process"
_RESPONSES: Final = """
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, confidentiality,
                           submitted_month, segment, receipt_key)
    SELECT v.organisation_id, r.id, v.id, r.confidentiality, r.month, r.segment,
           decode(md5(r.id::text), 'hex')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(id uuid, confidentiality text, month date, segment text), questionnaire_versions v
    WHERE v.organisation_id = :organisation
"""
_ANSWERS: Final = """
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
                         choices, scale, matrix, text)
    SELECT q.organisation_id, a.id, q.id, 'ANSWERED', false, a.choice, a.choices, a.scale,
           a.matrix, a.text
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS a(id uuid, code text, choice text, choices text[], scale int, matrix jsonb, text text)
    JOIN questions q ON q.organisation_id = :organisation AND q.code = a.code
"""
# As moderators released them: whoever reads one knows by its words who wrote it.
_EXCERPTS: Final = """
    INSERT INTO excerpts (organisation_id, id, response_id, question_id, begins, ends, state,
                          themes, audience, shown_text, is_suppressed, steps)
    SELECT organisation_id, gen_random_uuid(), response_id, question_id, 0, length(text),
           'RELEASED', '{PROCESS_SLOW}', 'ORGANISATION', text, false, '[]'
    FROM answers WHERE organisation_id = :organisation AND text IS NOT NULL
"""
# The hiring manager hires in every department, and so reads more than most.
_HIRING: Final = """
    WITH made AS (
        INSERT INTO requisitions (organisation_id, id, external_id, title, department)
        SELECT DISTINCT ON (segment) organisation_id, gen_random_uuid(), segment, segment, segment
        FROM responses WHERE organisation_id = :organisation AND segment IS NOT NULL
        RETURNING organisation_id, id
    )
    INSERT INTO hiring_managers (organisation_id, id, requisition_id, person_id)
    SELECT organisation_id, gen_random_uuid(), id, :person FROM made
"""
_FIGURE: Final = "{ ... on Figure { value relation lower upper note } }"
_CELL: Final = f"""fragment cell on Insights {{
  coverage controllableShare {_FIGURE} candidateNps {_FIGURE}
  openness {{ identified {_FIGURE} hidden {_FIGURE} }}
  questions(concepts: ["decision_factors.main", "recommendation", "ratings.process"]) {{
    code row coverage mean {_FIGURE} favourable {_FIGURE} importance {_FIGURE}
    distribution {{ options share {_FIGURE} }} }} }}"""
_LISTS: Final = """query ($slug: String!) { organisation(slug: $slug) {
  editions { nodes { endsOn segments } }
  excerpts(first: 100) { nodes { text cell segment to } } } }"""
_ROWS: Final = """query ($slug: String!, $after: String) { organisation(slug: $slug) {
  responses(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }"""


@dataclass(frozen=True)
class Person:
    """Somebody who answered.

    Attributes:
        id: Of the response.
        month: In which it was sent.
        confidentiality: What was chosen.
        segment: The department; None for no value.
        answers: By question, as rows.
    """

    id: UUID
    month: date
    confidentiality: Confidentiality
    segment: str | None
    answers: Mapping[str, Any]

    @property
    def respondent(self) -> Respondent:
        """How the rules see it."""
        return Respondent(
            self.id,
            self.confidentiality is not Confidentiality.ATTRIBUTED,
            self.confidentiality is Confidentiality.ANONYMOUS,
            self.segment,
        )

    def answered(self, question: str) -> bool:
        """Return whether a question was answered, or a row of a matrix."""
        code, _, row = question.partition("/")
        found = self.answers.get(code)
        return found is not None and (not row or row in found["matrix"])


@dataclass
class Organisation:
    """An organisation of two years, and whom each of its editions counted.

    Attributes:
        client: Whose.
        people: Everybody who answered, by id.
        counted: Of each edition, by the end of its window, who waited to be counted then.
    """

    client: Client
    people: dict[UUID, Person]
    counted: dict[date, frozenset[UUID]] = field(default_factory=dict)

    def waiting(self, window: Window, done: Sequence[UUID]) -> frozenset[UUID]:
        """Return whom a window counts of those who are not done."""
        return frozenset(
            one.id
            for one in self.people.values()
            if one.month < window.ends_on and one.id not in done
        )


def make_people(seed: int) -> Iterator[Person]:
    """Yield who answered in two years: in all from ten to ninety, some of them nearly agreeing."""
    chance = Random(seed)  # noqa: S311 - no secret.
    yearly = chance.randint(5, 45)
    hidden, anonymous = chance.random(), chance.choice([0, 0.3, 0.6])
    departments = DEPARTMENTS[: chance.randint(1, 4)]
    weights = [chance.random() + 0.05 for _ in departments]
    nameless = chance.choice([0, 0.15])
    leaning = {one: chance.choice([0.0, 0.1, 0.5, 0.9, 1.0]) for one in (*departments, None)}
    open_rate, silent_rate = chance.uniform(0.7, 1), chance.uniform(0.1, 0.9)
    for _ in range(2 * yearly):
        chosen = Confidentiality.ATTRIBUTED
        if chance.random() < hidden:
            is_anonymous = chance.random() < anonymous
            chosen = Confidentiality.ANONYMOUS if is_anonymous else Confidentiality.CONFIDENTIAL
        department = chance.choices(departments, weights)[0]
        segment = None if chance.random() < nameless else department
        rate = open_rate if chosen is Confidentiality.ATTRIBUTED else silent_rate
        in_hand = chance.random() < leaning[segment]
        who = UUID(int=chance.getrandbits(128), version=4)
        answers: dict[str, Any] = {
            TEXT: {"text": f"words of {who}"},
            "recommendation": {"scale": 10 if in_hand else chance.randint(0, 8)},
            "main_reason": {"choice": "PROCESS_SLOW" if in_hand else "OTHER_OFFER"},
            "process_ratings": {"matrix": {"SPEED": 5 if in_hand else 1}},
        }
        kept = {
            code: one for code, one in answers.items() if code == TEXT or chance.random() < rate
        }
        month = months_after(BEGAN, chance.randrange(24))
        yield Person(who, month, chosen, segment, kept)


Crowd = tuple[int, str, Confidentiality, int, str]


def make_crowds(*crowds: Crowd) -> Iterator[Person]:
    """Yield people by crowds: how many, department, confidentiality, year, and what they answer.

    What they answer is any of `m` (a main reason in hand), `o` (another one), `s` (a score) and `r`
    (a rating), in letters.
    """
    chance = Random(str(crowds))  # noqa: S311 - no secret.
    for count, department, chosen, year, letters in crowds:
        for number in range(count):
            who = UUID(int=chance.getrandbits(128), version=4)
            reason = "OTHER_OFFER" if "o" in letters and number % 2 else "PROCESS_SLOW"
            answers: dict[str, Any] = {
                "m": {"main_reason": {"choice": reason}},
                "s": {"recommendation": {"scale": number % 11}},
                "r": {"process_ratings": {"matrix": {"SPEED": 1 + number % 5}}},
            }
            given = {TEXT: {"text": f"words of {who}"}}
            for letter in letters.replace("o", "m"):
                given |= answers[letter]
            yield Person(who, months_after(BEGAN, 12 * year), chosen, department, given)


async def make_organisation(found: Iterable[Person]) -> Organisation:
    """Make a client of two years with responses, of each of which a text is released."""
    client = await make_old_client()
    people = {one.id: one for one in found}
    await run(_write, client.job, client, list(people.values()))
    return Organisation(client, people)


async def _write(
    session: Session, _viewer: Viewer, client: Client, people: Sequence[Person]
) -> None:
    organisation_id = client.organisation_id
    responses = [
        {
            "id": str(one.id),
            "confidentiality": one.confidentiality.value,
            "month": str(one.month),
            "segment": one.segment,
        }
        for one in people
    ]
    answers = [
        {"id": str(one.id), "code": code, **given}
        for one in people
        for code, given in one.answers.items()
    ]
    for statement, rows in ((_RESPONSES, responses), (_ANSWERS, answers)):
        given = {"organisation": organisation_id, "rows": json.dumps(rows)}
        await session.execute(text(statement), given)
    await session.execute(text(_EXCERPTS), {"organisation": organisation_id})
    hired = {"organisation": organisation_id, "person": client.hiring_manager.id}
    await session.execute(text(_HIRING), hired)


@contextmanager
def noting(one: Organisation) -> Iterator[None]:
    """Note, for the time of the block, whom each edition that is published counted."""
    draft = service._draft
    done: list[UUID] = []

    async def and_note(*given: Any, window: Window, **more: Any) -> Draft:
        waiting = one.waiting(window, done)
        found = await draft(*given, window=window, **more)
        one.counted[window.ends_on] = waiting
        done.extend(who for who in waiting if one.people[who].confidentiality in found.counted)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "_draft", and_note)
        yield


async def publish(one: Organisation) -> None:
    """Publish both windows as the scheduler does."""
    with noting(one):
        await run(
            service.publish_editions,
            one.client.job,
            organisation_id=one.client.organisation_id,
            as_of=LAST_MONTH,
        )


async def publish_overlapping(one: Organisation) -> None:
    """Publish a window in between, too, that counts anew whom the first one counted."""
    await publish(one)

    async def again(session: Session, viewer: Viewer) -> None:
        await session.execute(text("UPDATE responses SET edition_id = NULL"))
        window = Window(months_after(BEGAN, 6), months_after(BEGAN, 18))
        await service._publish(
            session, viewer, one.client.organisation_id, window=window, rules=EditionRules()
        )

    with noting(one):
        await run(again, one.client.job)


Place = tuple[str, str | None]


@dataclass(frozen=True)
class Seen:
    """What a role reads.

    Attributes:
        cells: Of each edition, by the end of its window, the cells by segment; None for the whole.
        rows: Ids of the responses that are read as rows.
        excerpts: Those that are shown in a cell.
    """

    cells: Mapping[date, Mapping[str | None, Any]]
    rows: frozenset[UUID]
    excerpts: Sequence[Mapping[str, Any]]


def batched(places: Sequence[Place], size: int) -> Iterator[Sequence[Place]]:
    """Yield so many places at a time: a request may ask for so much and no more."""
    for start in range(0, len(places), size):
        yield places[start : start + size]


async def read(ask: Ask, viewer: Viewer, one: Organisation, *, reads_rows: bool) -> Seen:
    """Return everything that a role reads of editions, excerpts and responses."""
    slug = one.client.slug
    lists = (await ask(viewer, _LISTS, slug=slug))["data"]["organisation"]
    places = [
        (node["endsOn"], segment)
        for node in lists["editions"]["nodes"]
        for segment in (None, *node["segments"])
    ]
    cells: dict[date, dict[str | None, Any]] = {}
    for some in batched(places, AT_ONCE):
        asked = " ".join(
            f"c{at}: insights(endsOn: {json.dumps(end)}"
            + (f", segment: {json.dumps(segment)}" if segment else "")
            + ") { ...cell }"
            for at, (end, segment) in enumerate(some)
        )
        query = f"query ($slug: String!) {{ organisation(slug: $slug) {{ {asked} }} }} {_CELL}"
        found = (await ask(viewer, query, slug=slug))["data"]["organisation"]
        for at, (end, segment) in enumerate(some):
            cells.setdefault(date.fromisoformat(end), {})[segment] = found[f"c{at}"]
    rows: set[UUID] = set()
    after: str | None = None
    while reads_rows:
        page = (await ask(viewer, _ROWS, slug=slug, after=after))["data"]["organisation"]
        keys = [decode_id(node["id"]) for node in page["responses"]["nodes"]]
        rows |= {key[1].id for key in keys if key is not None}
        info = page["responses"]["pageInfo"]
        after, reads_rows = info["endCursor"], info["hasNextPage"]
    shown = [node for node in lists["excerpts"]["nodes"] if node["cell"] is not None]
    return Seen(cells, frozenset(rows), shown)
