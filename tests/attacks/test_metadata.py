"""Whoever asks for everything, as often as they like, learns not when somebody answered in secret.

Times, order, ids, cursors, totals and numbers of events: each role asks GraphQL for all that it may
read of an organisation and of every interview, before and after each single submission. What has
not changed tells neither that there was one, nor when, nor which came first. Then a rule is
switched off, and somebody sees it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pytest
from graphql import get_named_type, is_composite_type, is_object_type

from api.execution import execute
from api.relay import encode_id
from api.requests import GraphQLRequest
from tenants import access, read_graph, work
from tenants.access import AuditArea, Permission, Role
from tenants.announcements import EventKind
from tenants.interviews import holding
from tenants.interviews.models import Confidentiality
from tenants.reading import Key
from tests.api.world import (
    REQUIRED,
    WITHIN_A_ROW,
    object_type,
    organisation_id_of,
    selection,
)
from tests.attacks.rounds import answers_of
from tests.attacks.towns import Town, make_town
from tests.attacks.ways import send_by_verb

ATTRIBUTED, CONFIDENTIAL, ANONYMOUS = Confidentiality
ROLES = (Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP)
# Who is told of each: the consultant reads what was answered in confidence, nobody the rest.
TOLD = {ANONYMOUS: frozenset[Role](), CONFIDENTIAL: frozenset({Role.CONSULTANT})}


_PAGE = "totalCount pageInfo { startCursor endCursor hasNextPage } edges { cursor }"


def _each_part(type_name: str) -> Iterator[str]:
    """Yield a selection of each field of a node: of a list its totals, cursors and all rows.

    One by one, because a document that asks for all of them at once is refused.
    """
    for name, one in object_type(type_name).fields.items():
        target, given = get_named_type(one.type), REQUIRED.get(name, "")
        if not is_object_type(target) or target.name in WITHIN_A_ROW:
            yield f"{name}{given}" + (" { __typename }" if is_composite_type(target) else "")
        elif target.name.endswith("Connection"):
            record = object_type(get_named_type(target.fields["nodes"].type).name)
            yield f"{name}(first: 100) {{ {_PAGE} nodes {selection(record.name)} }}"
        else:
            yield f"{name}{given} {selection(target.name, below=frozenset({type_name}))}"


@dataclass
class Look:
    """What a role read.

    Attributes:
        parts: Everything but the log, field by field.
        log: What the log says by event, which grows because looking is written down in it.
    """

    parts: list[Any] = field(default_factory=list)
    log: dict[str, tuple[str, str]] = field(default_factory=dict)

    def tells(self, before: "Look", looking: Counter[tuple[str, str]]) -> bool:
        """Return whether it differs from an earlier one in anything but the looking itself."""
        added = Counter(said for event, said in self.log.items() if event not in before.log)
        return self.parts != before.parts or added != looking


async def look(town: Town, note: str = "") -> dict[Role, Look]:
    """Return all that each role may read of an organisation and of each interview.

    Args:
        town: The organisation.
        note: Of another one no plan is remembered.
    """
    organisation = town.client.organisation_id
    interviews = [
        encode_id(read_graph.INTERVIEW, Key(organisation, one.invited.interview_id))
        for group in town.rounds
        for one in group
    ]
    asked = {"Organisation": [organisation_id_of(town.client)], "Interview": interviews}
    seen = {role: Look() for role in ROLES}
    for role, found in seen.items():
        viewer = town.client.people[role]
        for name, ids in asked.items():
            for part in _each_part(name):
                inner = f"... on {name} {{ {part} }}"
                query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {inner} }} }} # {note}"
                body = (await execute(viewer, GraphQLRequest(query, {"ids": ids}))).body
                codes = {one["extensions"]["code"] for one in body.get("errors", ())}
                assert codes <= {"FORBIDDEN"}, (role, part, body["errors"][:2])
                if not part.startswith("auditEvents"):
                    found.parts.append(body)
                elif (log := body["data"]["nodes"][0]["auditEvents"]) is not None:
                    assert not log["pageInfo"]["hasNextPage"]
                    assert log["totalCount"] == len(log["nodes"]) == len(log["edges"])
                    found.log = {
                        one["id"]: (one["action"], one["actorRole"]) for one in log["nodes"]
                    }
    return seen


async def who_notices(
    town: Town, sending: Sequence[Confidentiality], note: str = ""
) -> dict[Confidentiality, set[Role]]:
    """Let candidates answer one after the other; return who sees a difference, by what they chose.

    Args:
        town: The organisation; each answer is somebody else's of its round.
        sending: What each of them chooses.
        note: As for `look`.
    """
    found: dict[Confidentiality, set[Role]] = {}
    first, before = await look(town, note), await look(town, note)
    looking = {
        role: Counter(said for event, said in one.log.items() if event not in first[role].log)
        for role, one in before.items()
    }
    for one, chosen in zip(town.rounds[0], sending, strict=False):
        await send_by_verb(one, chosen, answers_of(one))
        after = await look(town, note)
        noticed = {role for role in ROLES if after[role].tells(before[role], looking[role])}
        found.setdefault(chosen, set()).update(noticed)
        before = after
    return found


@pytest.mark.usefixtures("committing")
async def test_nobody_sees_when_and_in_which_order_it_was_answered() -> None:
    town = await make_town([["Sales", "Engineering", "Sales", "Sales"]])
    # What the consultant reads from the third on is written down as another look.
    sending = (ANONYMOUS, ANONYMOUS, CONFIDENTIAL, ATTRIBUTED)
    found = await who_notices(town, sending)
    # They do look: an answer with a name on it is seen by whoever may read it.
    assert {Role.CONSULTANT, Role.HR} <= found.pop(ATTRIBUTED)
    assert found == TOLD


def _announced(patch: pytest.MonkeyPatch) -> None:
    """Let an anonymous submission have an event, as other things that happen do."""
    hold = holding.hold

    def tell(session: Any, case: Any, *rest: Any) -> None:
        hold(session, case, *rest)
        work.announce(
            session, EventKind.EDITION_PUBLISHED, case.organisation_id, subject_id=case.asked.id
        )

    patch.setattr(holding, "hold", tell)


def _hr_may(**more: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """Let HR read more than it may."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        part = access.ROLE_TABLE[Role.HR]
        changed = {name: getattr(part, name) | given for name, given in more.items()}
        table: Mapping[Role, Any] = {**access.ROLE_TABLE, Role.HR: replace(part, **changed)}
        patch.setattr(access, "ROLE_TABLE", MappingProxyType(table))

    return plant


@pytest.mark.usefixtures("committing")
@pytest.mark.parametrize(
    ("note", "plant", "chosen", "role"),
    [
        ("an event of it", _announced, ANONYMOUS, Role.HR),
        ("the log", _hr_may(audit={AuditArea.RESPONSE}), CONFIDENTIAL, Role.HR),
        (
            "its day",
            _hr_may(permissions={Permission.INTERVIEW_OUTCOME_READ}),
            CONFIDENTIAL,
            Role.HR,
        ),
    ],
)
async def test_without_a_rule_somebody_does(
    note: str,
    plant: Callable[[pytest.MonkeyPatch], None],
    chosen: Confidentiality,
    role: Role,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = await make_town([["Sales"] * 2])
    plant(monkeypatch)
    found = await who_notices(town, [chosen], note)
    assert role in found[chosen]
