"""Documents that ask for too much, or make no sense, by what they are."""


def bomb(levels: int) -> str:
    """Return a document that doubles with each fragment."""
    fragments = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)
    )
    return f"{{ ...F0 }} {fragments} fragment F{levels} on Query {{ __typename }}"


def chain(length: int) -> str:
    """Return a document of so many fragments, each of which spreads the next one."""
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(length - 1))
    return f"{{ ...F0 }} {fragments} fragment F{length - 1} on Query {{ __typename }}"


def nested(levels: int) -> str:
    """Return a document of so many levels of fields."""
    return "{ a " * levels + "}" * levels


def lists(count: int, page: int) -> str:
    """Return a document of pages within pages."""
    inner = "id"
    for _ in range(count):
        inner = f"requisition {{ offers(first: {page}) {{ nodes {{ {inner} }} }} }}"
    return f"{{ organisations(first: {page}) {{ nodes {{ offers {{ nodes {{ {inner} }} }} }} }} }}"


def fragments_on(type_name: str, count: int, fields: str) -> str:
    """Return a spread of so many fragments with the same fields, and the fragments."""
    spreads = " ".join(f"...F{n}" for n in range(count))
    written = " ".join(f"fragment F{n} on {type_name} {{ {fields} }}" for n in range(count))
    return f"{{ viewer {{ {spreads} }} }} {written}"


LARGE = {
    "1,000 aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(1_000)) + " }",
    "101 aliases below": "{ viewer { " + " ".join(f"a{n}: id" for n in range(101)) + " } }",
    "101 aliases of another field's name": "{ viewer { " + "id: name " * 101 + "} }",
    "20,000 repeated fields": "{" + " __typename" * 20_000 + " }",
    "101 repeated fields": "{ viewer {" + " id" * 101 + " } }",
    "repeated fields in fragments": fragments_on("Viewer", 11, "id " * 10),
    "repeated fields in a fragment that nothing spreads": "{ __typename } fragment F on Viewer {"
    + " id" * 101
    + " }",
    "repeated fields in a fragment of a name that is taken": "{ ...F } fragment F on Query {"
    + " __typename" * 101
    + " } fragment F on Query { __typename }",
    "2^28 fields of fragments": bomb(28),
    "2^11 fields of fragments": bomb(11),
    "a chain of 51 fragments": chain(51),
    "a chain of 490 fragments": chain(490),
    "16 levels": nested(16),
    "40 levels": nested(40),
    "51 fields at the top": "{ " + " ".join(f"a{n}: __typename" for n in range(51)) + " }",
    "10,000 directives": "{ __typename" + " @skip(if: false)" * 10_000 + " }",
    "51 directives": "{ __typename" + " @skip(if: false)" * 51 + " }",
    "directives on fragments": "{ " + "... @skip(if: false) { __typename } " * 51 + "}",
    "very deep lists": "{ nodes(ids: " + "[" * 1_500 + "]" * 1_500 + ") { id } }",
    "very deep selections": "{ a " * 1_000 + "}" * 1_000,
    "many records": lists(2, 100),
    "many records by default": lists(4, 20),
    "many records of many nodes": "{ nodes(ids: ["
    + '"a"' * 100
    + "]) { ... on Organisation { "
    + " ".join(f"a{n}: offers(first: 100) {{ nodes {{ id }} }}" for n in range(5))
    + " } } }",
}
# What is small, and refused because it makes no sense.
INVALID = {
    "fragment cycle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "fragment of itself": "{ viewer { ...A } } fragment A on Viewer { id ...A ...A ...A }",
    "unknown fragment": "{ ...A }",
    "a hundred mistakes": "{ viewer { " + " ".join(f"x{n}" for n in range(900)) + " } }",
    "unknown arguments": "{ viewer { id(" + ",".join(f"x{n}: 1" for n in range(900)) + ") } }",
    "900 variables": "query (" + " ".join(f"$v{n}: Int" for n in range(900)) + ") { __typename }",
    "unknown directive": "{ __typename @streams }",
    "introspection in itself": "{ __schema { types { fields { type { fields { type { fields {"
    " type { name } } } } } } } } }",
}
