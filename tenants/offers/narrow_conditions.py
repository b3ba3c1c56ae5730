"""Conditions of questionnaires on facts of the offer must not single anybody out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tenants.access import Viewer
from tenants.offers import fact_queries
from tenants.questionnaires import publishing, version_queries
from tenants.questionnaires.checking import check_content
from tenants.questionnaires.conditions import (
    AllOf,
    AnswerCondition,
    AnyOf,
    Condition,
    Not,
    OfferCondition,
    OfferFact,
    OfferFacts,
)
from tenants.questionnaires.definition import Definition, parse_draft
from tenants.questionnaires.findings import Finding, FindingCode
from tenants.questionnaires.models import VersionState
from tenants.work import Session

FEWEST_OFFERS: Final = 5
LOOK_BACK: Final = timedelta(days=365)


async def check_version(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> list[Finding]:
    """Return everything found in a draft; nothing in what is published.

    Raises:
        NotFound: There is no such version for the viewer.
        Forbidden: The viewer may not edit questionnaires there.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    if version.state is not VersionState.DRAFT:
        return []
    _, found = check_content(version.definition)
    narrow = await find_narrow(session, viewer, organisation_id, version.definition)
    return [*found, *narrow]


async def publish_version(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID, revision: int
) -> None:
    """Publish a draft, as `publishing.publish_version` does, if no condition singles anybody out.

    Raises:
        NotFound: There is no such version for the viewer.
        Forbidden: The role publishes only where no firm serves the organisation.
        Unpublishable: Something is found in the draft that has to be mended first.
        Conflict: The version is no draft, or of another revision by now.
    """
    version = await version_queries.get_version(
        session, viewer, organisation_id=organisation_id, version_id=version_id
    )
    narrow = await find_narrow(session, viewer, organisation_id, version.definition)
    await publishing.publish_version(
        session,
        viewer,
        organisation_id=organisation_id,
        version_id=version_id,
        revision=revision,
        findings=narrow,
    )


async def find_narrow(
    session: Session, viewer: Viewer, organisation_id: UUID, document: Mapping[str, Any]
) -> list[Finding]:
    """Return the conditions that match some, but fewer than five, or no offers of twelve months.

    Raises:
        Forbidden: The viewer may not edit questionnaires there.
    """
    definition, _ = parse_draft(document)
    conditions = [
        (path, part)
        for path, condition in _conditions(definition)
        for part in _parts(condition)
        if _asks_offer(part)
    ]
    if not conditions:
        return []
    today = datetime.now(UTC).date()
    offers = await fact_queries.count_offers_by_facts(
        session, viewer, organisation_id=organisation_id, since=today - LOOK_BACK
    )
    found: dict[tuple[str, ...], Finding] = {}
    for path, condition in conditions:
        matched = sum(count for facts, count in offers.items() if _may_hold(condition, _of(facts)))
        if matched < FEWEST_OFFERS:
            message = (
                f"{'.'.join(path)}: the condition on the offer matches fewer than {FEWEST_OFFERS}"
                " offers of the last 12 months and could single somebody out."
            )
            found.setdefault(path, Finding(FindingCode.TOO_FEW_OFFERS, message, path))
    return list(found.values())


def _conditions(definition: Definition) -> Iterator[tuple[tuple[str, ...], Condition]]:
    """Yield every condition that decides what is shown, with its path in the content."""
    for number, page in enumerate(definition.pages):
        where = ("pages", str(number))
        if page.visible_if is not None:
            yield (*where, "visible_if"), page.visible_if
        for index, skip in enumerate(page.skips):
            if skip.condition is not None:
                yield (*where, "skips", str(index), "if"), skip.condition
        for index, question in enumerate(page.questions):
            place = (*where, "questions", str(index))
            if question.visible_if is not None:
                yield (*place, "visible_if"), question.visible_if
            for place_of_option, option in enumerate(question.options):
                if option.visible_if is not None:
                    yield (*place, "options", str(place_of_option), "visible_if"), option.visible_if


def _parts(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and all that it consists of."""
    yield condition
    match condition:
        case Not(part):
            yield from _parts(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _parts(part)
        case _:
            pass


def _asks_offer(condition: Condition) -> bool:
    return any(isinstance(part, OfferCondition) for part in _parts(condition))


def _of(facts: fact_queries.Facts) -> OfferFacts:
    return dict(
        zip((OfferFact.DEPARTMENT, OfferFact.LOCATION, OfferFact.JOB_TITLE), facts, strict=True)
    )


def _may_hold(condition: Condition, facts: OfferFacts) -> bool:
    """Return whether a condition holds for an offer, whatever is answered."""
    match condition:
        case OfferCondition(fact, _, texts):
            return facts.get(fact) in texts
        case AnswerCondition():
            return True
        case AllOf(parts):
            return all(_may_hold(part, facts) for part in parts)
        case AnyOf(parts):
            return any(_may_hold(part, facts) for part in parts)
        case Not(part):
            return _may_fail(part, facts)


def _may_fail(condition: Condition, facts: OfferFacts) -> bool:
    """Return whether a condition does not hold for an offer, whatever is answered."""
    match condition:
        case OfferCondition(fact, _, texts):
            return facts.get(fact) not in texts
        case AnswerCondition():
            return True
        case AllOf(parts):
            return any(_may_fail(part, facts) for part in parts)
        case AnyOf(parts):
            return all(_may_fail(part, facts) for part in parts)
        case Not(part):
            return _may_hold(part, facts)
