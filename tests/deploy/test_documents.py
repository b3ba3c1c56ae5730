"""`afterword documents`: what it registers, lists and retires."""

import json
from pathlib import Path

import pytest

from api.trusted import document_id
from deploy import documents
from deploy.errors import DeployError
from tests.factories import make_client

TEXTS = ("query A { viewer { kind } }", "query B { viewer { name } }")


def manifest(folder: Path, *texts: str) -> Path:
    """Write a manifest as relay-compiler and graphql-codegen do with SHA-256."""
    file = folder / "persisted-documents.json"
    file.write_text(json.dumps({document_id(one).removeprefix("sha256:"): one for one in texts}))
    return file


@pytest.mark.usefixtures("committing")
async def test_a_manifest_is_registered_listed_and_retired(tmp_path: Path) -> None:
    client = await make_client()
    file = manifest(tmp_path, *TEXTS)
    for _ in range(2):
        assert await documents.register(file, client.slug, "careers") == 2
    (found,) = await documents.clients(client.slug)
    assert (found["client"], found["documents"]) == ("careers", 2)
    assert await documents.retire(client.slug, "careers") == 2
    assert await documents.clients(client.slug) == []
    with pytest.raises(DeployError, match="There is no such client"):
        await documents.retire(client.slug, "careers")
    with pytest.raises(DeployError, match="A client's name"):
        await documents.register(file, client.slug, "")
    with pytest.raises(DeployError, match="there is no organisation nowhere"):
        await documents.clients("nowhere")


def test_a_manifest_is_checked_before_anything_is_connected(tmp_path: Path) -> None:
    assert len(documents.check(manifest(tmp_path, *TEXTS))) == 2
    with pytest.raises(DeployError, match="Cannot query field 'nothing'"):
        documents.check(manifest(tmp_path, "{ nothing }"))
    with pytest.raises(DeployError, match="cannot be read"):
        documents.check(tmp_path / "absent.json")
