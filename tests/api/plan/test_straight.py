"""What is read straight from JSON is what graphql-core would have made of it, or is left to it."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    OperationDefinitionNode,
    get_named_type,
    get_variable_values,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    parse,
)
from graphql.execution.values import get_argument_values
from hypothesis import given, settings
from hypothesis import strategies as st

from api.plan.inputs import Inputs
from api.plan.selecting import python_field
from api.plan.straight import NotStraight, Straight
from api.schema import GRAPH

MUTATIONS: Mapping[str, GraphQLField] = GRAPH.mutation_type.fields if GRAPH.mutation_type else {}
DEEPEST = 4
STRAIGHT = ("submitResponse", "saveAnswers")
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)
_SCALARS: Mapping[str, st.SearchStrategy[Any]] = {
    "String": st.text(max_size=8),
    "ID": st.text(max_size=8),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False),
    "Boolean": st.booleans(),
    "Date": st.sampled_from(["2026-02-28", "2026-11-30"]),
    "Decimal": st.sampled_from(["1.50", 1, 2.5]),
}
_STRANGE = _ANYTHING | st.sampled_from(
    [2**31, 5.0, True, "NaN", "2026-02-30", "2026-2-1", {"text": "a", "scale": 1}, {"text": None}]
)


def values(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Return values of a type, most of them plain, and among them anything else."""
    plain = _plain(kind, depth)
    if not is_non_null_type(kind):
        plain |= st.none()
    return st.integers(0, 149).flatmap(lambda lot: plain if lot else _STRANGE)


