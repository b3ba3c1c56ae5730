"""Manifests as relay-compiler writes them, of operations that use all that Relay asks of us."""

import asyncio
import json
from pathlib import Path

from api.schema import sdl
from api.trusted import document_id, read_manifest
from tests.npm import installed

COMPONENT = """import { graphql } from "react-relay";
export const query = graphql`
  query pageQuery($id: ID!) { node(id: $id) { ...page_organisation } }
`;
export const fragment = graphql`
  fragment page_organisation on Organisation
  @refetchable(queryName: "pageOfOffersQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    offers(first: $count, after: $cursor) @connection(key: "page_offers") {
      edges { node { id jobTitle status } }
    }
  }
`;
export const change = graphql`
  mutation pageMutation($input: OpenInterviewInput!) {
    openInterview(input: $input) { interview { id status } userErrors { code message } }
  }
`;
"""
CONFIG = {
    "src": "./src",
    "schema": "./schema.graphql",
    "language": "javascript",
    "persistConfig": {"file": "./manifest.json", "algorithm": "SHA256"},
}


async def test_relay_compiles_and_its_manifest_is_taken(tmp_path: Path) -> None:
    folder = await asyncio.to_thread(installed, "relay-compiler@20.1.1")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "page.js").write_text(COMPONENT)
    (tmp_path / "schema.graphql").write_text(sdl())
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "relay.config.json").write_text(json.dumps(CONFIG))
    compiler = await asyncio.create_subprocess_exec(
        "node",
        str(folder / "node_modules" / "relay-compiler" / "cli.js"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await compiler.communicate()
    assert compiler.returncode == 0, out.decode()
    documents = read_manifest((tmp_path / "manifest.json").read_bytes())
    assert len(documents) == 3
    for digest, text in documents.items():
        assert document_id(text) == f"sha256:{digest.hex()}"


def test_graphql_codegen_writes_the_prefix_itself() -> None:
    text = "query Mine { viewer { kind } }"
    manifest = json.dumps({document_id(text): text})
    assert list(read_manifest(manifest.encode()).values()) == [text]
