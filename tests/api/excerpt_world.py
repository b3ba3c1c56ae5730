"""Candidates who write, and a moderator at the desk."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.values import Text
from tenants.settings import get_settings
from tests.api.conftest import Ask
from tests.api.insight_world import ENGINEERING, invite
from tests.factories import Client, complete_answers

QUESTION = "improvements_process"
EXCERPT = """id begins ends text doNotQuote state themes audience paraphrase shownText isPublished
  isWaiting undoableStep preview redactions { id ofText text kind score isAccepted begins ends }"""
DESK = f"""query ($slug: String!, $filter: DeskTextFilter) {{ organisation(slug: $slug) {{
  deskTexts(filter: $filter, first: 100) {{ totalCount nodes {{
    id text doNotQuote confidentiality question {{ code }} response {{ id }}
    excerpts {{ {EXCERPT} }} }} }} }} }}"""
READ = """query ($slug: String!) { organisation(slug: $slug) { excerpts(first: 100) { totalCount
  nodes { id text isParaphrase themes audience cell segment from to } } } }"""


async def write(
    client: Client,
    confidentiality: Confidentiality,
    words: str,
    *,
    department: str = ENGINEERING,
    do_not_quote: bool = False,
    more: Mapping[str, str] | None = None,
) -> str:
    """Let one more candidate answer and write; return the receipt code."""
    invited = await invite(client, department=department)
    written = {QUESTION: words, **(more or {})}
    answers = complete_answers() | {
        code: Answered(Text(text), do_not_quote=do_not_quote) for code, text in written.items()
    }
    few = get_settings().model_copy(update={"anonymous_minimum_invitations": 1})
    code = submission.new_receipt_code()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "get_settings", lambda: few)
        await run(
            submission.submit_response,
            invited.viewer,
            answers=answers,
            confidentiality=confidentiality,
            receipt_code=code,
            language="en",
        )
    return code


async def desk(ask: Ask, viewer: Viewer, client: Client, **given: Any) -> list[dict[str, Any]]:
    """Return the texts that lie on the desk."""
    answer = await ask(viewer, DESK, slug=client.slug, filter=given or None)
    found: list[dict[str, Any]] = answer["data"]["organisation"]["deskTexts"]["nodes"]
    return found


async def take(ask: Ask, viewer: Viewer, name: str, **given: Any) -> dict[str, Any]:
    """Take a step at the desk; return the payload."""
    kind = name[0].upper() + name[1:]
    answer = await ask(
        viewer,
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{"
        f" excerpt {{ {EXCERPT} }} userErrors {{ code message field }} }} }}",
        input=given,
    )
    payload: dict[str, Any] = answer["data"][name]
    return payload


async def release(
    ask: Ask,
    viewer: Viewer,
    text_id: str,
    *,
    themes: Sequence[str] = ("PROCESS_SLOW",),
    audience: str = "ORGANISATION",
    paraphrase: str | None = None,
) -> str:
    """Bring a text from the desk to a released excerpt; return the excerpt's id."""
    made = await take(ask, viewer, "makeExcerpt", textId=text_id)
    excerpt_id: str = made["excerpt"]["id"]
    await take(ask, viewer, "codeExcerpt", excerptId=excerpt_id, themes=list(themes))
    if paraphrase is not None:
        await take(ask, viewer, "paraphraseExcerpt", excerptId=excerpt_id, paraphrase=paraphrase)
    await take(ask, viewer, "resolveRedactions", excerptId=excerpt_id, accept=True)
    await take(ask, viewer, "routeExcerpt", excerptId=excerpt_id, audience=audience)
    said = await take(ask, viewer, "releaseExcerpt", excerptId=excerpt_id)
    assert said["userErrors"] == [], said
    return excerpt_id


async def read(ask: Ask, viewer: Viewer, client: Client) -> list[dict[str, Any]]:
    """Return the excerpts that somebody reads."""
    answer = await ask(viewer, READ, slug=client.slug)
    found = answer["data"]["organisation"]["excerpts"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[dict[str, Any]] = found["nodes"]
    return nodes
