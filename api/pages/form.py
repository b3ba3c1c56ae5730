"""The candidate's form: its addresses and its first page. Everything works without JavaScript."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.answering import answer_page, show_page
from api.pages.methodology import show_own_protection
from api.pages.rather_talk import TALK, ask_for_call, rather_talk, show_talk
from api.pages.rendering import respond
from api.pages.sending import (
    choose_confidentiality,
    send_answers,
    show_confidentiality,
    show_review,
    view_choice,
)
from api.pages.steps import CONFIDENTIALITY, REVIEW, find_way, minutes_needed, resume_at
from api.pages.visit import Visit, with_visit
from tenants.questionnaires.texts import TextKey


def routes() -> list[BaseRoute]:
    """Return the routes of the form: below `/i/`, then the token that the candidate was mailed."""
    start = "/i/{token}"
    both = ["GET", "POST"]
    return [
        Route(start, with_visit(show_welcome), methods=["GET"]),
        Route(
            f"{start}/{CONFIDENTIALITY}",
            with_visit(show_confidentiality, choose_confidentiality),
            methods=both,
        ),
        # A second click, or a repetition after a lost connection, must find the receipt again.
        Route(
            f"{start}/{REVIEW}",
            with_visit(show_review, send_answers, acts_when_sent=True),
            methods=both,
        ),
        Route(f"{start}/protection", show_own_protection, methods=["GET"]),
        Route(f"{start}/{TALK}", with_visit(show_talk, ask_for_call), methods=both),
        Route(f"{start}/{{page}}", with_visit(show_page, answer_page), methods=both),
    ]


async def show_welcome(_request: Request, visit: Visit) -> Response:
    """Show who asks and why, what is promised, and where to begin or to go on."""
    invitation = visit.invitation
    way = find_way(invitation)
    return respond(
        "welcome.html",
        visit.language,
        visit=visit,
        title=visit.say(invitation.definition.title),
        promise=visit.text(TextKey.PROMISE),
        choices=[view_choice(visit, one) for one in invitation.confidentialities],
        minutes=minutes_needed(way.pages),
        count=len(way.steps),
        is_resumed=bool(invitation.answers),
        first=resume_at(invitation),
        talk_address=visit.address(TALK),
        talk=rather_talk(visit),
    )
