"""The moderation desk as a page: one text at a time, by keyboard or mouse, script or none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.auth.csrf import FIELD, fits
from api.pages.actions import Shown
from api.pages.excerpts import Place
from api.pages.operations import NoAnswer, ask
from api.pages.posted import Refused, read_posted
from api.pages.rendering import lead_to
from api.requests import BadRequest
from tenants.access import Permission, Viewer
from tenants.errors import NotFound

DESK: Final = Place("desk", "Desk", Permission.EXCERPT_MODERATE)
OPEN, ALL, SECOND = "open", "all", "second"
_NOTHING: Final = "none"
_DIGITS: Final = 9
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*[\s]*|[.!?\n]+\s*")
AUDIENCES: Final = (("HIRING_MANAGER", "m"), ("HR", "h"), ("ORGANISATION", "o"))


@dataclass(frozen=True, slots=True)
class ThemeButton:
    """A theme that one key gives or takes.

    Attributes:
        code: Of the theme.
        label: Its name.
        key: The digit that presses it; empty for those without.
        is_given: Whether the excerpt has it.
        note: What it rests on where it was suggested; None elsewhere.
    """

    code: str
    label: str
    key: str
    is_given: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text: plain, or with something that may have to be taken out.

    Attributes:
        text: What stands there.
        redaction: As the API gives it; None for plain text.
    """

    text: str
    redaction: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ExcerptView:
    """One excerpt as the page shows it.

    Attributes:
        found: As the API gives it.
        marks: Its own text, stretch by stretch.
        paraphrase_marks: Its paraphrase likewise; empty without one.
        themes: Those it has and those that are suggested, the first nine with a digit.
        others: All further themes of the codebook.
        undecided: How many proposals nobody has decided about.
    """

    found: Mapping[str, Any]
    marks: tuple[Mark, ...]
    paraphrase_marks: tuple[Mark, ...]
    themes: tuple[ThemeButton, ...]
    others: tuple[Mapping[str, Any], ...]
    undecided: int


@dataclass(frozen=True, slots=True)
class DeskView:
    """The desk with one text on it.

    Attributes:
        text: As the API gives it; None where nothing is left.
        sentences: The text's sentences with where each begins and ends.
        excerpts: What was made of it.
        show: Which texts are walked through: `open`, `all`, or `second`, for a second coder who
            sees no themes but those that are chosen here.
        at: The place of the text in the order.
        open: How many texts have something left to do.
        all: How many there are.
        next: Where the next text is, if there is one.
        previous: Where the one before is, if there is one.
        agreement: How far two coders agree, in words.
        codebook: The themes that a second coder chooses from.
    """

    text: Mapping[str, Any] | None
    sentences: tuple[tuple[int, int, str], ...]
    excerpts: tuple[ExcerptView, ...]
    show: str
    at: str
    open: int
    all: int
    next: str | None
    previous: str | None
    agreement: str
    codebook: tuple[Mapping[str, Any], ...]


async def show_desk(request: Request, viewer: Viewer) -> Shown | Response:
    """Show the moderation desk with one text on it; without one lead to the first."""
    return await _desk(viewer, request.path_params["slug"], request.query_params)


async def post_desk(request: Request, viewer: Viewer) -> Shown | Response:
    """Take a step at the moderation desk, and show what became of it."""
    slug = request.path_params["slug"]
    try:
        response, problem, here = await post_step(request, viewer, slug)
    except Refused as refusal:
        problem = "This was not sent from this page, so nothing was done. Please try again."
        return await _desk(viewer, slug, {}, problem=problem, status=refusal.status)
    if response is not None:
        return response
    return await _desk(viewer, slug, here, problem=problem, status=HTTPStatus.CONFLICT)


