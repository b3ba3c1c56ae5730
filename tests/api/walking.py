"""Every id that somebody reaches, walking from an organisation to whatever it leads to."""

from collections.abc import Iterator
from typing import Any

from graphql import get_named_type, is_object_type

from tenants.access import Viewer
from tests.api.conftest import Ask
from tests.api.world import REQUIRED, WITHIN_A_ROW, is_node, node_or_all, object_type


async def walk(ask: Ask, viewer: Viewer, organisation: str) -> dict[str, str]:
    """Return every id that a viewer can reach from an organisation, with its type."""
    found = {organisation: "Organisation"}
    left = [organisation]
    while left:
        name = found[left[0]]
        batch = [one for one in left if found[one] == name][:100]
        left = [one for one in left if one not in batch]
        query = (
            f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {name} {_ways_to_ids(name)} }} }}"
        )
        answer = await ask(viewer, query, ids=batch)
        codes = {one["extensions"]["code"] for one in answer.get("errors", ())}
        assert codes <= {"FORBIDDEN"}, answer["errors"][:2]
        for one, its_type in ids_in(answer["data"]):
            if one not in found:
                found[one] = its_type
                if is_node(its_type):
                    left.append(one)
    return found


def _ways_to_ids(type_name: str, below: frozenset[str] = frozenset()) -> str:
    """Return a selection of whatever leads to an id; empty if nothing does."""
    parts = ["id"] if "id" in object_type(type_name).fields else []
    for name, field in object_type(type_name).fields.items():
        target, given = get_named_type(field.type), REQUIRED.get(name, "")
        if target.name.endswith("Connection"):
            assert is_object_type(target)
            record = object_type(get_named_type(target.fields["nodes"].type).name)
            parts.append(f"{name}(first: 100) {{ nodes {node_or_all(record, below)} }}")
        elif is_object_type(target) and is_node(target.name):
            parts.append(f"{name}{given} {{ id __typename }}")
        elif is_object_type(target) and target.name not in below | WITHIN_A_ROW:
            inner = _ways_to_ids(target.name, below | {type_name, target.name})
            parts += [f"{name}{given} {inner}"] if inner else []
    return f"{{ __typename {' '.join(parts)} }}" if parts else ""


def ids_in(document: Any) -> Iterator[tuple[str, str]]:
    """Return every id in a response with the type that it is of."""
    if isinstance(document, dict):
        if "id" in document and "__typename" in document:
            yield document["id"], document["__typename"]
        for value in document.values():
            yield from ids_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from ids_in(value)
