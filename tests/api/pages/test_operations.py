"""Every document of the console fits the schema and the limits that any client has."""

import pytest
from graphql import OperationDefinitionNode, parse, validate

from api.console_documents import FOLDER, FRAGMENTS, document
from api.execution import execute
from api.requests import GraphQLRequest
from api.schema import schema
from tenants.access import Role
from tests.factories import make_client

NAMES = sorted(
    str(path.relative_to(FOLDER).with_suffix(""))
    for path in FOLDER.rglob("*.graphql")
    if path.parent != FRAGMENTS
)


NO_QUERIES = (
    # They are changes (test_console_mails.py).
    "mail_previews",
    "mail_texts",
    "mail_timing",
    # What pushing would change is asked with ids of one's own (test_library_page.py).
    "codebook_diff",
    "template_diff",
    "push_codebook",
    "push_template",
    # So is what the firm keeps for them.
    "library_sources",
    "retire_template",
    "save_firm_theme",
    "save_template",
    "desk_add",
    "desk_code",
    "desk_make",
    "desk_paraphrase",
    "desk_release",
    "desk_resolve",
    "desk_route",
    "desk_undo",
    "desk_withhold",
    "examples/events",
    "examples/record_offer_outcome",
    "create_integration",
    "revoke_access",
    "rotate_integration_secret",
    "update_integration",
    "revoke_other_sessions",
    "revoke_session",
    "add_action_note",
    "change_action_status",
    "create_action",
    "join_benchmark",
    "leave_benchmark",
    "set_digest_mail",
    "update_insight_settings",
)


def test_these_are_the_documents() -> None:
    assert NAMES == [
        "account",
        "action",
        "actions",
        "add_action_note",
        "api",
        "benchmark",
        "change_action_status",
        "codebook_diff",
        "conversations",
        "create_action",
        "create_integration",
        "desk",
        "desk_add",
        "desk_code",
        "desk_make",
        "desk_paraphrase",
        "desk_release",
        "desk_resolve",
        "desk_route",
        "desk_undo",
        "desk_withhold",
        "digest",
        "editions",
        "examples/events",
        "examples/insights",
        "examples/interviews",
        "examples/organisations",
        "examples/record_offer_outcome",
        "excerpts",
        "firm_log",
        "intake",
        "integrations",
        "interview",
        "interviews",
        "jobs",
        "join_benchmark",
        "leave_benchmark",
        "library",
        "library_sources",
        "log",
        "mail_previews",
        "mail_texts",
        "mail_timing",
        "mails",
        "new_action",
        "offers",
        "organisations",
        "overview",
        "portfolio",
        "push_codebook",
        "push_template",
        "pushes",
        "responses",
        "retire_template",
        "revoke_access",
        "revoke_other_sessions",
        "revoke_session",
        "rotate_integration_secret",
        "save_firm_theme",
        "save_template",
        "set_digest_mail",
        "talk",
        "template_diff",
        "update_insight_settings",
        "update_integration",
        "why",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_document_fits_the_schema(name: str) -> None:
    parsed = parse(document(name))
    assert validate(schema._schema, parsed) == []
    operations = [one for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
    assert len(operations) == 1
    assert operations[0].name is not None


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name not in NO_QUERIES],
)
async def test_a_document_is_answered_to_every_role(name: str) -> None:
    client = await make_client()
    for role, viewer in client.people.items():
        variables = {"slug": client.slug, "id": "unknown", "first": 20}
        used = {key: value for key, value in variables.items() if f"${key}:" in document(name)}
        body = (await execute(viewer, GraphQLRequest(document(name), used))).body
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert codes <= {"FORBIDDEN"}, (role, body)
        assert body["data"]["viewer" if "viewer" in body["data"] else "organisation"] is not None
        # HR alone is shown the page of integrations.
        if role is (Role.HR if name == "integrations" else Role.CONSULTANT):
            assert codes == set()
