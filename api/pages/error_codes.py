"""The page that every error points to: each code with its cause and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.rendering import respond
from tenants.questionnaires.problems import PROBLEM_WORDING


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is behind a code.

    Attributes:
        cause: When it is given.
        remedy: What to do about it.
    """

    cause: str
    remedy: str


_E = Explanation

CODES: Final[Mapping[str, Explanation]] = MappingProxyType(
    {
        "UNAUTHENTICATED": _E(
            "No token was sent, or it is unknown or has expired.",
            "Send Authorization: Bearer with a token that is good.",
        ),
        "FORBIDDEN": _E(
            "Your role in the organisation does not include this; the field is null.",
            "Ask for viewerPermissions first and leave out what is not in it.",
        ),
        "NOT_FOUND": _E(
            "There is no such record, or it is not yours to see; the two are never told apart.",
            "Take ids from what the API has shown you as the same viewer.",
        ),
        "INVALID_INPUT": _E(
            "The input breaks a rule; field says where, message says which.",
            "Correct the field and send again; nothing was changed.",
        ),
        "INVALID_ANSWER": _E(
            "An answer does not fit its question.",
            "See the more exact codes of answers below.",
        ),
        "INVALID_ANSWERS": _E(
            "Some answers are missing or do not fit; nothing was kept.",
            "Each comes as an error of its own, with field [answers, the question's code].",
        ),
        "BAD_CURSOR": _E(
            "The cursor is of another list or another order, or is none of ours.",
            "Use a cursor only with the orderBy it came from; start again without one.",
        ),
        "NOT_INDEPENDENT": _E(
            "The member works in the hiring department, or one of the departments is unknown.",
            "Choose a member of another department; departments are set with the membership.",
        ),
        "ALREADY_ANSWERED": _E(
            "The candidate has answered already, by name or in confidence.",
            "There is nothing left to ask; what was keyed in can still be read for a while.",
        ),
        "ANONYMOUS_NEEDS_FORM": _E(
            "Somebody heard the answers, which therefore cannot be anonymous.",
            "Offer CONFIDENTIAL, or let the candidate use the online form.",
        ),
        "CHANGED_MEANWHILE": _E(
            "Another window, device or person changed the same answers or notes.",
            "Read the interview anew, look at the difference, and save on top of its revision.",
        ),
        "IDEMPOTENCY_KEY_REUSED": _E(
            "The idempotency key came with another input before.",
            "Repeat exactly what you sent, or choose a new key for a new request.",
        ),
        "EXCERPT_NOT_READY": _E(
            "An excerpt cannot be released yet; field says what it lacks: themes or audience.",
            "Code and route it first.",
        ),
        "PARAPHRASE_NEEDED": _E(
            "The candidate asked not to be quoted, or the excerpt is for hiring managers.",
            "Say it in your own words with paraphraseExcerpt first.",
        ),
        "UNRESOLVED_REDACTIONS": _E(
            "Something is proposed to be taken out and nobody has decided yet; field says which.",
            "Take each proposal up or turn it down with resolveRedactions.",
        ),
        "EXCERPT_SETTLED": _E(
            "The excerpt was released or withheld, and stays as it is.",
            "Undo the last step of one that was withheld; a released one can only be withheld.",
        ),
        "NOTHING_TO_UNDO": _E(
            "No step was taken since the excerpt was made, or it was released.",
            "Nothing more to do.",
        ),
        "CONFLICT": _E(
            "The record is in a state in which this cannot be done.",
            "Read it again; the message says what stands in the way.",
        ),
        "INVITED_RECENTLY": _E(
            "The person was invited to another interview of the organisation within six months.",
            "Nobody can overrule it. Invite again when the six months are over.",
        ),
        "OPTED_OUT": _E(
            "The person asked for no more mails on behalf of the organisation.",
            "Nobody can overrule it; the interview stays open without a mail.",
        ),
        "UNDELIVERABLE": _E(
            "The first mail to the only address that is known came back.",
            "Record the candidate's right address, then invite again.",
        ),
        "UNKNOWN_PLACEHOLDER": _E(
            "A text of a mail has a placeholder that nothing fills in.",
            "Use those that the message lists, in braces.",
        ),
        "MISSING_PLACEHOLDER": _E(
            "The body of a mail lacks {link} or {closes_on}.",
            "Put it where the candidate shall find it.",
        ),
        "MISSING_LANGUAGE": _E(
            "A language of the questionnaire has no invitation or no reminder.",
            "Write both in every language that invitationSettings lists.",
        ),
        "UNPUBLISHABLE": _E(
            "The draft cannot be published as it is.",
            "Each finding comes as an error of its own, with its code and place in the content.",
        ),
        "SECRET_ALREADY_SHOWN": _E(
            "The request repeats one that made a secret, which was in the first answer only.",
            "Rotate the secret with another idempotency key if the first answer was lost.",
        ),
        "LINK_UNUSABLE": _E(
            "The candidate's link is not one of ours, or its invitation is gone.",
            "Open the link from the mail as a whole, or ask for a new one.",
        ),
        "LINK_USED": _E(
            "The answers were sent already, with another receipt code.",
            "Nothing more to do; the receipt code opens the response.",
        ),
        "LINK_EXPIRED": _E(
            "The interview is closed.",
            "Nothing more can be sent.",
        ),
        "TOO_MANY_ATTEMPTS": _E(
            "An account or an address has failed to sign in too often.",
            "Wait as many seconds as the header Retry-After says.",
        ),
        "BAD_REQUEST": _E(
            "The request is not one of GraphQL over HTTP; the message says what is wrong with it.",
            "POST a JSON object with query, variables and operationName, in UTF-8.",
        ),
        "GRAPHQL_PARSE_FAILED": _E(
            "The document is no GraphQL.",
            "The message and locations say where it stops making sense.",
        ),
        "GRAPHQL_VALIDATION_FAILED": _E(
            "The document asks for something the schema does not have, or in another way.",
            "Compare with /schema.graphql.",
        ),
        "OPERATION_NOT_FOUND": _E(
            "The document has several operations, or none of the name that was sent.",
            "Send operationName.",
        ),
        "INTROSPECTION_FORBIDDEN": _E(
            "The schema is shown to people who are signed in.",
            "Send a token, or read /schema.graphql.",
        ),
        "DOCUMENT_NOT_FOUND": _E(
            "No manifest that is yours has a document with the id that was sent.",
            "Register the client's manifest before it is released; send the same text's SHA-256.",
        ),
        "DOCUMENT_NOT_TRUSTED": _E(
            "The deployment answers registered documents only, and this is none of them.",
            "Register the client's manifest, and send documentId.",
        ),
        "METHOD_NOT_ALLOWED": _E(
            "By GET came something else than a trusted query or a question about the schema.",
            "Send it by POST, or register its document and send its documentId.",
        ),
        "INCREMENTAL_DELIVERY_UNSUPPORTED": _E(
            "The document has @defer or @stream, and an answer comes as a whole.",
            "Leave them out; ask for what may come later in a request of its own.",
        ),
        "QUERY_TOO_LARGE": _E(
            "The document is deeper, wider or longer than one request may be.",
            "Ask for less at once; walk lists by pages.",
        ),
        "NOT_A_STREAM": _E(
            "A subscription was sent as a request that has one answer.",
            "Use the subprotocol graphql-transport-ws, or POST with Accept: text/event-stream.",
        ),
        "TOO_MANY_SUBSCRIPTIONS": _E(
            "You have as many subscriptions or WebSockets open as one client may.",
            "Close one; one WebSocket carries many subscriptions.",
        ),
        "EVENTS_GONE": _E(
            "You named an event in after, and some that followed it are no longer kept.",
            "Read what you need anew, and go on from the organisation's latestEvent.",
        ),
        "RATE_LIMITED": _E(
            "The budget of points for this minute is spent: yours, or your organisation's.",
            "Wait as many seconds as Retry-After says; extensions.cost says what a request costs.",
        ),
        "TOOK_TOO_LONG": _E(
            "The answer would have taken longer than the installation allows.",
            "Ask for less at once. Repeat a change with its idempotencyKey: it happens once.",
        ),
        "SIGNATURE_INVALID": _E(
            "The signature of a posted event does not belong to its body.",
            "Check the secret in the applicant-tracking system; sign the bytes as they are sent.",
        ),
        "UNREADABLE": _E(
            "A posted event is not JSON, or not one of the system's messages.",
            "Nothing was kept; the sender may repeat it.",
        ),
        "BODY_TOO_LARGE": _E(
            "A posted event is longer than 1 MiB.",
            "Nothing was kept; no event of the system is so long.",
        ),
        "INTERNAL": _E(
            "A fault on our side. It was logged with the requestId, and nothing was changed.",
            "Send again later; tell the operator the requestId if it stays.",
        ),
    }
)


def routes() -> list[BaseRoute]:
    """Return the route of the page."""
    return [Route("/docs/errors", show_codes, methods=["GET"])]


async def show_codes(_request: Request) -> Response:
    """Show every code, those of answers in their own table."""
    answers = {problem.value: wording["en"] for problem, wording in PROBLEM_WORDING.items()}
    return respond("error_codes.html", "en", codes=CODES, answers=answers)
