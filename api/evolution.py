"""How the schema may change: nothing that a client relies on goes away without a date."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from graphql import (
    BreakingChange,
    DangerousChange,
    GraphQLSchema,
    build_schema,
    find_schema_changes,
    is_introspection_type,
)

RELEASES: Final = Path(__file__).parent / "releases"
CHANGELOG: Final = RELEASES / "CHANGELOG.md"
_HEADING: Final = "# Changelog of the GraphQL API\n"
_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_VERSION: Final = re.compile(r"\d+(\.\d+)*")
_SECTIONS: Final = ("Breaking", "Mind", "New")


def releases() -> list[Path]:
    """Return the released schemas, the oldest first."""
    return sorted(RELEASES.glob("*.graphql"), key=lambda path: _order(path.stem))


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def changes(old: str, new: str) -> Mapping[str, Sequence[str]]:
    """Return what differs between two schemas, in sentences, as they concern a client.

    Args:
        old: In the schema definition language.
        new: Likewise.

    Returns:
        `Breaking`: operations that were valid are not, or answer in another shape. `Mind`: they
        are, and may meet what they did not know. `New`: nobody has to do anything.
    """
    found: dict[str, list[str]] = {name: [] for name in _SECTIONS}
    before, after = build_schema(old), build_schema(new)
    for change in find_schema_changes(before, after):
        if isinstance(change, BreakingChange):
            found["Breaking"].append(change.description)
        elif isinstance(change, DangerousChange):
            found["Mind"].append(change.description)
        elif not change.type.name.startswith("DESCRIPTION"):
            found["New"].append(change.description)
    known = {place for place, _ in _deprecations(before)}
    found["Mind"] += [
        f"{place} is deprecated: {reason}"
        for place, reason in _deprecations(after)
        if place not in known
    ]
    return {name: sorted(sentences) for name, sentences in found.items()}


def undated(schema: str) -> list[str]:
    """Return what is deprecated without saying until when it stays, as `@deprecated` must.

    Args:
        schema: In the schema definition language.
    """
    return [
        place for place, reason in _deprecations(build_schema(schema)) if not _names_a_day(reason)
    ]


def _names_a_day(reason: str) -> bool:
    for text in _DATE.findall(reason):
        try:
            date.fromisoformat(text)
        except ValueError:
            continue
        return True
    return False


def _deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Return every deprecated field, argument and value of an enum, with the reason."""
    for name, graphql_type in schema.type_map.items():
        if is_introspection_type(graphql_type):
            continue
        for member, definition in _members(graphql_type):
            if definition.deprecation_reason is not None:
                yield f"{name}.{member}", definition.deprecation_reason


def _members(graphql_type: Any) -> Iterable[tuple[str, Any]]:
    for name, field in getattr(graphql_type, "fields", {}).items():
        yield name, field
        for argument, definition in getattr(field, "args", {}).items():
            yield f"{name}({argument})", definition
    values: Any = getattr(graphql_type, "values", {})
    yield from values.items()


def release(version: str, schema: str, day: date) -> str:
    """Keep a schema as the released one and write what is new into the changelog; return that.

    A version that is there already is replaced, as long as nothing newer was released: before
    anybody relies on it, that is.

    Args:
        version: Numbers with dots.
        schema: In the schema definition language.
        day: Of the release.

    Raises:
        ValueError: The version is none, or older than what was released.
    """
    if not _VERSION.fullmatch(version):
        message = f"{version} is no version; write numbers with dots"
        raise ValueError(message)
    known = releases()
    older = [path for path in known if _order(path.stem) < _order(version)]
    if any(_order(path.stem) > _order(version) for path in known):
        message = f"{known[-1].stem} was released already"
        raise ValueError(message)
    section = _section(version, day, older[-1].read_text("utf-8") if older else None, schema)
    RELEASES.mkdir(exist_ok=True)
    (RELEASES / f"{version}.graphql").write_text(schema, "utf-8")
    text = CHANGELOG.read_text("utf-8") if CHANGELOG.exists() else _HEADING
    heading, *sections = text.split("\n## ")
    kept = [one for one in sections if not one.startswith(f"{version} ")]
    CHANGELOG.write_text("\n## ".join([heading, section, *kept]), "utf-8")
    return section


def _section(version: str, day: date, old: str | None, new: str) -> str:
    lines = [f"{version} · {day}", ""]
    if old is None:
        return "\n".join([*lines, "The first release.", ""])
    for name, sentences in changes(old, new).items():
        if sentences:
            lines += [f"### {name}", "", *(f"- {sentence}" for sentence in sentences), ""]
    return "\n".join(lines if len(lines) > len(("heading", "")) else [*lines, "Nothing.", ""])
