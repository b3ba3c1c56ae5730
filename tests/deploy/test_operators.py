"""`afterword operator`: who operates the installation, and what they did."""

import json
from typing import Any

import pytest

from deploy import operators
from deploy.cli import main
from deploy.errors import DeployError

EMAIL = "ops@installation.example"


async def say(what: str, email: str | None = None, name: str | None = None) -> tuple[Any, str]:
    found = await operators.run_connected(what, email=email, name=name)
    return found, operators.in_words(found)


async def test_operators_come_and_go_and_the_log_says_so(database: str) -> None:
    del database
    with pytest.raises(DeployError, match="--name an account is made"):
        await say("add", EMAIL)
    assert (await say("add", EMAIL, "Olu"))[1] == f"{EMAIL} operates the installation"
    assert (await say("add", EMAIL))[0] == {"operator": EMAIL, "added": False}
    found, words = await say("list")
    assert [one["email"] for one in found["operators"]].count(EMAIL) == 1
    assert f"{EMAIL}, since " in words
    assert (await say("remove", EMAIL))[1] == f"{EMAIL} operates the installation no more"
    with pytest.raises(DeployError, match="operates nothing"):
        await say("remove", EMAIL)
    found, words = await say("log")
    assert [one["action"] for one in found["events"][:2]] == ["operator.removed", "operator.added"]
    assert "a command: operator.removed" in words


def test_the_command_prints_json(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    del database
    assert main(["operator", "list", "--json"]) == 0
    assert "operators" in json.loads(capsys.readouterr().out)
