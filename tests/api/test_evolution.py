"""What the schema may change without breaking whoever relies on it."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from api import evolution
from api.schema import sdl

ROOT = Path(__file__).parents[2]
OLD = 'type Query { a(x: Int): Int  b: Kind  "what it is" c: String }\nenum Kind { ONE }'
GENTLE = """type Query {
  a(x: Int): Int @deprecated(reason: "Ask for d instead. Stays until 2027-06-30.")
  b: Kind
  "what it is for"
  c: String
  d: Int
}
enum Kind { ONE TWO }"""


def test_what_is_added_breaks_nobody_and_is_told() -> None:
    assert evolution.changes(OLD, GENTLE) == {
        "Breaking": [],
        "Mind": [
            "Enum value Kind.TWO was added.",
            "Query.a is deprecated: Ask for d instead. Stays until 2027-06-30.",
        ],
        "New": ["Field Query.d was added."],
    }
    assert evolution.undated(GENTLE) == []


@pytest.mark.parametrize(
    ("new", "broken"),
    [
        (OLD.replace("a(x: Int): Int", "d: Int"), "Field Query.a was removed."),
        (OLD.replace("x: Int", "x: Int!"), "type from Int to Int!"),
        (OLD.replace("c: String", "c: Int"), "type from String to Int"),
        (OLD.replace("ONE", "TWO"), "Enum value Kind.ONE was removed."),
    ],
)
def test_what_takes_away_breaks_somebody(new: str, broken: str) -> None:
    found = evolution.changes(OLD, new)["Breaking"]
    assert len(found) == 1
    assert broken in found[0]


@pytest.mark.parametrize("reason", ["Gone soon.", "Until 2027-02-30.", "Until 2027."])
def test_what_is_deprecated_says_until_when_it_stays(reason: str) -> None:
    new = f'type Query {{ a(x: Int @deprecated(reason: "{reason}")): Int  b: Kind }}\n'
    new += f'enum Kind {{ ONE  TWO @deprecated(reason: "{reason}") }}'
    assert evolution.undated(new) == ["Query.a(x)", "Kind.TWO"]


def test_a_release_is_kept_and_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evolution, "RELEASES", tmp_path)
    monkeypatch.setattr(evolution, "CHANGELOG", tmp_path / "CHANGELOG.md")
    evolution.release("0.9.0", OLD, date(2026, 1, 1))
    evolution.release("0.10.0", OLD, date(2026, 2, 1))
    evolution.release("0.10.0", GENTLE, date(2026, 2, 2))
    assert [path.stem for path in evolution.releases()] == ["0.9.0", "0.10.0"]
    assert (tmp_path / "0.10.0.graphql").read_text() == GENTLE
    assert (tmp_path / "CHANGELOG.md").read_text() == (
        "# Changelog of the GraphQL API\n\n"
        "## 0.10.0 · 2026-02-02\n\n### Mind\n\n- Enum value Kind.TWO was added.\n"
        "- Query.a is deprecated: Ask for d instead. Stays until 2027-06-30.\n\n"
        "### New\n\n- Field Query.d was added.\n\n"
        "## 0.9.0 · 2026-01-01\n\nThe first release.\n"
    )
    for version in ("0.9.1", "next"):
        with pytest.raises(ValueError, match=version if version == "next" else "0.10.0"):
            evolution.release(version, OLD, date(2026, 3, 1))


def test_the_schema_breaks_nobody_who_relies_on_the_last_release() -> None:
    last = evolution.releases()[-1].read_text()
    assert evolution.changes(last, sdl())["Breaking"] == []
    assert evolution.undated(sdl()) == []
    assert "first release" in evolution.CHANGELOG.read_text()


def test_the_check_refuses_a_schema_that_breaks_somebody(
    tmp_path: Path,
) -> None:
    program = (ROOT / ".ci" / "schema_release.py").read_text()
    broken = sdl().replace("  viewer: Viewer!\n", "  viewer: Int!\n", 1)
    (tmp_path / ".ci").mkdir()
    (tmp_path / "api").mkdir()
    (tmp_path / ".ci" / "schema_release.py").write_text(program)
    (tmp_path / "api" / "schema.graphql").write_text(broken)
    done = subprocess.run(
        [sys.executable, str(tmp_path / ".ci" / "schema_release.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Field Query.viewer changed type from Viewer! to Int!." in done.stdout
