"""The decline-reason taxonomy: group, controllability, audience and wording of every reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReasonGroup(StrEnum):
    """What a reason is about."""

    PAY_AND_PACKAGE = "PAY_AND_PACKAGE"
    PLACE = "PLACE"
    ROLE_AND_EMPLOYER = "ROLE_AND_EMPLOYER"
    PROCESS = "PROCESS"
    MARKET = "MARKET"
    PERSONAL = "PERSONAL"
    OTHER = "OTHER"


class Controllability(StrEnum):
    """Whether the organisation can do anything about it."""

    CONTROLLABLE = "CONTROLLABLE"
    HARD_TO_CHANGE = "HARD_TO_CHANGE"
    OUTSIDE_CONTROL = "OUTSIDE_CONTROL"


class Audience(StrEnum):
    """Whom a remark is for; each role reads its own."""

    HIRING_MANAGER = "HIRING_MANAGER"
    HR = "HR"
    ORGANISATION = "ORGANISATION"


class DeclineReason(StrEnum):
    """Why a candidate turned an offer down."""

    PAY_BASE = "PAY_BASE"
    PAY_BONUS_EQUITY = "PAY_BONUS_EQUITY"
    BENEFITS = "BENEFITS"
    FACILITIES = "FACILITIES"
    LOCATION_COMMUTE = "LOCATION_COMMUTE"
    RELOCATION = "RELOCATION"
    REMOTE_FLEX = "REMOTE_FLEX"
    ROLE_SCOPE_UNCLEAR = "ROLE_SCOPE_UNCLEAR"
    LEVEL_TITLE = "LEVEL_TITLE"
    GROWTH = "GROWTH"
    TEAM_FIT = "TEAM_FIT"
    MANAGER_RELATION = "MANAGER_RELATION"
    CULTURE = "CULTURE"
    STRATEGY_UNCLEAR = "STRATEGY_UNCLEAR"
    STABILITY = "STABILITY"
    REPUTATION = "REPUTATION"
    PROCESS_SLOW = "PROCESS_SLOW"
    COMMUNICATION_POOR = "COMMUNICATION_POOR"
    INTERVIEW_CONDUCT = "INTERVIEW_CONDUCT"
    PANEL_UNREPRESENTATIVE = "PANEL_UNREPRESENTATIVE"
    CONFLICTING_MESSAGES = "CONFLICTING_MESSAGES"
    TOO_MANY_STAGES = "TOO_MANY_STAGES"
    ASSESSMENT_BURDEN = "ASSESSMENT_BURDEN"
    OFFER_SURPRISE = "OFFER_SURPRISE"
    OFFER_HANDLING = "OFFER_HANDLING"
    OTHER_OFFER = "OTHER_OFFER"
    COUNTER_OFFER = "COUNTER_OFFER"
    STAYED = "STAYED"
    FAMILY = "FAMILY"
    HEALTH = "HEALTH"
    STUDY = "STUDY"
    CAREER_CHANGE = "CAREER_CHANGE"
    VISA = "VISA"
    TIMING = "TIMING"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Reason:
    """What the taxonomy says of one decline reason.

    Attributes:
        group: What it is about.
        controllability: The default, which an organisation may override for itself.
        audience: Whom a remark about it is for, unless a person routes it elsewhere.
        wording: What the candidate reads, by language code.
    """

    group: ReasonGroup
    controllability: Controllability
    audience: Audience
    wording: Mapping[str, str]


def _reason(
    group: ReasonGroup,
    controllability: Controllability,
    audience: Audience,
    *,
    en: str,
    de: str,
) -> Reason:
    """Return one line of the table below, with its wording sealed."""
    return Reason(group, controllability, audience, MappingProxyType({"en": en, "de": de}))


_D = DeclineReason
_G = ReasonGroup
_CAN, _HARD, _CANNOT = (
    Controllability.CONTROLLABLE,
    Controllability.HARD_TO_CHANGE,
    Controllability.OUTSIDE_CONTROL,
)
_MANAGER, _HR, _ALL = Audience.HIRING_MANAGER, Audience.HR, Audience.ORGANISATION

# Where the taxonomy leaves a choice of audience, two rules decide. Whoever can change the thing
# reads of it: the hiring manager the role, the team, the panel and the task set, HR the steps, the
# pace and the offer. And nobody is the first reader of a remark about themselves, so that what is
# said of a manager goes to the organisation and of interviewers to HR. Market reasons are for the
# whole organisation, which competes in it. Personal ones stay with HR: no manager can act on a
# candidate's family or health, so the fewest may read of it. OTHER may say anything, so HR reads it
# first; and nobody has shown yet that it could be changed, so it never counts as controllable.
REASONS: Final[Mapping[DeclineReason, Reason]] = MappingProxyType(
    {
        _D.PAY_BASE: _reason(_G.PAY_AND_PACKAGE, _HARD, _ALL, en="Base pay", de="Grundgehalt"),
        _D.PAY_BONUS_EQUITY: _reason(
            _G.PAY_AND_PACKAGE,
            _HARD,
            _ALL,
            en="Bonus or shares",
            de="Bonus oder Beteiligung",
        ),
        _D.BENEFITS: _reason(
            _G.PAY_AND_PACKAGE,
            _HARD,
            _ALL,
            en="Benefits, such as holidays or pension",
            de="Zusatzleistungen wie Urlaub oder Altersvorsorge",
        ),
        _D.FACILITIES: _reason(
            _G.PAY_AND_PACKAGE,
            _HARD,
            _ALL,
            en="Workplace and equipment",
            de="Arbeitsplatz und Ausstattung",
        ),
        _D.LOCATION_COMMUTE: _reason(
            _G.PLACE, _HARD, _ALL, en="Location or commute", de="Standort oder Arbeitsweg"
        ),
        _D.RELOCATION: _reason(_G.PLACE, _HARD, _ALL, en="Having to move", de="Notwendiger Umzug"),
        _D.REMOTE_FLEX: _reason(
            _G.PLACE,
            _CAN,
            _ALL,
            en="Too little remote work or flexible hours",
            de="Zu wenig Homeoffice oder flexible Arbeitszeit",
        ),
        _D.ROLE_SCOPE_UNCLEAR: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _MANAGER,
            en="Unclear scope of the job",
            de="Unklares Aufgabengebiet",
        ),
        # Levels and titles, and the ways up, are set for the whole organisation.
        _D.LEVEL_TITLE: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Level or job title",
            de="Einstufung oder Stellenbezeichnung",
        ),
        _D.GROWTH: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Too few chances to learn and grow",
            de="Zu wenig Entwicklungsmöglichkeiten",
        ),
        _D.TEAM_FIT: _reason(
            _G.ROLE_AND_EMPLOYER, _CAN, _MANAGER, en="Fit with the team", de="Passung zum Team"
        ),
        # About the hiring manager, so not for the hiring manager first.
        _D.MANAGER_RELATION: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Rapport with the future manager",
            de="Verhältnis zur künftigen Führungskraft",
        ),
        _D.CULTURE: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Culture and values",
            de="Kultur und Werte",
        ),
        _D.STRATEGY_UNCLEAR: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Unclear direction or plans",
            de="Unklare Ausrichtung oder Pläne",
        ),
        _D.STABILITY: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Doubts about job security or stability",
            de="Zweifel an Sicherheit oder Beständigkeit",
        ),
        _D.REPUTATION: _reason(
            _G.ROLE_AND_EMPLOYER,
            _CAN,
            _ALL,
            en="Reputation of the organisation",
            de="Ruf der Organisation",
        ),
        _D.PROCESS_SLOW: _reason(
            _G.PROCESS,
            _CAN,
            _HR,
            en="A process that took too long",
            de="Zu langes Verfahren",
        ),
        _D.COMMUNICATION_POOR: _reason(
            _G.PROCESS,
            _CAN,
            _HR,
            en="Too little information, or too late",
            de="Zu wenige oder zu späte Informationen",
        ),
        # About the interviewers, the hiring manager often among them, so HR reads it first.
        _D.INTERVIEW_CONDUCT: _reason(
            _G.PROCESS,
            _CAN,
            _HR,
            en="The way interviews were conducted",
            de="Art, wie die Gespräche geführt wurden",
        ),
        # The hiring manager picks the panel, briefs it and sets the task.
        _D.PANEL_UNREPRESENTATIVE: _reason(
            _G.PROCESS,
            _CAN,
            _MANAGER,
            en="Interviewers who did not represent the organisation well",
            de="Gesprächsrunde, die die Organisation nicht gut vertrat",
        ),
        _D.CONFLICTING_MESSAGES: _reason(
            _G.PROCESS,
            _CAN,
            _MANAGER,
            en="Conflicting statements from different people",
            de="Widersprüchliche Aussagen verschiedener Personen",
        ),
        _D.TOO_MANY_STAGES: _reason(
            _G.PROCESS,
            _CAN,
            _HR,
            en="Too many interviews or stages",
            de="Zu viele Gespräche oder Stufen",
        ),
        _D.ASSESSMENT_BURDEN: _reason(
            _G.PROCESS,
            _CAN,
            _MANAGER,
            en="Too much effort for tests or tasks",
            de="Zu großer Aufwand für Tests oder Aufgaben",
        ),
        _D.OFFER_SURPRISE: _reason(
            _G.PROCESS,
            _CAN,
            _HR,
            en="An offer that differed from what was discussed",
            de="Angebot, das vom Besprochenen abwich",
        ),
        _D.OFFER_HANDLING: _reason(
            _G.PROCESS,
            _CAN,
            _HR,
            en="The way the offer was made",
            de="Art, wie das Angebot gemacht wurde",
        ),
        _D.OTHER_OFFER: _reason(
            _G.MARKET,
            _CANNOT,
            _ALL,
            en="Another offer",
            de="Ein anderes Angebot",
        ),
        _D.COUNTER_OFFER: _reason(
            _G.MARKET,
            _CANNOT,
            _ALL,
            en="A counter-offer from my employer",
            de="Gegenangebot meines Arbeitgebers",
        ),
        _D.STAYED: _reason(
            _G.MARKET,
            _CANNOT,
            _ALL,
            en="Staying in my present job",
            de="Verbleib in meiner jetzigen Stelle",
        ),
        _D.FAMILY: _reason(_G.PERSONAL, _CANNOT, _HR, en="Family", de="Familie"),
        _D.HEALTH: _reason(_G.PERSONAL, _CANNOT, _HR, en="Health", de="Gesundheit"),
        _D.STUDY: _reason(
            _G.PERSONAL, _CANNOT, _HR, en="Studies or training", de="Studium oder Ausbildung"
        ),
        _D.CAREER_CHANGE: _reason(
            _G.PERSONAL,
            _CANNOT,
            _HR,
            en="A change of career",
            de="Berufliche Neuorientierung",
        ),
        _D.VISA: _reason(
            _G.PERSONAL,
            _CANNOT,
            _HR,
            en="Visa or work permit",
            de="Visum oder Arbeitserlaubnis",
        ),
        _D.TIMING: _reason(_G.PERSONAL, _CANNOT, _HR, en="The timing", de="Der Zeitpunkt"),
        _D.OTHER: _reason(_G.OTHER, _CANNOT, _HR, en="Something else", de="Etwas anderes"),
    }
)
