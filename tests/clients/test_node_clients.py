"""The clients that front-ends use, as npm has them today."""

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.pages.operations import FOLDER, FRAGMENTS, document
from api.schema import sdl
from tests.api.asking import token_of
from tests.api.subscriptions.serving import latest
from tests.api.world import organisation_id_of
from tests.factories import make_client, make_offer

HERE = Path(__file__).parent
PACKAGES = {
    "@apollo/client": "4.3.8",
    "@urql/core": "6.0.3",
    "graphql": "16.15.0",
    "graphql-sse": "2.6.1",
    "graphql-ws": "6.4.2",
    "react": "19.3.1",
    "relay-compiler": "21.0.1",
    "relay-runtime": "21.0.1",
    "rxjs": "7.8.2",
    "ws": "8.23.0",
}
SECONDS = 120


def installed() -> Path:
    """Return a folder of the user's cache in which npm has put the packages, or skip."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("NOT TESTED WITH REAL CLIENTS: there is no node with npm on the PATH")
    wanted = json.dumps({"private": True, "type": "module", "dependencies": PACKAGES})
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "afterword-tests" / hashlib.sha256(wanted.encode()).hexdigest()[:12]
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(wanted)
        done = _run(
            folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock",
            "--ignore-scripts",
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip(f"NOT TESTED WITH REAL CLIENTS: npm installs nothing\n{done.stderr[-500:]}")
        (folder / "done").touch()
    return folder


def _run(folder: Path, *command: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def relay_sources() -> dict[str, str]:
    """Return every operation of ours as a module of Relay's: it wants names after the module's."""
    sources = {}
    for path in FOLDER.rglob("*.graphql"):
        if path.parent == FRAGMENTS:
            continue
        text = document(str(path.relative_to(FOLDER).with_suffix("")))
        module = re.sub(r"_(\w)", lambda found: found[1].upper(), path.stem)
        if path.parent != FOLDER and module in {"interviews", "organisations"}:
            module = f"example{module.capitalize()}"
        kind = re.search(r"^(query|mutation|subscription) \w+", text, re.MULTILINE)
        assert kind is not None
        text = text.replace(kind[0], f"{kind[1]} {module}{kind[1].capitalize()}", 1)
        for fragment in re.findall(r"^fragment (\w+) on", text, re.MULTILINE):
            used = rf"(\.\.\.|fragment ){fragment}\b"
            text = re.sub(used, rf"\g<1>{module}_{fragment}", text)
        sources[module] = f"import {{graphql}} from 'react-relay';\ngraphql`{text}`;\n"
    return sources


def compile_for_relay(packages: Path, folder: Path) -> set[str]:
    """Let relay-compiler compile our operations; return the names of what it made."""
    (folder / "src").mkdir()
    (folder / "artifacts").mkdir()
    (folder / "schema.graphql").write_text(sdl())
    for module, text in relay_sources().items():
        (folder / "src" / f"{module}.js").write_text(text)
    settings = {
        "root": ".",
        "sources": {"src": "afterword"},
        "projects": {
            "afterword": {
                "schema": "schema.graphql",
                "language": "javascript",
                "output": "artifacts",
                "eagerEsModules": True,
            }
        },
    }
    (folder / "relay.config.json").write_text(json.dumps(settings))
    compiler = packages / "node_modules" / "relay-compiler" / "cli.js"
    done = _run(folder, "node", str(compiler), "relay.config.json")
    assert done.returncode == 0, done.stdout + done.stderr
    made = set()
    for path in (folder / "artifacts").glob("*.graphql.js"):
        path.rename(path.with_suffix(".mjs"))
        made.add(path.name.removesuffix(".graphql.js"))
    return made


async def test_the_clients_that_front_ends_use(address: str, tmp_path: Path) -> None:
    packages = await asyncio.to_thread(installed)
    made = await asyncio.to_thread(compile_for_relay, packages, tmp_path)
    operations = {one for one in made if "_" not in one}
    assert len(operations) == len(relay_sources())
    client = await make_client()
    start = await latest(client)
    await make_offer(client)
    given = {
        "url": f"http://{address}/graphql",
        "token": await token_of(client.hr),
        "organisation": organisation_id_of(client),
        "slug": client.slug,
        "after": start,
        "artifacts": str(tmp_path / "artifacts"),
    }
    # Node looks for packages beside the program.
    program = packages / "clients.mjs"
    shutil.copyfile(HERE / "clients.mjs", program)
    done = await asyncio.to_thread(_run, packages, "node", str(program), said=json.dumps(given))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    asked = {"organisation": {"id": organisation_id_of(client), "slug": client.slug}}
    told = {"__typename": "OfferChanged", "id": await latest(client)}
    relay = found.pop("relay")
    assert relay == {"query": [client.slug], "event": "OfferChanged"}
    for name, got in found.items():
        assert _without_typename(got["query"]) == asked, name
        assert got["event"] == {"organisationEvents": told}, name
    assert found["urql"]["overWebSocket"] == {"organisationEvents": told}
    assert {found[name]["refused"] for name in ("graphql-ws", "graphql-sse")} == {"NOT_FOUND"}


def _without_typename(data: Any) -> Any:
    """Return data without the names of types that some clients ask for by themselves."""
    if isinstance(data, dict):
        return {name: _without_typename(one) for name, one in data.items() if name != "__typename"}
    return data