async def _desk(
    viewer: Viewer,
    slug: str,
    query: Mapping[str, str],
    *,
    problem: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Shown | Response:
    data, view = await ask_desk(viewer, slug, query)
    if data["organisation"] is None:
        raise NotFound
    if view is not None and view.text is None and view.next is not None and problem is None:
        return lead_to(view.next)
    context = {"view": view, "problem": problem, "audiences": AUDIENCES, "status": status}
    return Shown(DESK.name, data["organisation"], DESK.name, context)


async def ask_desk(
    viewer: Viewer, slug: str, query: Mapping[str, str]
) -> tuple[dict[str, Any], DeskView | None]:
    """Return what the API says, and the desk; no desk for a role that does not moderate.

    Args:
        viewer: Who looks at it.
        slug: Of which organisation.
        query: `text` and `at` say which text, `show` which others are walked through.

    Raises:
        NoAnswer: The place is none of this list.
    """
    show = query.get("show", OPEN)
    show = show if show in {ALL, SECOND} else OPEN
    data = await ask(
        viewer,
        DESK.name,
        slug=slug,
        id=query.get("text", _NOTHING),
        at=query.get("at"),
        filter={"isOpen": True} if show == OPEN else {},
    )
    organisation = data["organisation"] or {}
    if organisation.get("all") is None:
        return data, None
    text = data["node"] if data["node"] and data["node"].get("text") else None
    beyond = _beyond(organisation["next"], slug, show)
    return data, DeskView(
        text=text,
        sentences=_sentences(text["text"]) if text else (),
        excerpts=tuple(_excerpt(one, organisation["codebook"]) for one in _made(text)),
        show=show,
        at=query.get("at", ""),
        open=organisation["open"]["totalCount"],
        all=organisation["all"]["totalCount"],
        next=beyond,
        previous=_beyond(organisation["previous"], slug, show) if query.get("at") else None,
        agreement=organisation["coderAgreement"]["message"],
        codebook=tuple(one for one in organisation["codebook"] if not one["isRetired"]),
    )


def _made(text: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return list(text["excerpts"] or ()) if text else []


def _beyond(page: Mapping[str, Any], slug: str, show: str) -> str | None:
    """Return where the text at an end of a page of one is."""
    for edge in page["edges"]:
        return address(slug, text=edge["node"]["id"], at=edge["cursor"], show=show)
    return None


def address(slug: str, **query: str) -> str:
    """Return the address of the desk with a text on it."""
    given = {name: value for name, value in query.items() if value}
    return f"/console/{slug}/{DESK.name}?{urlencode(given)}"


def _sentences(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the sentences of a text with their positions, so that a piece can be ticked."""
    return tuple(
        (found.start(), found.end(), found.group().strip())
        for found in _SENTENCE.finditer(text)
        if found.group().strip()
    )


def _excerpt(found: Mapping[str, Any], codebook: list[Mapping[str, Any]]) -> ExcerptView:
    given = list(found["themes"])
    scores = {one["code"]: one for one in found["suggestions"] or ()}
    known = {one["code"]: one for one in codebook}
    usable = [one["code"] for one in codebook if not one["isRetired"]]
    # Digits for what it has and what is suggested, those left for the first of the codebook.
    first = [code for code in dict.fromkeys([*given, *scores]) if code in known]
    first += [code for code in usable if code not in first][: max(0, _DIGITS - len(first))]
    buttons = tuple(
        ThemeButton(
            code=code,
            label=known[code]["label"],
            key=str(index) if index <= _DIGITS else "",
            is_given=code in given,
            note=scores[code]["note"] if code in scores else None,
        )
        for index, code in enumerate(first, 1)
    )
    redactions = found["redactions"] or ()
    return ExcerptView(
        found=found,
        marks=_marks(found["text"], [one for one in redactions if one["ofText"] == "SOURCE"]),
        paraphrase_marks=_marks(
            found["paraphrase"] or "", [one for one in redactions if one["ofText"] != "SOURCE"]
        ),
        themes=buttons,
        others=tuple(one for one in codebook if one["code"] not in first and not one["isRetired"]),
        undecided=sum(one["isAccepted"] is None for one in redactions),
    )


def _marks(text: str, redactions: list[Mapping[str, Any]]) -> tuple[Mark, ...]:
    """Return a text cut where something may have to be taken out."""
    marks, reached = [], 0
    for one in sorted(redactions, key=lambda one: one["begins"]):
        if one["begins"] > reached:
            marks.append(Mark(text[reached : one["begins"]], None))
        marks.append(Mark(text[max(reached, one["begins"]) : one["ends"]], one))
        reached = max(reached, one["ends"])
    if reached < len(text):
        marks.append(Mark(text[reached:], None))
    return tuple(marks)


async def post_step(
    request: Request, viewer: Viewer, slug: str
) -> tuple[Response | None, str, dict[str, str]]:
    """Take a step at the desk.

    Returns:
        Where it leads, or None with what stands in its way; and which text it was about.

    Raises:
        Refused: It was not posted from the page.
        NoAnswer: The API does not answer at all.
    """
    form = await read_posted(request)
    if not fits(request, form.get(FIELD, [""])[-1]):
        raise Refused(HTTPStatus.FORBIDDEN, "stale")
    fields = {name: values[-1] for name, values in form.items()}
    here = {name: fields.get(name, "") for name in ("text", "at", "show")}
    steps = steps_of(form)
    if not steps:
        return None, "These words are not in the excerpt.", here
    if words_to_keep(fields) is not None and steps[0][0] not in {"make", "paraphrase", "undo"}:
        steps.insert(0, step_of({**form, "step": ["paraphrase"]}))
    for operation, given in steps:
        data: dict[str, Any] | None = await ask(viewer, f"desk_{operation}", input=given)
        if data is None:
            return None, "You may not do this here; nothing was done.", {}
        errors = data["outcome"]["userErrors"]
        if errors:
            return None, " ".join(one["message"] for one in errors), here
    if here["show"] == SECOND:
        _, view = await ask_desk(viewer, slug, here)
        return lead_to((view and view.next) or f"/console/{slug}/{DESK.name}"), "", here
    if operation in {"release", "withhold"}:
        _, view = await ask_desk(viewer, slug, here)
        left = view is None or any(one.found["state"] == "DRAFT" for one in view.excerpts)
        if view is not None and not left:
            return lead_to(view.next or f"/console/{slug}/{DESK.name}"), "", here
    return lead_to(address(slug, **here)), "", here


def words_to_keep(fields: Mapping[str, str]) -> str | None:
    """Return words that were typed and not kept yet: no step at the excerpt loses them."""
    typed = fields.get("paraphrase", "").replace("\r\n", "\n").strip()
    return typed if typed != fields.get("kept", "").replace("\r\n", "\n").strip() else None


def _piece(ticked: Sequence[str]) -> dict[str, int]:
    """Return the piece from the first ticked sentence to the last; nothing for the whole text."""
    ends = [int(one) for pair in ticked for one in pair.split("-") if one.isdecimal()]
    return {"begins": min(ends), "ends": max(ends)} if ends else {}


def steps_of(form: Mapping[str, Sequence[str]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the steps that a posted form takes: one, or one for each time that words occur.

    None at all where words are to be taken out that are not there.

    Raises:
        NoAnswer: It is none of the page's.
    """
    fields = {name: values[-1] for name, values in form.items()}
    if fields.get("step") != "add":
        return [step_of(form)]
    words, shown = fields.get("out", "").strip(), fields.get("shown", "").replace("\r\n", "\n")
    spots = re.finditer(re.escape(words), shown) if words else ()
    where = {"excerptId": fields.get("excerpt", "")}
    return [("add", {**where, "begins": one.start(), "ends": one.end()}) for one in spots]


def step_of(  # noqa: PLR0911 - one for each button.
    form: Mapping[str, Sequence[str]],
) -> tuple[str, dict[str, Any]]:
    """Return which step a posted form takes, and its input.

    Raises:
        NoAnswer: It is none of the page's.
    """
    fields = {name: values[-1] for name, values in form.items()}
    step, _, value = fields.get("step", "").partition(":")
    excerpt = {"excerptId": fields.get("excerpt", "")}
    themes = list(form.get("themes", ()))
    match step:
        case "make":
            return "make", {"textId": fields.get("text", ""), **_piece(form.get("piece", ()))}
        case "theme":
            code = value or fields.get("other", "")
            kept = [one for one in themes if one != code]
            added = [code] if code and code not in themes else []
            return "code", {**excerpt, "themes": [*kept, *added]}
        case "second":
            return "code", {
                **excerpt,
                "themes": list(form.get("chosen", ())),
                "asSecondCoder": True,
            }
        case "accept" | "reject":
            ids = {"redactionIds": [value]} if value else {}
            return "resolve", {**excerpt, "accept": step == "accept", **ids}
        case "paraphrase":
            return "paraphrase", {**excerpt, "paraphrase": fields.get("paraphrase") or None}
        case "route":
            return "route", {**excerpt, "audience": value}
        case "release" | "withhold" | "undo":
            return step, excerpt
        case _:
            raise NoAnswer(BadRequest.code, request_id="")
