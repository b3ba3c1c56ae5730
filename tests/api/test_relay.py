"""The schema as Relay's specifications want it.

Sources: https://relay.dev/graphql/connections.htm, https://relay.dev/graphql/objectidentification.htm
"""

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_interface_type,
    is_object_type,
)

from api.schema import GRAPH

TYPES = {name: one for name, one in GRAPH.type_map.items() if is_object_type(one)}
CONNECTIONS = {name: one for name, one in TYPES.items() if name.endswith("Connection")}


def signature(of: GraphQLObjectType | GraphQLInterfaceType) -> dict[str, str]:
    """Return the type of each field."""
    return {name: str(field.type) for name, field in of.fields.items()}


def test_a_connection_has_edges_and_page_info() -> None:
    assert len(CONNECTIONS) >= 10
    for name, connection in CONNECTIONS.items():
        fields = signature(connection)
        node = name.removesuffix("Connection")
        assert fields["edges"] == f"[{node}Edge!]"
        assert fields["nodes"] == f"[{node}!]"
        assert fields["pageInfo"] == "PageInfo!"
        assert fields["totalCount"] == "Int"
        assert signature(TYPES[f"{node}Edge"]) == {"node": f"{node}!", "cursor": "String!"}
    assert signature(TYPES["PageInfo"]) == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }


def test_a_field_with_a_connection_walks_both_ways() -> None:
    walks = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
    for parent in TYPES.values():
        if parent is GRAPH.subscription_type:
            continue
        for name, field in parent.fields.items():
            arguments = {one: str(given.type) for one, given in field.args.items()}
            if get_named_type(field.type).name in CONNECTIONS:
                assert walks.items() <= arguments.items(), f"{parent.name}.{name}"
            else:
                assert not {"after", "before"} & set(arguments), f"{parent.name}.{name}"


def test_what_has_an_id_of_its_own_is_a_node() -> None:
    interface = GRAPH.type_map["Node"]
    assert is_interface_type(interface)
    assert signature(interface) == {"id": "ID!"}
    query = GRAPH.query_type
    assert query is not None
    assert str(query.fields["node"].type) == "Node"
    assert {one: str(given.type) for one, given in query.fields["node"].args.items()} == {
        "id": "ID!"
    }
    assert str(query.fields["nodes"].type) == "[Node]!"
    for one in GRAPH.get_possible_types(interface):
        assert signature(one)["id"] == "ID!"
