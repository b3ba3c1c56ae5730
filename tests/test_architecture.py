"""The rules of the house, each one a few lines."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Date, DateTime
from sqlalchemy.sql.schema import CallableColumnDefault

from api.schema import schema, sdl
from tenants import read_graph
from tenants.access import ROLE_TABLE, Permission, Role
from tenants.model import Model
from tenants.nouns import Noun

ROOT = Path(__file__).parent.parent
ROOMS = ("tenants", "api", "jobs", "deploy", "migrations/__init__.py", "migrations/roles.py")
MAX_LINES = 400
MAX_FUNCTION_LINES = 50
SHAPELESS = {"utils", "helpers", "common", "manager", "base", "core", "misc"}
# Where SQL is written; everything else of the domain is words of the domain.
SQL = {"models.py", "erasure.py", "idempotency.py"} | {
    path.name for kind in ("queries", "models") for path in (ROOT / "tenants").rglob(f"*{kind}.py")
}
# The rows of jobs are the worker's: row-level security alone keeps it to its scope.
SCOPED_BY_THE_DATABASE = {
    "db._driver_of",
    "work.claim",
    "work.finish",
    "work.fail",
    "work.report",
    "work.sweep",
    "work.take_turn",
    # What a transaction leaves behind, written by the door in the scope of whoever did it.
    "announcements.ring",
    "announcements.write_events",
    "work._tell",
}
# Taken inside a verb that has looked.
STEPS = {
    "intake._pass_over",
    "intake._send_to_review",
    "intake._undone_if_refused",
    "queries._ensured",
    "service.add_version",
}

# What the verbs that are being written ask for.
AWAITED = {
    "QUESTIONNAIRE_EDIT",
    "QUESTIONNAIRE_PUBLISH",
}


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def _modules(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    for room in rooms:
        found = [ROOT / room] if room.endswith(".py") else sorted((ROOT / room).rglob("*.py"))
        for path in found:
            relative = path.relative_to(ROOT)
            yield relative, _parsed(relative)


def _verbs() -> Iterator[tuple[Path, ast.AsyncFunctionDef]]:
    """Return every function of the domain that runs in a transaction on behalf of somebody."""
    for path, module in _modules("tenants"):
        for node in module.body:
            if isinstance(node, ast.AsyncFunctionDef):
                names = [one.arg for one in node.args.args]
                if names and names[0] in {"session", "_session"}:
                    yield path, node


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_viewer(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "viewer"


def _looks_itself(verb: ast.AsyncFunctionDef) -> bool:
    """Return whether a verb requires a permission, sees with a visibility or reads the viewer."""
    checks = ("require", "visible_", "countable_", "_seen_by", "_below")
    return any(
        (isinstance(node, ast.Attribute) and _is_viewer(node.value))
        or (isinstance(node, ast.Call) and _takes_viewer(node) and _name(node).startswith(checks))
        for node in ast.walk(verb)
    )


def _takes_viewer(call: ast.Call) -> bool:
    return any(_is_viewer(one) for one in (*call.args, *(one.value for one in call.keywords)))


def _hands_on(verb: ast.AsyncFunctionDef) -> bool:
    """Return whether a verb calls another one for the same viewer."""
    return any(isinstance(node, ast.Call) and _takes_viewer(node) for node in ast.walk(verb))


def test_every_verb_of_the_domain_looks_at_who_asks() -> None:
    """Itself where it speaks SQL, elsewhere itself or through the verbs that it calls."""
    silent = [
        f"{path}:{verb.name}"
        for path, verb in _verbs()
        if "viewer" in [one.arg for one in verb.args.args]
        and not _looks_itself(verb)
        and (path.name in SQL or not _hands_on(verb))
    ]
    assert silent == []


def test_what_looks_at_no_viewer_is_known_by_name() -> None:
    blind = {
        f"{path.stem}.{verb.name}"
        for path, verb in _verbs()
        if "viewer" not in [one.arg for one in verb.args.args]
    }
    assert blind == SCOPED_BY_THE_DATABASE | STEPS


def test_every_permission_is_asked_for() -> None:
    named = {
        node.attr
        for path, module in _modules("tenants")
        if path.name != "access.py"
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Permission"
    }
    assert named >= set(Permission.__members__) - AWAITED


def test_sql_is_written_where_it_belongs() -> None:
    stray = {
        str(path)
        for path, module in _modules("tenants")
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "sqlalchemy" in [getattr(node, "module", None), *(one.name for one in node.names)]
        # Rooms have queries and models; what all of them stand on lies beside them.
        if path.name not in SQL and len(path.parts) > 2 and path.parts[1] != "read_graph"
    }
    assert stray == set()


def test_nobody_but_the_door_begins_or_ends_a_transaction() -> None:
    offenders = {
        f"{path}: {ast.unparse(node.func)}"
        for path, module in _modules("tenants", "api", "jobs")
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "begin", "rollback", "begin_nested"}
        and ast.unparse(node.func.value).rsplit(".", 1)[-1] in {"session", "connection"}
    }
    # What the domain refuses of a posted event is undone to a savepoint, and kept for review.
    assert offenders == {
        "tenants/db.py: session.begin",
        "tenants/interviews/intake.py: session.begin_nested",
    }


def test_the_committed_sdl_is_the_schema() -> None:
    assert (ROOT / "api" / "schema.graphql").read_text() == sdl()


def test_everything_in_the_schema_is_described() -> None:
    types = {
        name: one for name, one in schema._schema.type_map.items() if not name.startswith("__")
    }
    silent = [name for name, one in types.items() if not one.description]
    silent += [
        f"{name}.{field}"
        for name, one in types.items()
        for field, definition in getattr(one, "fields", {}).items()
        if not definition.description
    ]
    assert silent == []


def test_registries_equal_their_enums() -> None:
    assert set(ROLE_TABLE) == set(Role)
    for noun in read_graph.NOUNS.values():
        targets = [one.target for one in noun.to_one.values()]
        targets += [one.target for one in noun.to_many.values()]
        assert set(targets) <= set(read_graph.NOUNS), noun.name


@pytest.mark.parametrize("noun", read_graph.NOUNS.values(), ids=lambda noun: noun.name)
def test_every_order_of_a_list_is_spelt_in_the_api(noun: Noun) -> None:
    for name, relation in noun.to_many.items():
        enum = schema._schema.type_map.get(f"{relation.target}Order")
        if len(relation.orderings) > 1:
            assert enum is not None, name
            assert [one.name for one in relation.orderings] == list(enum.values)  # type: ignore[attr-defined]  # an enum has values.


def test_times_end_in_at_and_days_in_on() -> None:
    # The logs' only time, the only thing that is kept of a day, and a candidate's own answer.
    known = {"audit_events.at", "held_submissions.held_month", "responses.submitted_month"}
    known |= {"monthly_counts.month", "firm_audit_events.at"}
    odd = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if (isinstance(column.type, DateTime) and not column.name.endswith("_at"))
        or (isinstance(column.type, Date) and not column.name.endswith("_on"))
    }
    assert odd == {*known, "answers.date"}
    unzoned = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, DateTime) and not column.type.timezone
    ]
    assert unzoned == []


def test_the_id_of_what_somebody_wrote_tells_nothing() -> None:
    """The others are uuid7, which tells the time of their making."""
    random = {
        table.name
        for table in Model.metadata.tables.values()
        if "id" in table.columns
        and isinstance(table.columns["id"].default, CallableColumnDefault)
        and table.columns["id"].default.arg(None).version == uuid4().version  # type: ignore[arg-type]  # it looks at none.
    }
    assert random == {"responses", "held_submissions", "excerpts", "excerpt_redactions"}


def test_no_module_and_no_function_is_too_long() -> None:
    long = {
        str(path): count
        for path, _ in _modules(*ROOMS, "tests")
        if (count := len((ROOT / path).read_text().splitlines())) > MAX_LINES
    }
    for path, module in _modules(*ROOMS):
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node, clean=False) or ""
                count = (node.end_lineno or 0) - node.lineno - docstring.count("\n")
                if count > MAX_FUNCTION_LINES:
                    long[f"{path}:{node.name}"] = count
    assert long == {}


def test_no_module_is_named_for_nothing() -> None:
    shapeless = [
        str(path) for path, _ in _modules(*ROOMS, "tests") if SHAPELESS & {path.stem, *path.parts}
    ]
    assert shapeless == []
