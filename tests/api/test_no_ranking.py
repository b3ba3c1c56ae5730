"""No query, filter, order or export can rank people: the schema itself, walked.

What would let somebody rank people is a number for each person, a figure that is narrowed to or
grouped by a person, or a list that is sorted by people. None of it is there to be asked for.
"""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    extend_schema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_union_type,
    parse,
)

from tenants.model import Model
from tests.api.world import GRAPH

# Who is somebody. The viewer is nobody else's to compare.
PEOPLE = {
    "Candidate",
    "Consultant",
    "FirmMember",
    "HiringManager",
    "MemberInvitation",
    "Membership",
}
# What a field, argument, filter or order would be called if it went by people.
_WORDS = {
    *("person", "people", "persons", "manager", "managers", "interviewer", "interviewers"),
    *("member", "members", "membership", "memberships", "recruiter", "recruiters", "employee"),
    *("consultant", "consultants", "administrator", "administrators", "panelist", "panelists"),
    *("owner", "owners", "author", "authors", "actor", "actors", "user", "users", "colleague"),
    *("candidate", "candidates", "email", "culprit", "assignee"),
}
_NUMBERS = {"Int", "Float", "Decimal"}
_FIGURES = {"Figure", "Suppressed", "Statistic"}
# Whose score it is, and who made a mistake, names nobody.
_NAMES_NOBODY = {"candidateNps", "userErrors"}
# Whether it is known whose an offer is asks for nobody.
_ABOUT_NOBODY = {("OfferFilter", "waitingForCandidate")}


