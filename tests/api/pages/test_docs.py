"""The documentation says everything that the schema has, and leads nowhere that is not."""

import gzip
import json
import re
from datetime import date

import pytest

from api import reference
from api.pages import docs
from api.schema import GRAPH
from tenants.db import run
from tenants.disclosure.rules import Dimension
from tenants.insights.settings import update_insight_settings
from tenants.integrations.scopes import SCOPES, Scope
from tenants.organisations.insight_settings import numbers_since
from tests.api.pages.browsing import session_of
from tests.api.pages.conftest import Site
from tests.factories import Client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")
PAGES = (
    "/docs",
    "/docs/reference",
    "/docs/errors",
    "/docs/methodology",
    "/docs/protection",
    "/docs/changelog",
)
TEXTS = ("/docs/guide.md", "/docs/reference.md", "/docs/errors.md", "/docs/changelog.md")


def everything() -> set[str]:
    """Return every type of ours, and every field and value as Type.name."""
    types = {name: one for name, one in GRAPH.type_map.items() if not name.startswith("__")}
    members = {
        f"{name}.{member}"
        for name, one in types.items()
        for kind in ("fields", "values")
        for member in getattr(one, kind, {})
    }
    return set(types) | members


async def test_the_reference_has_everything_and_links_to_what_there_is(site: Site) -> None:
    page = (await site.get("/docs/reference")).text
    anchors = set(re.findall(r'id="([\w.]+)"', page))
    assert everything() <= anchors
    assert set(re.findall(r'href="#([\w.]+)"', page)) <= anchors
    lines = (await site.get("/docs/reference.md")).text.splitlines()
    headings = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert headings == {one for one in everything() if "." not in one}
    assert "  - `first: Int` At most this many, up to 100." in lines
    assert sum(line.startswith("- `") for line in lines) >= len(everything()) - len(headings)


async def test_every_page_leads_to_pages_that_there_are(site: Site) -> None:
    addresses = set(re.findall(r"http://[\w.:]+(/[\w./-]+)", (await site.get("/llms.txt")).text))
    assert {*TEXTS, "/schema.graphql"} < addresses
    addresses.discard("/graphql")
    for path in PAGES:
        response = await site.get(path)
        assert response.status_code == 200
        addresses |= set(re.findall(r'href="(/[^"#?]*)', response.text))
    for path in addresses:
        response = await site.get(path)
        # GraphiQL asks who is not signed in to sign in first.
        assert response.status_code == (303 if path == "/graphiql" else 200), path
        if path.endswith(".md"):
            assert response.headers["content-type"] == "text/markdown; charset=utf-8"


async def test_candidates_are_told_the_numbers_in_force_and_what_is_not_promised(
    site: Site,
) -> None:
    english = (await site.get("/docs/protection")).text
    german = (await site.get("/docs/protection?lang=de")).text
    assert '<html lang="en"' in english
    assert '<html lang="de"' in german
    for words in (
        "figures of at least 5 people",
        "wait until 5 have come",
        "at least 100 people were invited",
        "What we cannot promise",
        "whoever runs the installation and holds its keys could connect",
    ):
        assert words in " ".join(english.split())
    assert "Zahlen von mindestens 5 Personen" in " ".join(german.split())
    for words in ("at least 10 people, at least 5 of them confidential", "published for 12 months"):
        assert words in " ".join(english.split())
    # Whoever asks for a language that it is not in gets it in English.
    assert (await site.get("/docs/protection?lang=fr")).text == english


async def test_a_candidate_reads_what_holds_in_the_organisation_that_asks(
    site: Site, client: Client
) -> None:
    candidate = await make_invited_candidate(client)
    await run(
        update_insight_settings,
        client.consultant,
        organisation_id=client.organisation_id,
        revision=0,
        dimension=Dimension.LOCATION,
        window_months=12,
        numbers={**numbers_since((), date(2026, 1, 1)), "minimum": 7, "excerpt_respondents": 12},
    )
    welcome = (await site.get(f"/i/{candidate.token}")).text
    assert f'href="/i/{candidate.token}/protection?lang=en"' in welcome
    page = " ".join((await site.get(f"/i/{candidate.token}/protection")).text.split())
    for words in (
        "figures of at least 7 people",
        "at least 12 people, at least 5 of them",
        # More than a flush of five, lest none of them ever be a crowd.
        "wait until 7 have come",
        # The window that is under way is divided as it was.
        "one department&#39;s figures",
    ):
        assert words in page
    german = (await site.get(f"/i/{candidate.token}/protection?lang=de")).text
    assert "mindestens 7 Personen" in " ".join(german.split())
    unknown = await site.get(f"/i/{candidate.token[:-1]}x/protection")
    assert unknown.status_code == 404


def test_the_guide_is_made_of_what_its_page_can_show() -> None:
    (title, _), *others = docs.sections(docs.guide())
    assert title == "Afterword's GraphQL API"
    assert [heading for heading, _ in others][:3] == ["Ask", "Walk lists", "Change"]
    kinds = {kind for _, parts in others for kind, _ in parts}
    assert kinds == {"text", "item", "code"}
    assert re.findall(r"\{[a-z]+\}", docs.guide()) == []
    for scope in Scope:
        assert f"- `{scope.value}` {SCOPES[scope].words}" in docs.guide()


def test_what_is_deprecated_says_so() -> None:
    member = reference.Member(
        "a", "Int", "Int", "What it is.", "Ask for b. Stays until 2027-06-30."
    )
    assert reference._item(member) == (
        "- `a: Int` What it is. **Deprecated.** Ask for b. Stays until 2027-06-30."
    )


async def test_graphiql_is_for_those_who_are_signed_in(site: Site, client: Client) -> None:
    response = await site.get("/graphiql")
    assert (response.status_code, response.headers["location"]) == (
        303,
        "/sign-in?next=%2Fgraphiql",
    )
    token = (await session_of(client.hr)).token
    pages = [await site.get("/graphiql", cookie=f"afterword_session={token}") for _ in range(2)]
    policies = [page.headers["content-security-policy"] for page in pages]
    assert len(set(policies)) == 2
    for policy, page in zip(policies, pages, strict=True):
        assert "unsafe" not in policy
        found = re.search(r'id="page">(.*?)</script>', page.text, re.DOTALL)
        assert found is not None
        given = json.loads(found[1])
        assert f"style-src 'self' 'nonce-{given['nonce']}'" in policy
        assert given["examples"][0]["title"] == "Who am I, and what may I see?"
        assert client.slug in given["examples"][1]["variables"]
        linked = re.findall(r'(?:src|href)="(/static[^"]*)"', page.text)
        files = [*given["workers"].values(), *linked]
        assert len(files) == 5
        for address in files:
            assert (await site.get(address)).status_code == 200


async def test_graphiqls_files_are_sent_packed_to_who_can_unpack_them(site: Site) -> None:
    address = "/static/graphiql/graphiql.css"
    plain = await site.get(address, **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    packed = await site.get(address, **{"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert len(gzip.compress(plain.content)) < len(plain.content) / 4
    assert "data:font" not in plain.text
    assert "MIT" in (await site.get("/static/graphiql/LICENCES.txt")).text
    for unknown in ("graphiql.css.gz", "LICENCES", "nothing.js"):
        assert (await site.get(f"/static/graphiql/{unknown}")).status_code == 404
