"""A questionnaire with a question of every type, and other surroundings of a candidate's form."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect, select

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.models import Interview
from tenants.interviews.submission import InvitationView, get_invitation
from tenants.model import Model, new_id
from tenants.offers.models import Application, Offer
from tenants.questionnaires import service
from tenants.questionnaires.definition import Definition, parse_definition, to_json
from tenants.questionnaires.models import Questionnaire
from tenants.questionnaires.templates import load
from tenants.work import Session
from tests.api.pages.conftest import Site
from tests.factories import Client, Invited

Json = dict[str, Any]


def _say(text: str) -> Json:
    return {"en": text, "de": f"{text} (de)", "ar": f"{text} (ar)"}


def _options(*codes: str) -> list[Json]:
    return [{"code": code, "wording": _say(code.title())} for code in codes]


def _question(code: str, kind: str, **particulars: Any) -> Json:
    return {
        "code": code,
        "type": kind,
        "wording": _say(f"About {code}?"),
        "audience": "HR",
        "required": False,
        **particulars,
    }


_ENDS: Final = {"labels": {"1": _say("low"), "5": _say("high")}, "points": 5}

# Conditions: on a question of the same page, on one that is itself shown by a condition, on an
# earlier page, on the offer.
DOCUMENT: Final[Json] = {
    "title": _say("Everything"),
    "languages": ["en", "de", "ar"],
    "texts": to_json(load("declined_offer_short"))["texts"],
    "pages": [
        {
            "code": "review",
            "title": _say("First page"),
            "questions": [
                _question(
                    "single",
                    "SINGLE_CHOICE",
                    required=True,
                    options=_options("A", "B", "OTHER"),
                    settings={"other_option": "OTHER"},
                ),
                _question(
                    "follow",
                    "SHORT_TEXT",
                    required=True,
                    visible_if={"question": "single", "in": ["B", "OTHER"]},
                    settings={"max_length": 20},
                ),
                _question(
                    "further",
                    "BOOLEAN",
                    visible_if={
                        "all": [
                            {"question": "follow", "answered": True},
                            {"offer": "department", "equals": "Engineering"},
                        ]
                    },
                ),
                _question(
                    "elsewhere",
                    "BOOLEAN",
                    visible_if={"offer": "department", "equals": "Sales"},
                ),
                _question(
                    "several",
                    "MULTIPLE_CHOICE",
                    options=[
                        *_options("X", "Y"),
                        {
                            "code": "Z",
                            "wording": _say("Z"),
                            "visible_if": {"not": {"question": "single", "equals": "A"}},
                        },
                        {"code": "NONE", "wording": _say("None"), "exclusive": True},
                    ],
                    settings={"min_choices": 2, "max_choices": 2},
                ),
            ],
        },
        {
            "code": "second",
            "title": _say("Second page"),
            "questions": [
                _question("yes", "BOOLEAN", required=True),
                _question("rating", "RATING", settings=_ENDS),
                _question(
                    "recommend",
                    "RECOMMENDATION",
                    settings={"labels": {"0": _say("never"), "10": _say("surely")}},
                ),
                _question("matrix", "MATRIX", options=_options("R", "S"), settings=_ENDS),
                _question("ranking", "RANKING", options=_options("P", "Q")),
                _question(
                    "number",
                    "NUMBER",
                    required=True,
                    settings={"minimum": 0, "maximum": 50, "decimals": 1, "unit": _say("days")},
                ),
                _question("day", "DATE", required=True),
                _question(
                    "pay",
                    "MONEY_BAND",
                    options=_options("LOW", "HIGH"),
                    settings={"currency": "EUR", "period": "YEAR", "bounds": [50_000]},
                ),
                _question("month", "MONTH", settings={"earliest": "2020-01-01"}),
                _question(
                    "agreed",
                    "CONSENT",
                    required=True,
                    settings={"statement": _say("I agree")},
                ),
                _question("told", "INFORMATION", help=_say("Only to read")),
                _question("line", "SHORT_TEXT", settings={"max_length": 20}),
                _question(
                    "words",
                    "LONG_TEXT",
                    required=True,
                    settings={"max_length": 200, "privacy_note": _say("No names, please")},
                ),
            ],
        },
        {
            "code": "third",
            "title": _say("Third page"),
            "visible_if": {"question": "yes", "equals": True},
            "questions": [_question("last", "LONG_TEXT", settings={"max_length": 200})],
        },
    ],
}


async def _publish(
    session: Session, _viewer: Viewer, organisation_id: UUID, definition: Definition
) -> None:
    questionnaire = await session.scalar(
        select(Questionnaire).where(Questionnaire.organisation_id == organisation_id)
    )
    assert questionnaire is not None
    await service.add_version(
        session,
        organisation_id=questionnaire.organisation_id,
        questionnaire_id=questionnaire.id,
        definition=definition,
        number=2,
    )


async def publish_instead(client: Client, definition: Definition) -> None:
    """Make the client's later interviews ask another questionnaire."""
    await run(_publish, client.job, client.organisation_id, definition)


async def use_every_type(client: Client) -> None:
    """Make the client's later interviews ask the questionnaire of this module."""
    await publish_instead(client, parse_definition(DOCUMENT))


def _again(row: Model, **changes: Any) -> Any:
    """Return a new row that differs from an old one only by the changes."""
    values = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
    return type(row)(**{**values, **changes})


async def _invite(session: Session, _viewer: Viewer, invited: Invited, count: int) -> None:
    key = invited.client.organisation_id
    interview = await session.get_one(Interview, (key, invited.interview_id))
    offer = await session.get_one(Offer, (key, interview.offer_id))
    application = await session.get_one(Application, (key, offer.application_id))
    for number in range(count):
        ids = [new_id() for _ in range(3)]
        session.add(_again(application, id=ids[0], external_id=f"other-{number}"))
        await session.flush()
        session.add(_again(offer, id=ids[1], application_id=ids[0], external_id=None))
        await session.flush()
        session.add(_again(interview, id=ids[2], offer_id=ids[1]))
    await session.flush()


async def invite_others(invited: Invited, count: int) -> None:
    """Make so many more interviews that count as invited, the quick way."""
    await run(_invite, invited.client.job, invited, count)


async def saved(candidate: Invited) -> InvitationView:
    return await run(get_invitation, candidate.viewer)


async def answer_all(site: Site, candidate: Invited, *, lang: str = "en") -> None:
    """Answer what is required, page by page, up to the choice of confidentiality."""
    at = f"/i/{candidate.token}"
    first = {"main_reason": "PAY_BASE", "destination": "STUDY"}
    for page, values in (
        ("decision", first),
        ("role_and_organisation", {}),
        ("process", {"recommendation": "9"}),
        ("observations", {}),
        ("anything_else", {"other": "Nothing else."}),
    ):
        assert (await site.post(f"{at}/{page}?lang={lang}", values)).status_code == 303
