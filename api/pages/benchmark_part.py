"""An organisation's own part on "Compared with peers": what goes in, joining and leaving."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.actions import Shown
from api.pages.benchmark import BENCHMARK, ask_benchmark
from api.pages.console_words import day, figure
from api.pages.operations import NoAnswer, ask
from api.pages.own_forms import read_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from tenants.access import Viewer
from tenants.benchmarks.windows import MINIMUM_AGE, REJOIN_MONTHS
from tenants.errors import NotFound

# What HR agrees to; it is kept with the consent, in these words.
CONSENT: Final = (
    "Our organisation takes part in the benchmark. Of each metric it contributes one figure of its"
    " own for twelve months, with the number that stands behind it; no answer, no name, no pay and"
    " no terms of an offer. Others see quantiles over many organisations, never our figure and"
    " never that we take part. We see the same of them. We may leave at any time: from the next"
    " release on nothing of ours goes in."
)
_STALE: Final = "This was not sent from this page, so nothing was done. Please try again."


@dataclass(frozen=True, slots=True)
class PartView:
    """An organisation's own part.

    Attributes:
        takes_part: Whether its consent is in force.
        since: Since when; empty without consent.
        text: What it agreed to, or would.
        rejoins: From when it may join again; empty when at once.
        is_verified: Whether the operator vouches for it.
        period: Over which months it gave what is listed; empty before the first time.
        given: Title, figure and note of each metric.
    """

    takes_part: bool
    since: str
    text: str
    rejoins: str
    is_verified: bool
    period: str
    given: tuple[tuple[str, str, str], ...]


async def show_benchmark(request: Request, viewer: Viewer) -> Shown:
    """Show how an organisation compares with its peers, and what of its own goes in."""
    data, view = await ask_benchmark(viewer, request.path_params["slug"])
    organisation = data["organisation"]
    context = {
        "view": view,
        "part": make_part(organisation["benchmarkParticipation"]),
        "age": MINIMUM_AGE.days,
        "rejoin_months": REJOIN_MONTHS,
        "problem": None,
    }
    return Shown(BENCHMARK.name, organisation, here=BENCHMARK.name, context=context)


async def post_benchmark(request: Request, viewer: Viewer) -> Shown | Response:
    """Let HR join or leave, and show the page; or say why nothing was done."""
    page = await show_benchmark(request, viewer)
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return _with_problem(page, _STALE, refusal.status)
    given: dict[str, Any] = {"organisationId": page.organisation["id"]}
    name = "leave_benchmark"
    if fields.get("part") == "join":
        name, given = "join_benchmark", {**given, "text": CONSENT}
    try:
        data = await ask(viewer, name, input=given)
    except NoAnswer as refusal:
        raise NotFound from refusal
    payload = next(iter((data or {}).values()), None)
    # Whose role decides nothing finds nothing here to decide.
    if payload is None:
        raise NotFound
    if payload["userErrors"]:
        told = " ".join(one["message"] for one in payload["userErrors"])
        return _with_problem(page, told, HTTPStatus.CONFLICT)
    return lead_to(request.url.path)


def _with_problem(page: Shown, problem: str, status: HTTPStatus) -> Shown:
    return replace(page, context={**page.context, "problem": problem, "status": status})


def make_part(found: dict[str, Any]) -> PartView:
    """Return what the API says of an organisation's own part, in words."""
    return PartView(
        takes_part=found["takesPart"],
        since=day(found["givenOn"]) if found["givenOn"] else "",
        text=found["text"] or CONSENT,
        rejoins=day(found["rejoinsOn"]) if found["rejoinsOn"] else "",
        is_verified=found["isVerified"],
        period=f"{day(found['from'])} to {day(found['to'])}" if found["from"] else "",
        given=tuple(
            (one["metric"]["title"], figure(one["value"]), one["note"] or "")
            for one in found["contributions"]
        ),
    )
