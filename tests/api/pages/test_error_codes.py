"""Every code that a client can meet is explained."""

import re
from pathlib import Path

import httpx2

from api.app import create_app
from api.pages.error_codes import CODES
from tenants.errors import DomainError
from tenants.questionnaires.problems import AnswerProblem

ROOT = Path(__file__).parents[3]
# The base of all is raised by nobody.
NEVER = {"DOMAIN_ERROR"}


def _subclasses(cls: type[DomainError]) -> set[str]:
    found = {cls.code}
    for one in cls.__subclasses__():
        found |= _subclasses(one)
    return found


def test_every_code_in_the_source_has_its_explanation() -> None:
    written = set()
    for room in ("api", "tenants"):
        for path in (ROOT / room).rglob("*.py"):
            written |= set(re.findall(r'\bcode(?::[^=\n]*)? = "([A-Z_]+)"', path.read_text()))
    assert (_subclasses(DomainError) | written) - NEVER <= set(CODES)


async def test_the_page_shows_every_code_at_its_own_anchor(database: str) -> None:
    assert database
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(create_app()), base_url="http://test"
    ) as http:
        page = await http.get("/docs/errors")
    assert page.status_code == 200
    anchors = set(re.findall(r'id="([A-Z_]+)"', page.text))
    assert anchors == set(CODES) | {problem.value for problem in AnswerProblem}