def goes_by_people(name: str) -> bool:
    """Return whether a name speaks of people; of their roles everybody may speak."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    if name in _NAMES_NOBODY or words[-1] in {"role", "roles"}:
        return False
    return bool(_WORDS & set(words))


def objects(schema: GraphQLSchema) -> Iterator[GraphQLObjectType | GraphQLInterfaceType]:
    for name, one in schema.type_map.items():
        if not name.startswith("__") and (is_object_type(one) or is_interface_type(one)):
            yield one


def bearing_figures(schema: GraphQLSchema) -> set[str]:
    """Return the types that hold figures, themselves or in the parts that they consist of.

    Of other records, which have ids of their own, they only tell which.
    """
    found, before = set(_FIGURES), set[str]()
    while found != before:
        before = set(found)
        for name, one in schema.type_map.items():
            if is_union_type(one):
                parts = {part.name for part in one.types}
            elif is_object_type(one):
                parts = {get_named_type(field.type).name for field in one.fields.values()}
            else:
                continue
            if parts & found - _nodes(schema):
                found.add(name)
    return found - {"Query", "Mutation", "Subscription"}


def _nodes(schema: GraphQLSchema) -> set[str]:
    return {one.name for one in objects(schema) if "Node" in {each.name for each in one.interfaces}}


def numbers_of_people(schema: GraphQLSchema) -> Iterator[str]:
    """Yield what would count or measure something for each person."""
    measured = bearing_figures(schema)
    for one in objects(schema):
        if one.name not in PEOPLE:
            continue
        for name, field in one.fields.items():
            target = get_named_type(field.type).name
            # How often an invitation was mailed says nothing of what anybody did.
            if (one.name, name) == ("MemberInvitation", "mailNumber"):
                continue
            if target in _NUMBERS | measured or target.endswith("Connection"):
                yield f"{one.name}.{name}"


def figures_of_people(schema: GraphQLSchema) -> Iterator[str]:
    """Yield what would narrow a figure to people, or group figures by them."""
    measured = bearing_figures(schema)
    for one in objects(schema):
        for name, field in one.fields.items():
            target = get_named_type(field.type)
            holds = one.name in measured - _nodes(schema)
            if holds and (target.name in PEOPLE or goes_by_people(name)):
                yield f"{one.name}.{name}"
            if target.name in measured or target.name.endswith("Connection"):
                yield from (
                    f"{one.name}.{name}({argument})"
                    for argument in field.args
                    if goes_by_people(argument)
                )


def lists_by_people(schema: GraphQLSchema) -> Iterator[str]:
    """Yield the filters and orders that go by people, and dimensions that are people."""
    chosen = {
        get_named_type(argument.type).name
        for one in objects(schema)
        for field in one.fields.values()
        for name, argument in field.args.items()
        if name in {"filter", "orderBy"}
    } | {"Dimension"}
    for name in sorted(chosen):
        one = schema.type_map[name]
        if is_input_object_type(one):
            parts = list(one.fields)
        elif is_enum_type(one):
            parts = list(one.values)
        else:
            parts = []
        yield from (
            f"{name}.{part}"
            for part in parts
            if goes_by_people(part) and (name, part) not in _ABOUT_NOBODY
        )


def people_of_actions(schema: GraphQLSchema) -> Iterator[str]:
    """Yield what would put a name on an action or a digest."""
    for name in ("Action", "ActionNote", "Digest", "DigestStrength", "DigestTheme"):
        one = schema.type_map[name]
        assert is_object_type(one)
        for field_name, field in one.fields.items():
            if get_named_type(field.type).name in PEOPLE or goes_by_people(field_name):
                yield f"{name}.{field_name}"
    for name in ("CreateActionInput", "UpdateActionInput", "AddActionNoteInput"):
        given = schema.type_map[name]
        assert is_input_object_type(given)
        yield from (f"{name}.{part}" for part in given.fields if goes_by_people(part))


RULES = (numbers_of_people, figures_of_people, lists_by_people, people_of_actions)


def rankings(schema: GraphQLSchema) -> list[str]:
    return [found for rule in RULES for found in rule(schema)]


def test_nothing_in_the_schema_can_rank_people() -> None:
    assert rankings(GRAPH) == []
    assert {"Insights", "ReasonShare", "QuestionInsight", "EffectMeasured", "Digest"} <= (
        bearing_figures(GRAPH)
    )
    assert set(GRAPH.type_map) >= PEOPLE


# What would be planted into the schema, and where it is found.
PLANTED = [
    ("extend type HiringManager { declines: Int! }", "HiringManager.declines"),
    ("extend type HiringManager { declineRate: Statistic! }", "HiringManager.declineRate"),
    ("extend type Membership { offers: OfferConnection }", "Membership.offers"),
    ("extend type Consultant { insights: Insights }", "Consultant.insights"),
    ("extend type Insights { interviewer: String }", "Insights.interviewer"),
    ("extend type ReasonShare { who: HiringManager }", "ReasonShare.who"),
    (
        "extend type Organisation { rates(managerId: ID): Insights }",
        "Organisation.rates(managerId)",
    ),
    (
        "extend type Query { exportFigures(interviewer: ID): [Figure!] }",
        "Query.exportFigures(interviewer)",
    ),
    (
        "type Rank { manager: ID s: Statistic! } extend type Query { ranks: [Rank!] }",
        "Rank.manager",
    ),
    ("extend input OfferFilter { hiringManager: ID }", "OfferFilter.hiringManager"),
    ("extend input ActionFilter { ownerId: ID owner: String }", "ActionFilter.owner"),
    ("extend enum OfferOrder { HIRING_MANAGER_ASC }", "OfferOrder.HIRING_MANAGER_ASC"),
    ("extend enum ActionOrder { OWNER_ASC }", "ActionOrder.OWNER_ASC"),
    ("extend enum Dimension { INTERVIEWER }", "Dimension.INTERVIEWER"),
    ("extend type Action { owner: String }", "Action.owner"),
    ("extend type ActionNote { author: Membership }", "ActionNote.author"),
    ("extend input CreateActionInput { assignee: ID }", "CreateActionInput.assignee"),
]


def test_what_would_rank_people_is_found() -> None:
    # Each is about something else, so that none is found on behalf of another one.
    planted = extend_schema(GRAPH, parse("\n".join(sdl for sdl, _ in PLANTED)), assume_valid=True)
    found = rankings(planted)
    assert [one for _, one in PLANTED if one not in found] == []


def test_no_table_of_actions_has_room_for_a_person() -> None:
    for name in ("actions", "action_notes"):
        table = Model.metadata.tables[name]
        targets = {key.column.table.name for key in table.foreign_keys}
        assert targets <= {"organisations", "actions"}
        assert not [one.name for one in table.columns if goes_by_people(one.name)]
