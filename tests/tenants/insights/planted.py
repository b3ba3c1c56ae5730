"""Editions of the demo's clients, made by the demo's own generator from any seed."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

from deploy.demo.answers import make_answers, make_climate
from deploy.demo.clients import Client
from deploy.demo.holding_place import Anonymous, settle
from deploy.demo.timeline import first_day, make_events
from tenants.disclosure import figures
from tenants.disclosure.figures import Statistic
from tenants.disclosure.rules import EditionRules
from tenants.insights.items import AskedQuestion, make_catalogue
from tenants.insights.lattice import make_draft
from tenants.insights.models import CellKind
from tenants.insights.tally import Group, Tally, add_up
from tenants.insights.windows import ended_windows
from tenants.interviews.holding import shared_segments
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.templates import load

Sent = tuple[date, Group, Mapping[str, Answer]]
Cells = dict[str | None, Mapping[str, Statistic]]


@cache
def definition() -> Definition:
    return load("declined_offer")


@cache
def asked() -> tuple[AskedQuestion, ...]:
    """Return the built-in questionnaire's questions as rows."""
    return tuple(
        AskedQuestion(
            id=UUID(int=at + 1),
            questionnaire_id=UUID(int=1),
            asked_from=datetime(2024, 1, 1, tzinfo=UTC),
            code=one.code,
            position=at,
            type=one.type,
            concept=one.concept,
            audience=one.audience,
            wording=one.wording,
            options=tuple(
                {"code": option.code, "wording": option.wording} for option in one.options
            ),
            settings=one.settings,
        )
        for at, one in enumerate(definition().questions())
    )


def submissions(client: Client, seed: int, today: date) -> Iterator[Sent]:
    """Yield what a client's candidates send, with the day from which it may be counted."""
    rng = random.Random(f"{seed}/{client.slug}")  # noqa: S311 - synthetic data.
    climate = make_climate(client, rng)
    anonymous: list[Anonymous] = []
    for event in make_events(client, today, rng):
        if event.reply is None:
            continue
        answers = make_answers(
            definition(),
            climate,
            random.Random(f"{seed}/{client.slug}/{event.reply.seed}"),  # noqa: S311 - likewise.
            finding=event.department.finding,
            planted=event.reply.planted,
            language=client.language,
        )
        day, chosen = event.reply.submitted_on, event.reply.confidentiality
        if chosen is Confidentiality.ANONYMOUS:
            anonymous.append(Anonymous(day, event.department.name, answers, {}))
        else:
            yield day, Group(event.department.name, chosen), answers
    flushed, _ = settle(anonymous, UUID(int=1), today)
    for one in flushed:
        segments = shared_segments([submission.department for submission in one.batch], 5)
        for submission, segment in zip(one.batch, segments, strict=True):
            yield one.month, Group(segment, Confidentiality.ANONYMOUS), submission.answers


def editions(client: Client, seed: int, today: date) -> Iterator[Cells]:
    """Yield what each edition of a client shows: of the whole under None, and of each value."""
    waiting = list(submissions(client, seed, today))
    ids = {one.code: one.id for one in asked()}
    for window in ended_windows(
        first_day=first_day(client, today), published_until=None, as_of=today.replace(day=1)
    ):
        due = [one for one in waiting if one[0] < window.ends_on]
        counts = [
            (ids[code], group, answer.value, 1)
            for _, group, answers in due
            for code, answer in answers.items()
            if answer.state is AnswerState.ANSWERED
        ]
        catalogue = make_catalogue(asked(), Counter(one[0] for one in counts))
        tally = Tally(Counter(one[1] for one in due), add_up(catalogue, counts), {})
        draft = make_draft(tally, catalogue, EditionRules())
        waiting = [
            one
            for one in waiting
            if one[0] >= window.ends_on or one[1].confidentiality not in draft.counted
        ]
        yield {
            None if cell.kind is CellKind.ORGANISATION else cell.segment: {
                key: figures.from_json(one) for key, one in cell.figures.items()
            }
            for cell in draft.cells
            if cell.kind is not CellKind.NO_SEGMENT
        }
