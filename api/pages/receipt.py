"""What a receipt code opens: one's own answers, to read, make confidential, or erase."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.links import receipt_viewer
from api.pages.arabic import ARABIC_RECEIPT
from api.pages.notices import notify
from api.pages.posted import Refused, read_posted
from api.pages.rendering import respond
from api.pages.summary import Summary, summarise
from api.pages.texts import accepted_languages, chosen_language, words
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.insights.withdrawals import withdraw_response
from tenants.interviews.models import Confidentiality
from tenants.interviews.receipts import Receipt, get_receipt, tighten_confidentiality
from tenants.questionnaires.forms import Form, field
from tenants.questionnaires.question_types import AnswerState

_ENGLISH_AND_GERMAN: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "title": {"en": "Your answers", "de": "Ihre Antworten"},
        "intro": {
            "en": "With the receipt code you got when you sent your answers you can read them"
            " again, or withdraw and erase them. Nobody else can open them this way, and nobody"
            " is told that you did.",
            "de": "Mit dem Quittungscode, den Sie beim Absenden erhalten haben, können Sie Ihre"
            " Antworten noch einmal lesen oder sie zurückziehen und löschen. Niemand sonst kann"
            " sie so öffnen, und niemand erfährt davon.",
        },
        "code": {"en": "Receipt code", "de": "Quittungscode"},
        "open": {"en": "Show my answers", "de": "Meine Antworten zeigen"},
        "unknown": {
            "en": "No answers belong to this code. Please check it letter by letter; if they were"
            " withdrawn, or deleted unread after 24 months, they are gone.",
            "de": "Zu diesem Code gehören keine Antworten. Bitte prüfen Sie ihn Zeichen für"
            " Zeichen. Zurückgezogene oder nach 24 Monaten ungelesen gelöschte Antworten gibt es"
            " nicht mehr.",
        },
        "waiting": {
            "en": "Anonymous. They still wait, sealed, for others.",
            "de": "Anonym. Sie warten noch versiegelt auf andere.",
        },
        "ATTRIBUTED": {"en": "With your name.", "de": "Mit Ihrem Namen."},
        "CONFIDENTIAL": {"en": "Confidential.", "de": "Vertraulich."},
        "ANONYMOUS": {"en": "Anonymous.", "de": "Anonym."},
        "tighten_title": {"en": "Take your name away", "de": "Ihren Namen wegnehmen"},
        "tighten_body": {
            "en": "Your answers become confidential: from then on only the third party that asked"
            " knows that they are yours. What the organisation has read by then it has read.",
            "de": "Ihre Antworten werden vertraulich: Dass sie von Ihnen sind, weiß dann nur noch"
            " die unabhängige Stelle, die gefragt hat. Was die Organisation bis dahin gelesen hat,"
            " hat sie gelesen.",
        },
        "tighten": {"en": "Make them confidential", "de": "Vertraulich machen"},
        "withdraw_title": {"en": "Withdraw and erase", "de": "Zurückziehen und löschen"},
        "withdraw_body": {
            "en": "Your answers are erased at once and cannot be brought back. Figures that have"
            " been published by then are not computed anew.",
            "de": "Ihre Antworten werden sofort gelöscht und lassen sich nicht wiederherstellen."
            " Zahlen, die bis dahin veröffentlicht sind, werden nicht neu berechnet.",
        },
        "withdraw": {"en": "Erase my answers", "de": "Meine Antworten löschen"},
        "erased": {"en": "Your answers are erased", "de": "Ihre Antworten sind gelöscht"},
        "erased_body": {
            "en": "They are gone, and the receipt code opens nothing any more.",
            "de": "Sie sind gelöscht, und der Quittungscode öffnet nichts mehr.",
        },
    }
)
TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {name: {**wording, "ar": ARABIC_RECEIPT[name]} for name, wording in _ENGLISH_AND_GERMAN.items()}
)


@dataclass(frozen=True, slots=True)
class Section:
    """The answers to one page, in words."""

    title: str
    answers: list[Summary]


def routes() -> list[BaseRoute]:
    """Return the route: below `/receipt/` the token of the organisation, the same for everybody."""
    return [Route("/receipt/{token}", _handle, methods=["GET", "POST"])]


async def _handle(request: Request) -> Response:
    viewer = receipt_viewer(request.path_params["token"])
    if viewer is None:
        return notify(request, "unknown", HTTPStatus.NOT_FOUND)
    language = chosen_language(
        [
            request.query_params.get("lang"),
            *accepted_languages(request.headers.get("accept-language", "")),
        ],
        TEXTS["title"],
    )
    if request.method != "POST":
        return _ask(language)
    try:
        form = await read_posted(request)
    except Refused as refusal:
        return notify(request, refusal.notice, refusal.status)
    try:
        return await _open(viewer, form, language)
    except (NotFound, InvalidInput, Conflict):
        return _ask(language, is_unknown=True, code=field(form, "receipt_code"))


async def _open(viewer: Viewer, form: Form, language: str) -> Response:
    """Show the answers of a code, after what was asked for: erasing or making confidential."""
    code = field(form, "receipt_code")
    if field(form, "go") == "withdraw":
        await run(withdraw_response, viewer, receipt_code=code)
        return respond("receipt_erased.html", language, own=_own(language))
    if field(form, "go") == "tighten":
        await run(tighten_confidentiality, viewer, receipt_code=code)
    receipt = await run(get_receipt, viewer, receipt_code=code)
    return respond(
        "receipt_shown.html",
        language,
        own=_own(language),
        sections=_sections(receipt, language),
        choice=_choice(receipt, language),
        is_named=receipt.confidentiality is Confidentiality.ATTRIBUTED,
        receipt_code=code,
    )


def _ask(language: str, *, is_unknown: bool = False, code: str = "") -> Response:
    return respond(
        "receipt_asked.html",
        language,
        status=HTTPStatus.NOT_FOUND if is_unknown else HTTPStatus.OK,
        own=_own(language),
        is_unknown=is_unknown,
        receipt_code=code,
    )


def _own(language: str) -> Mapping[str, str]:
    return {name: wording[language] for name, wording in TEXTS.items()}


def _choice(receipt: Receipt, language: str) -> str:
    """Return what was chosen, in words, and that it waits where it does."""
    if receipt.submitted_month is None:
        return TEXTS["waiting"][language]
    return TEXTS[Confidentiality(receipt.confidentiality).value][language]


def _sections(receipt: Receipt, language: str) -> list[Section]:
    """Return what was answered in the version's words, page by page."""
    spoken = chosen_language([language], receipt.definition.languages)
    shown = {
        code: answer
        for code, answer in receipt.answers.items()
        if answer.state is not AnswerState.NOT_SHOWN
    }
    sections = [
        Section(
            page.title[spoken],
            [
                summarise(question, shown[question.code], spoken, words(spoken))
                for question in page.questions
                if question.code in shown
            ],
        )
        for page in receipt.definition.pages
    ]
    return [section for section in sections if section.answers]