def _plain(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    if is_non_null_type(kind):
        return _plain(kind.of_type, depth)
    if is_list_type(kind):
        return st.lists(values(kind.of_type, depth), max_size=3)
    if is_enum_type(kind):
        return st.sampled_from([*kind.values])
    if is_input_object_type(kind):
        return _object(kind, depth)
    return _SCALARS.get(kind.name, st.text(max_size=4))


def _object(kind: GraphQLInputObjectType, depth: int) -> st.SearchStrategy[Any]:
    if depth > DEEPEST:
        return st.just({})
    fields = {name: values(one.type, depth + 1) for name, one in kind.fields.items()}
    if kind.extensions["strawberry-definition"].is_one_of:
        plain_ones = {name: _plain(one.type, depth + 1) for name, one in kind.fields.items()}
        return st.one_of([st.fixed_dictionaries({name: one}) for name, one in plain_ones.items()])
    needed = {
        name: fields.pop(name) for name, one in kind.fields.items() if is_non_null_type(one.type)
    }
    return st.fixed_dictionaries(needed, optional=fields)


def operation(name: str) -> tuple[Any, OperationDefinitionNode]:
    """Return a document with a mutation whose input is a variable."""
    field = MUTATIONS[name]
    kind = field.args["input"].type
    below = "" if not hasattr(get_named_type(field.type), "fields") else "{ __typename }"
    document = parse(f"mutation M($given: {kind}) {{ {name}(input: $given) {below} }}")
    (found,) = document.definitions
    assert isinstance(found, OperationDefinitionNode)
    return document, found


def made_ordinarily(name: str, variables: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the resolver is given by graphql-core and Strawberry's rules, or None."""
    _, found = operation(name)
    coerced = get_variable_values(GRAPH, found.variable_definitions or (), variables)
    if isinstance(coerced, list):
        return None
    node = found.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    try:
        arguments = get_argument_values(MUTATIONS[name], node, coerced)
    except GraphQLError:
        return None
    return Inputs(python_field(MUTATIONS[name]).arguments).convert(arguments)


def straight(name: str) -> Straight:
    """Return the reader of a mutation."""
    return Straight(*operation(name), MUTATIONS[name])


def agrees(name: str, reader: Straight, variables: dict[str, Any]) -> bool:
    """Return whether variables were read straight, which must be as graphql-core reads them."""
    read = reader.read(variables)
    if read is not None:
        assert repr(read) == repr(made_ordinarily(name, variables))
    return read is not None


def readers() -> dict[str, Straight]:
    """Return the reader of each mutation that has one; the others are left to graphql-core."""
    found = {}
    for name, field in MUTATIONS.items():
        if set(field.args) == {"input"}:
            with suppress(NotStraight):
                found[name] = straight(name)
    return found


def test_what_candidates_send_has_a_reader() -> None:
    assert set(STRAIGHT) <= set(readers())


@pytest.mark.parametrize(("name", "reader"), sorted(readers().items()))
def test_both_ways_make_the_same_or_graphql_decides(name: str, reader: Straight) -> None:
    counts = Counter[bool]()

    @settings(max_examples=200 if name in STRAIGHT else 20)
    @given(given_values=values(MUTATIONS[name].args["input"].type))
    def compare(given_values: Any) -> None:
        counts[agrees(name, reader, {"given": given_values})] += 1

    compare()
    if name in STRAIGHT:
        assert min(counts[True], counts[False]) > 5


PLAIN = {
    "answers": [
        {"questionCode": "a", "value": {"choice": {"code": "A", "otherText": "own"}}},
        {"questionCode": "b", "value": {"choices": {"codes": ["A", "B"]}}},
        {"questionCode": "c", "value": {"scale": 3}, "doNotQuote": None},
        {"questionCode": "d", "value": {"number": "1.5"}},
        {"questionCode": "e", "value": {"text": "words"}, "doNotQuote": True},
        {"questionCode": "f", "value": {"ranking": ["A"]}},
        {"questionCode": "g", "value": {"matrix": [{"row": "A", "scale": 1}]}},
        {"questionCode": "h", "value": {"boolean": False}},
        {"questionCode": "i", "value": {"date": "2026-11-30"}},
        {"questionCode": "j", "state": "PREFER_NOT_TO_SAY"},
        {"questionCode": "k", "value": None, "state": None},
    ],
    "confidentiality": "CONFIDENTIAL",
}


@pytest.mark.parametrize("name", STRAIGHT)
def test_every_shape_of_an_answer_is_read_straight(name: str) -> None:
    plain = {**PLAIN, "receiptCode": "0" * 12} if name == "submitResponse" else PLAIN
    read = straight(name).read({"given": plain})
    assert read is not None
    assert read == made_ordinarily(name, {"given": plain})


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"answers": [], "confidentiality": "NOBODY"},
        {"answers": [], "unknown": 1},
        {"answers": {"questionCode": "a"}},
        {"answers": [{"questionCode": 1}]},
        {"answers": [{"questionCode": "a", "value": {"scale": True}}]},
        {"answers": [{"questionCode": "a", "value": {"scale": 2**31}}]},
        {"answers": [{"questionCode": "a", "value": {"scale": 1, "text": "b"}}]},
        {"answers": [{"questionCode": "a", "value": {"text": None}}]},
        {"answers": [{"questionCode": "a", "value": {}}]},
        {"answers": [{"questionCode": "a", "doNotQuote": 1}]},
    ],
)
def test_what_is_not_plainly_right_is_left_to_graphql(value: Any) -> None:
    assert straight("saveAnswers").read({"given": value}) is None


def test_a_variable_that_is_missing_is_left_to_graphql() -> None:
    assert straight("saveAnswers").read({}) is None


@pytest.mark.parametrize(
    "text",
    [
        """mutation ($a: SaveAnswersInput! = {answers: []}) {
          saveAnswers(input: $a) { __typename } }""",
        "mutation { saveAnswers(input: {answers: []}) { __typename } }",
        "mutation ($a: [AnswerInput!]!) { saveAnswers(input: {answers: $a}) { __typename } }",
        """mutation ($a: SaveAnswersInput!, $b: Boolean!) {
          saveAnswers(input: $a) { answers @include(if: $b) { state } } }""",
    ],
)
def test_variables_with_another_use_are_left_to_graphql(text: str) -> None:
    document = parse(text)
    (found,) = document.definitions
    assert isinstance(found, OperationDefinitionNode)
    with pytest.raises(NotStraight):
        Straight(document, found, MUTATIONS["saveAnswers"])
