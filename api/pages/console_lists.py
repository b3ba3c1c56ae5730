"""The console's lists: filtered by one choice, and walked forwards and backwards by cursors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from api.pages.console_words import in_words
from api.pages.operations import ask
from tenants.access import Permission, Viewer

_ALL: Final = "all"
# Those states are of interest as long as the interview is neither answered nor closed.
_OPEN_CONVERSATIONS: Final = frozenset({"REQUESTED", "SCHEDULED", "UNDER_WAY", "TRIED"})


@dataclass(frozen=True, slots=True)
class ConsoleList:
    """One list of an organisation.

    Attributes:
        name: In addresses, of the operation and of the template.
        title: Its heading.
        permission: What a role needs to see its rows.
        filter_name: The field of the API's filter that takes a choice.
        choices: What can be chosen, as the API spells it and in the order of the page.
        size: Rows on a page.
    """

    name: str
    title: str
    permission: Permission
    filter_name: str
    choices: tuple[str, ...]
    size: int = 20


LISTS: Final = (
    ConsoleList(
        "interviews",
        "Interviews",
        Permission.INTERVIEW_READ,
        "status",
        ("OPENED", "INVITED", "CLOSED"),
    ),
    ConsoleList(
        "conversations",
        "Conversations",
        Permission.RESPONSE_KEY_IN,
        "state",
        ("REQUESTED", "SCHEDULED", "UNDER_WAY", "TRIED", "HELD", "NO_INTERVIEW"),
    ),
    ConsoleList(
        "offers",
        "Offers",
        Permission.OFFER_READ,
        "status",
        (
            "DECLINED",
            "RENEGED",
            "LAPSED",
            "EXTENDED",
            "ACCEPTED",
            "RESCINDED",
            "DRAFT",
            "SUPERSEDED",
        ),
    ),
    ConsoleList(
        "responses",
        "Responses",
        Permission.RESPONSE_READ,
        "confidentiality",
        ("ATTRIBUTED", "CONFIDENTIAL"),
        size=5,
    ),
    ConsoleList(
        "intake",
        "Intake",
        Permission.INTAKE_READ,
        "state",
        ("NEEDS_REVIEW", "WAITING", "APPLIED", "NOT_NEEDED"),
    ),
    ConsoleList(
        "jobs", "Jobs", Permission.JOB_READ, "state", ("FAILED", "RUNNING", "QUEUED", "DONE")
    ),
    ConsoleList(
        "log",
        "Log",
        Permission.AUDIT_READ,
        "action",
        (
            *("PERSON_SIGNED_IN", "SIGN_IN_FAILED", "SIGN_IN_LIMITED"),
            *("CANDIDATE_READ", "RESPONSE_READ"),
        ),
        size=50,
    ),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow a list.

    Attributes:
        words: What it shows.
        count: How many rows it has.
        address: Where it leads.
        is_current: Whether it is what the page shows.
    """

    words: str
    count: int
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of a list.

    Attributes:
        rows: As the API gives them; None for a role that sees none.
        total: How many there are under the choice; None for a role that may not even count.
        choices: How the list can be narrowed.
        previous: Where the page before this one is, if there is one.
        next: Where the page after this one is, if there is one.
    """

    rows: list[dict[str, Any]] | None
    total: int | None
    choices: tuple[Choice, ...]
    previous: str | None
    next: str | None


async def ask_list(
    viewer: Viewer, kind: ConsoleList, slug: str, query: Mapping[str, str]
) -> tuple[dict[str, Any], ListView]:
    """Return what the API says of a page of a list, and the page.

    Args:
        viewer: Who looks at it.
        kind: Which list.
        slug: Of which organisation; the view is empty if the API finds none.
        query: `show` narrows the list; `after` or `before` is a cursor.

    Raises:
        NoAnswer: A cursor is not of this list.
    """
    chosen = query.get("show", _ALL)
    waiting = kind.name == "offers" and chosen == "waiting"
    if chosen not in kind.choices and not waiting:
        chosen = _ALL
    narrowed: dict[str, Any] = {kind.filter_name: [chosen]} if chosen != _ALL else {}
    if kind.name == "conversations" and chosen in _OPEN_CONVERSATIONS:
        narrowed["isOpen"] = True
    before, after = query.get("before"), query.get("after")
    data = await ask(
        viewer,
        kind.name,
        slug=slug,
        filter={"waitingForCandidate": True} if waiting else narrowed,
        before=before,
        after=None if before else after,
        **{"last" if before else "first": kind.size},
    )
    return data, _view(kind, f"/console/{slug}/{kind.name}", chosen, data["organisation"] or {})


def _view(
    kind: ConsoleList, address: str, chosen: str, organisation: Mapping[str, Any]
) -> ListView:
    counts = {
        name: organisation[name]["totalCount"]
        for name in (_ALL, *kind.choices, "waiting")
        if organisation.get(name) is not None
    }
    page = organisation.get("list")
    rows = page["nodes"] if page is not None else None
    info = page["pageInfo"] if page is not None and rows is not None else {}

    def place(**cursor: str) -> str:
        show = {} if chosen == _ALL else {"show": chosen}
        return f"{address}?{urlencode(show | cursor)}"

    return ListView(
        rows=rows,
        total=counts.get(chosen),
        choices=tuple(
            Choice(
                _choice_words(kind, name),
                count,
                address if name == _ALL else f"{address}?show={name}",
                is_current=name == chosen,
            )
            for name, count in counts.items()
            if count or name in (_ALL, chosen)
        ),
        previous=place(before=info["startCursor"]) if info.get("hasPreviousPage") else None,
        next=place(after=info["endCursor"]) if info.get("hasNextPage") else None,
    )


def _choice_words(kind: ConsoleList, name: str) -> str:
    if name == "waiting" and kind.name == "offers":
        return "Candidate not known"
    return "All" if name == _ALL else in_words(name)
