"""The codebook that every organisation starts from: reasons, strengths and what could be better.

A theme for each decline reason has the reason's controllability, audience and wording
(`tenants.reasons`). The others are what the questionnaire asks for besides reasons: what was good,
what could be better in interviews, interviewers, process and experience, and what drew people.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tenants.reasons import REASONS, Audience, Controllability, DeclineReason
from tenants.themes.codebook import ThemeLine

_D = DeclineReason
# What belongs to the theme of a reason: for whoever codes, and for suggestions from the text.
_OF_REASONS: Final[Mapping[DeclineReason, tuple[str, str]]] = {
    _D.PAY_BASE: (
        "The salary or hourly wage, alone or against another offer, a range or what was expected.",
        "Gehalt oder Stundenlohn, für sich oder im Vergleich zu einem anderen Angebot.",
    ),
    _D.PAY_BONUS_EQUITY: (
        "Bonus, commission, signing bonus, shares or options.",
        "Bonus, Prämie, Provision, Aktien oder Optionen.",
    ),
    _D.BENEFITS: (
        "Holidays, pension, health insurance, parental leave, company car and the like.",
        "Urlaub, Altersvorsorge, Versicherung, Elternzeit, Dienstwagen und Ähnliches.",
    ),
    _D.FACILITIES: (
        "Office, building, workplace, laptop, tools and equipment.",
        "Büro, Gebäude, Arbeitsplatz, Rechner, Werkzeuge und Ausstattung.",
    ),
    _D.LOCATION_COMMUTE: (
        "Where the workplace is, and how long the way there takes by car, train or bus.",
        "Wo der Arbeitsplatz liegt und wie lange der Weg mit Auto, Bahn oder Bus dauert.",
    ),
    _D.RELOCATION: (
        "Having to move house or to another city or country, and the help with it.",
        "Umzug in eine andere Stadt oder ein anderes Land und die Hilfe dabei.",
    ),
    _D.REMOTE_FLEX: (
        "Working from home, days in the office, flexible hours, part time.",
        "Homeoffice, Präsenztage, flexible Arbeitszeit, Teilzeit.",
    ),
    _D.ROLE_SCOPE_UNCLEAR: (
        "What the job is: tasks, responsibilities and goals that stayed vague or changed.",
        "Was die Stelle ist: Aufgaben, Verantwortung und Ziele, die unklar blieben.",
    ),
    _D.LEVEL_TITLE: (
        "Seniority, level, grade or job title that did not fit the experience.",
        "Einstufung, Ebene oder Titel, die nicht zur Erfahrung passten.",
    ),
    _D.GROWTH: (
        "Learning, training, promotion, career path and development.",
        "Lernen, Weiterbildung, Beförderung, Laufbahn und Entwicklung.",
    ),
    _D.TEAM_FIT: (
        "Future colleagues and how one would work together with the team.",
        "Künftige Kolleginnen und Kollegen und die Zusammenarbeit im Team.",
    ),
    _D.MANAGER_RELATION: (
        "The future manager or boss: style, chemistry, trust, interest.",
        "Die künftige Führungskraft: Stil, Chemie, Vertrauen, Interesse.",
    ),
    _D.CULTURE: (
        "Culture, values, hierarchy, diversity, atmosphere, overtime as a habit.",
        "Kultur, Werte, Hierarchie, Vielfalt, Stimmung, Überstunden als Gewohnheit.",
    ),
    _D.STRATEGY_UNCLEAR: (
        "Where the organisation or product is going: strategy, vision, roadmap, plans.",
        "Wohin die Organisation oder das Produkt will: Strategie, Vision, Pläne.",
    ),
    _D.STABILITY: (
        "Job security: layoffs, finances, takeover, fixed term, turnover of staff.",
        "Sicherheit: Entlassungen, Finanzen, Übernahme, Befristung, Fluktuation.",
    ),
    _D.REPUTATION: (
        "What others say: reviews, press, former employees, image.",
        "Was andere sagen: Bewertungen, Presse, frühere Beschäftigte, Ruf.",
    ),
    _D.PROCESS_SLOW: (
        "Waiting: weeks between steps, a decision or contract that took too long.",
        "Warten: Wochen zwischen den Schritten, eine Entscheidung, die zu lange dauerte.",
    ),
    _D.COMMUNICATION_POOR: (
        "No feedback, no answer to mails or calls, silence, not knowing what comes next.",
        "Keine Rückmeldung, keine Antwort auf Mails oder Anrufe, Unklarheit, wie es weitergeht.",
    ),
    _D.INTERVIEW_CONDUCT: (
        "How interviewers behaved: late, unprepared, rude, distracted, inappropriate questions.",
        "Wie sich Interviewende verhielten: verspätet, unvorbereitet, unhöflich, unpassend.",
    ),
    _D.PANEL_UNREPRESENTATIVE: (
        "Who was in the panel: nobody from the team, no woman, nobody who knew the job.",
        "Wer dabei war: niemand aus dem Team, keine Frau, niemand, der die Stelle kannte.",
    ),
    _D.CONFLICTING_MESSAGES: (
        "People said different things about the job, the pay or the plans.",
        "Verschiedene Personen sagten Verschiedenes über Stelle, Gehalt oder Pläne.",
    ),
    _D.TOO_MANY_STAGES: (
        "The number of rounds, interviews or people to convince.",
        "Die Anzahl der Runden, Gespräche oder Personen.",
    ),
    _D.ASSESSMENT_BURDEN: (
        "Tests, take-home tasks, case studies, presentations and the hours they cost.",
        "Tests, Hausaufgaben, Fallstudien, Präsentationen und die Stunden dafür.",
    ),
    _D.OFFER_SURPRISE: (
        "The contract or offer was not what had been promised or talked about.",
        "Vertrag oder Angebot war nicht, was versprochen oder besprochen war.",
    ),
    _D.OFFER_HANDLING: (
        "How the offer came: deadline, pressure, no negotiation, by mail, mistakes in it.",
        "Wie das Angebot kam: Frist, Druck, keine Verhandlung, per Mail, Fehler darin.",
    ),
    _D.OTHER_OFFER: (
        "Another employer was chosen, for whatever was better there.",
        "Ein anderer Arbeitgeber wurde gewählt, was auch immer dort besser war.",
    ),
    _D.COUNTER_OFFER: (
        "The present employer raised pay or position to keep the person.",
        "Der jetzige Arbeitgeber bot mehr Gehalt oder eine bessere Stelle, um zu halten.",
    ),
    _D.STAYED: (
        "Staying in the present job without a new offer there.",
        "Verbleib in der jetzigen Stelle ohne neues Angebot dort.",
    ),
    _D.FAMILY: (
        "Partner, children, care for relatives.",
        "Partnerschaft, Kinder, Pflege von Angehörigen.",
    ),
    _D.HEALTH: ("Illness, health, strain.", "Krankheit, Gesundheit, Belastung."),
    _D.STUDY: (
        "University, doctorate, training, further studies.",
        "Universität, Promotion, Ausbildung, weiteres Studium.",
    ),
    _D.CAREER_CHANGE: (
        "Another profession, field or self-employment.",
        "Ein anderer Beruf, ein anderes Fach oder Selbständigkeit.",
    ),
    _D.VISA: (
        "Visa, work permit, sponsorship, citizenship.",
        "Visum, Arbeitserlaubnis, Aufenthalt, Staatsangehörigkeit.",
    ),
    _D.TIMING: (
        "The moment was wrong: start date, notice period, too early or too late.",
        "Der Zeitpunkt passte nicht: Eintrittstermin, Kündigungsfrist, zu früh, zu spät.",
    ),
    _D.OTHER: (
        "Anything that no other theme says.",
        "Alles, was kein anderes Thema sagt.",
    ),
}
_CAN, _HR, _MANAGER, _ALL = (
    Controllability.CONTROLLABLE,
    Audience.HR,
    Audience.HIRING_MANAGER,
    Audience.ORGANISATION,
)
# Code, audience, English and German label, English and German description.
_BESIDES: Final = (
    (
        "STRENGTH_PEOPLE",
        _ALL,
        ("Strength: the people", "Stärke: die Menschen"),
        (
            "Praise for interviewers, team, manager or recruiter: friendly, open, well prepared.",
            "Lob für Interviewende, Team, Führungskraft: freundlich, offen, gut vorbereitet.",
        ),
    ),
    (
        "STRENGTH_PROCESS",
        _HR,
        ("Strength: the process", "Stärke: das Verfahren"),
        (
            "Praise for the process: quick, clear, well organised, good feedback.",
            "Lob für das Verfahren: schnell, klar, gut organisiert, gute Rückmeldung.",
        ),
    ),
    (
        "STRENGTH_ROLE",
        _MANAGER,
        ("Strength: the job", "Stärke: die Stelle"),
        (
            "Praise for the job: interesting tasks, technology, freedom, responsibility.",
            "Lob für die Stelle: interessante Aufgaben, Technik, Freiheit, Verantwortung.",
        ),
    ),
    (
        "STRENGTH_ORGANISATION",
        _ALL,
        ("Strength: the organisation", "Stärke: die Organisation"),
        (
            "Praise for the organisation: mission, product, culture, reputation, conditions.",
            "Lob für die Organisation: Auftrag, Produkt, Kultur, Ruf, Bedingungen.",
        ),
    ),
    (
        "IMPROVE_INTERVIEWS",
        _MANAGER,
        ("Proposal for the interviews", "Vorschlag für die Gespräche"),
        (
            "What interviews should be like: questions, structure, length, topics.",
            "Wie Gespräche sein sollten: Fragen, Aufbau, Dauer, Themen.",
        ),
    ),
    (
        "IMPROVE_INTERVIEWERS",
        _HR,
        ("Proposal for the interviewers", "Vorschlag für die Interviewenden"),
        (
            "What interviewers should learn or who should be there: training, preparation.",
            "Was Interviewende lernen sollten oder wer dabei sein sollte: Schulung, Vorbereitung.",
        ),
    ),
    (
        "IMPROVE_PROCESS",
        _HR,
        ("Proposal for the process", "Vorschlag für das Verfahren"),
        (
            "What should change in steps, schedule and decisions.",
            "Was sich an Schritten, Terminen und Entscheidungen ändern sollte.",
        ),
    ),
    (
        "IMPROVE_EXPERIENCE",
        _HR,
        ("Proposal for the candidate's experience", "Vorschlag für die Betreuung"),
        (
            "What would make candidates feel welcome: contact, visit, travel, information.",
            "Was Bewerbende willkommen heißt: Ansprechperson, Besuch, Anreise, Information.",
        ),
    ),
    (
        "VALUE_PROPOSITION",
        _ALL,
        ("What drew the candidate", "Was angezogen hat"),
        (
            "Why the person applied or was interested at first.",
            "Warum sich die Person beworben oder anfangs interessiert hat.",
        ),
    ),
)


def _lines() -> tuple[ThemeLine, ...]:
    """Return the themes of reasons first, in the order of the taxonomy, then the others."""
    of_reasons = [
        ThemeLine(
            code=reason.value,
            labels=REASONS[reason].wording,
            descriptions=MappingProxyType({"en": english, "de": german}),
            controllability=REASONS[reason].controllability,
            audience=REASONS[reason].audience,
        )
        for reason, (english, german) in _OF_REASONS.items()
    ]
    besides = [
        ThemeLine(
            code=code,
            labels=MappingProxyType(dict(zip(("en", "de"), labels, strict=True))),
            descriptions=MappingProxyType(dict(zip(("en", "de"), descriptions, strict=True))),
            controllability=_CAN,
            audience=audience,
        )
        for code, audience, labels, descriptions in _BESIDES
    ]
    return (*of_reasons, *besides)


SHARED_THEMES: Final[tuple[ThemeLine, ...]] = _lines()
