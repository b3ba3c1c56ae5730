"""One request of a candidate who came by a good link: whose it is, in which language, and where."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.auth.links import candidate_viewer
from api.pages.notices import notify
from api.pages.posted import Refused, read_posted
from api.pages.texts import chosen_language, day_in_words, paragraphs, words
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import LinkExpired, LinkUnusable, LinkUsed
from tenants.interviews.submission import InvitationView, get_invitation
from tenants.interviews.wording import WITHOUT_FIRM, last_day
from tenants.questionnaires.forms import Form, field
from tenants.questionnaires.json_object import Wording
from tenants.questionnaires.texts import Placeholder, TextKey, fill


@dataclass(frozen=True, slots=True)
class Visit:
    """What every handler of the form needs.

    Attributes:
        token: The part of the link that follows `/i/`.
        viewer: The candidate.
        invitation: What the link leads to.
        language: In which the page is.
        returns: Whether to go back to the review after this page.
        form: What was posted; empty when the page was only asked for.
    """

    token: str
    viewer: Viewer
    invitation: InvitationView
    language: str
    returns: bool
    form: Form

    @property
    def words(self) -> Mapping[str, str]:
        """The pages' own texts."""
        return words(self.language)

    @property
    def other_language(self) -> str | None:
        """The language whose button was pressed, if the version has it."""
        wanted = field(self.form, "lang")
        return wanted if wanted in self.invitation.definition.languages else None

    @property
    def goes_back(self) -> bool:
        """Whether the button to go back was pressed."""
        return field(self.form, "go") == "back"

    @property
    def last_day(self) -> str:
        """The last day on which the link works, in words."""
        return day_in_words(last_day(self.invitation.closes_on), self.language)

    def say(self, wording: Wording) -> str:
        """Return a wording of the version."""
        return wording[self.language]

    def text(self, key: TextKey) -> list[str]:
        """Return a text of the version, filled in, by paragraphs."""
        invitation = self.invitation
        filled = fill(
            self.say(invitation.definition.texts[key]),
            {
                Placeholder.FIRST_NAME: invitation.first_name or "",
                Placeholder.ORGANISATION: invitation.organisation,
                Placeholder.FIRM: invitation.firm or WITHOUT_FIRM,
                Placeholder.JOB_TITLE: invitation.job_title or "",
                Placeholder.LINK: "",
                Placeholder.CLOSES_ON: self.last_day,
            },
        )
        return paragraphs(filled)

    def address(
        self,
        step: str | None = None,
        *,
        language: str | None = None,
        returns: bool = False,
        question: str | None = None,
    ) -> str:
        """Return the address of a step, of the first page if none is named.

        Args:
            step: Its code.
            language: Another language than the present one.
            returns: Whether to go back to the review after it.
            question: The code of the question to show on it.
        """
        path = f"/i/{self.token}" if step is None else f"/i/{self.token}/{step}"
        query = {"lang": language or self.language} | ({"then": "review"} if returns else {})
        return f"{path}?{urlencode(query)}" + (f"#q-{question}" if question else "")


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
VisitHandler: TypeAlias = Callable[[Request, Visit], Awaitable[Response]]


def with_visit(
    show: VisitHandler, act: VisitHandler | None = None, *, acts_when_sent: bool = False
) -> Handler:
    """Return a handler of requests that opens the link first, or says kindly why it cannot.

    A link that we did not make and one whose invitation is gone get the same page.

    Args:
        show: What to do when the page is asked for.
        act: What to do when its form is posted.
        acts_when_sent: Whether the link is good for a post even after the answers have been sent.
    """

    async def handle(request: Request) -> Response:
        try:
            if act is None or request.method != "POST":
                return await show(request, await _open_visit(request, {}))
            form = await read_posted(request)
            return await act(request, await _open_visit(request, form, sent_too=acts_when_sent))
        except Refused as refusal:
            return notify(request, refusal.notice, refusal.status)
        except LinkUsed:
            return notify(request, "used", HTTPStatus.GONE)
        except LinkExpired:
            return notify(request, "expired", HTTPStatus.GONE)
        except LinkUnusable:
            return notify(request, "unknown", HTTPStatus.NOT_FOUND)

    return handle


async def _open_visit(request: Request, form: Form, *, sent_too: bool = False) -> Visit:
    token = request.path_params["token"]
    viewer = candidate_viewer(token)
    if viewer is None:
        message = "This link is not valid."
        raise LinkUnusable(message)
    invitation = await run(get_invitation, viewer, sent_too=sent_too)
    wanted = (request.query_params.get("lang"), invitation.saved_language, invitation.language)
    return Visit(
        token=token,
        viewer=viewer,
        invitation=invitation,
        language=chosen_language(wanted, invitation.definition.languages),
        returns=request.query_params.get("then") == "review",
        form=form,
    )
