"""What goes on: candidates answer, the flush runs, and an operator takes dumps all the while."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from secrets import SystemRandom
from uuid import UUID

from sqlalchemy import create_engine, text

from tenants import work
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.templates import load
from tenants.questionnaires.values import Choice, Scale, Text
from tenants.work import Session
from tests.attacks.dumps import Dump, Row, dump
from tests.attacks.knowledge import Batch, Crowd, facts, features_of, rows_about
from tests.attacks.towns import Town, note_mail
from tests.attacks.ways import Participant, send_by_verb
from tests.factories import Client

SMALLEST_CROWD = 5

Flush = Callable[[Client], Awaitable[None]]

_random = SystemRandom()
_NAMED = (Confidentiality.ATTRIBUTED, Confidentiality.CONFIDENTIAL)


def _tidy(url: str) -> None:
    """Tell the planner of the towns' rows, and close the holes that other tests left in tables.

    Rows that were rolled back leave room, and what is written next lies there in no order: an
    attacker who looks at places would miss what shows in a table that only grew.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM FULL responses, answers, invitations"))
        connection.execute(text("ANALYZE"))
    engine.dispose()


async def play(towns: Sequence[Town], url: str, flush: Flush) -> list[Batch]:
    """Return what an attacker gets to know of every batch of every town.

    Drafts of the next round's candidates lie in the dumps that are taken around a flush.

    Args:
        towns: Where candidates answer, all at the same time.
        url: Of the database, as the owner of its tables.
        flush: Runs the job of one organisation.
    """
    _tidy(url)
    everybody = [one for town in towns for group in town.rounds for one in group]
    for order, one in enumerate(_random.sample(everybody, len(everybody))):
        note_mail(one, order)
    organisations = [town.client.organisation_id for town in towns]
    batches = []
    await _save(towns, 0)
    earlier = dump(url, organisations)
    for number in range(len(towns[0].rounds)):
        await _answer(towns, number)
        await _save(towns, number + 1)
        before = dump(url, organisations)
        for town in towns:
            await flush(town.client)
        after = dump(url, organisations)
        batches += [observe(town, number, earlier, before, after) for town in towns]
        earlier = after
    return batches


def answers_of(one: Participant) -> dict[str, Answered]:
    """Return answers made by lot, and the note by which the test knows them again."""
    definition = load("declined_offer")
    answers = {
        code: Answered(Choice(_random.choice(definition.question(code).options[:-1]).code))
        for code in ("main_reason", "destination")
    }
    answers["recommendation"] = Answered(Scale(_random.randrange(11)))
    if one.note:
        answers["other"] = Answered(Text(one.note))
    return answers


async def _save(towns: Sequence[Town], number: int) -> None:
    """Let those of a round save what they answered; in the next dump it lies there as drafts."""
    everybody = [
        one
        for town in towns
        if town.drafts and number < len(town.rounds)
        for one in (*town.rounds[number], *town.named[number])
    ]
    for one in _random.sample(everybody, len(everybody)):
        await run(
            submission.save_answers,
            one.invited.viewer,
            answers=answers_of(one),
            language=one.language,
        )


async def _answer(towns: Sequence[Town], number: int) -> None:
    """Let everyone of a round send, in any order, and note what somebody at the network sees."""
    sending = [
        (town, town.send, one, Confidentiality.ANONYMOUS)
        for town in towns
        for one in town.rounds[number]
    ]
    sending += [
        (town, send_by_verb, one, _random.choice(_NAMED))
        for town in towns
        for one in town.named[number]
    ]
    for order, (town, send, one, confidentiality) in enumerate(
        _random.sample(sending, len(sending))
    ):
        one.known |= {"request.order": order, "request.at": datetime.now(UTC)}
        await send(one, confidentiality, {} if town.drafts else answers_of(one))


async def ask_for_flush(session: Session, _viewer: Viewer, organisation_id: UUID) -> UUID:
    """Add the job, as the scheduler does."""
    return work.enqueue(session, "interviews.flush", organisation_id)


def observe(town: Town, number: int, earlier: Dump, before: Dump, after: Dump) -> Batch:
    """Return what an attacker knows of one batch, and what the test knows besides.

    Who belongs to the batch, and which responses are its, is read from the dumps alone.
    """
    organisation_id = town.client.organisation_id
    links = [
        row
        for row in before.tables["invitations"]
        if row["organisation_id"] == organisation_id and row["submission"] == "HELD"
    ]
    old = {row["id"] for row in before.tables["responses"]}
    responses = [
        row
        for row in after.tables["responses"]
        if row["organisation_id"] == organisation_id
        and row["confidentiality"] == "ANONYMOUS"
        and row["id"] not in old
    ]
    participants = {one.invited.invitation_id: one for one in town.rounds[number]}
    assert {row["id"] for row in links} == participants.keys()
    writers = [participants[row["id"]] for row in links]
    members = [facts("known", one.known) for one in writers]
    for when, found in (("earlier", earlier), ("before", before), ("after", after)):
        about = rows_about(found, [{row["id"], row["interview_id"]} for row in links])
        for known, rows in zip(members, about, strict=True):
            known.update(features_of(when, rows))
    about = rows_about(after, [{row["id"]} for row in responses])
    return Batch(
        members=members,
        answers=[features_of("response", rows) for rows in about],
        crowds=_crowds([row["segment"] for row in responses], [one.department for one in writers]),
        truth=_truth(after, responses, writers),
    )


def _truth(after: Dump, responses: Sequence[Row], writers: Sequence[Participant]) -> list[int]:
    """Return for each response the number of its writer, by the note."""
    places = {one.note: number for number, one in enumerate(writers)}
    wrote = {
        row["response_id"]: places[row["text"]]
        for row in after.tables["answers"]
        if row["text"] in places
    }
    truth = [wrote[row["id"]] for row in responses]
    assert sorted(truth) == list(range(len(writers)))
    return truth


def _crowds(segments: Sequence[str | None], departments: Sequence[str]) -> list[Crowd]:
    """Return who may have written what: the batch, or those of the same published segment.

    A published segment that fewer than five share is a leak, and no reason to expect more hits.
    """
    if any(segments.count(one) < SMALLEST_CROWD for one in segments):
        return [Crowd(range(len(segments)), range(len(departments)))]
    published = {one for one in segments if one is not None}
    shown = [one if one in published else None for one in departments]
    return [
        Crowd(
            [number for number, one in enumerate(segments) if one == segment],
            [number for number, one in enumerate(shown) if one == segment],
        )
        for segment in set(segments)
    ]
