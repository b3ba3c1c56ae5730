"""Which organisations the demo makes: eight that firms serve, and the small ones around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from uuid import UUID, uuid5

from tenants.organisations.models import Industry, Region, SizeBand
from tenants.reasons import DeclineReason

# Ids that are the same in every demo, so that a restart finds what it made.
_NAMESPACE = UUID("6f1c3c52-6c1e-4f8e-9f0c-6a3f5f1f2d11")
# Published: 17.3 % of offers rejected (Glassdoor 2020), 37 % answer an independent collector
# (Trustcruit).
DECLINE_RATE: Final = 0.173
ANSWERED_SHARE: Final = 0.37
MONTHS_SERVED: Final = 24
MONTHS_SMALL: Final = 13


@cache
def demo_id(name: str) -> UUID:
    """Return the id that a thing of the demo always has."""
    return uuid5(_NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong in a department, planted for the insights to find.

    Attributes:
        reason: What its candidates name.
        share: How many of those who answer name it, between 0 and 1.
        lowered: Rows of the process ratings that they rate low.
    """

    reason: DeclineReason
    share: float
    lowered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Department:
    """Where candidates decline, and for what jobs.

    Attributes:
        name: The department.
        location: Where it works.
        titles: Its openings, one requisition each.
        weight: Its part of the client's offers, relative to the others'.
        hiring_manager: Whether the demo's hiring manager hires for it.
        answers: How many answer in a year, none of them anonymously; as many as usual when None.
        finding: What is planted in it.
    """

    name: str
    location: str
    titles: tuple[str, ...]
    weight: float = 1.0
    hiring_manager: bool = False
    answers: int | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client organisation of the demo.

    Attributes:
        slug: Its address; its id follows from it.
        name: Its name.
        firm: Slug of the firm that serves it, if one does.
        industry: Where it stands in the peer catalogue.
        size_band: Likewise.
        region: Likewise.
        language: Its own; a few of its candidates speak the other one.
        declined_offers: A year.
        decline_rate: Declined and lapsed offers among all that were resolved.
        departments: The largest first.
        months: Whole months of history before the current one.
        in_benchmark: Whether it opted in.
        tells_extended: Whether its applicant-tracking system says when an offer was made.
        kindness: What candidates feel for it: points added to how likely they recommend it.
        pace: How long its candidates deliberate, relative to the usual.
        answered_share: How many of the invited answer, between 0 and 1.
        weak_spots: Reasons that its candidates name far more often than others do.
    """

    slug: str
    name: str
    firm: str | None
    industry: Industry
    size_band: SizeBand
    region: Region = Region.EUROPE
    language: str
    declined_offers: int
    decline_rate: float = DECLINE_RATE
    departments: tuple[Department, ...]
    months: int = MONTHS_SERVED
    in_benchmark: bool = True
    tells_extended: bool = True
    kindness: float = 0.0
    pace: float = 1.0
    answered_share: float = ANSWERED_SHARE
    weak_spots: tuple[DeclineReason, ...] = ()

    @property
    def organisation_id(self) -> UUID:
        """The same in every demo."""
        return demo_id(self.slug)

    @property
    def integration_id(self) -> UUID:
        """Of its Greenhouse intake."""
        return demo_id(f"{self.slug}/greenhouse")


def _english(sales: Finding | None = None) -> tuple[Department, ...]:
    return (
        Department("Engineering", "Manchester", ("Software Engineer", "Test Engineer"), 4),
        Department(
            "Sales", "London", ("Account Executive", "Solution Consultant"), 3.5, finding=sales
        ),
        Department("Operations", "Manchester", ("Operations Analyst",), 2.5),
    )


def _german() -> tuple[Department, ...]:
    return (
        Department("Entwicklung", "Hannover", ("Softwareentwicklung", "Konstruktion"), 5),
        Department("Vertrieb", "Frankfurt", ("Vertrieb Innendienst",), 3),
        Department("Verwaltung", "Hannover", ("Controlling",), 2),
    )


_SLOW = Finding(DeclineReason.PROCESS_SLOW, 0.65, ("SPEED", "INFORMATION"))
_PAY = Finding(DeclineReason.PAY_BONUS_EQUITY, 0.75)

CLIENTS: Final = (
    Client(
        slug="northwind-robotics",
        name="Northwind Robotics",
        firm="candour-partners",
        industry=Industry.MANUFACTURING,
        size_band=SizeBand.FROM_1000,
        language="en",
        declined_offers=172,
        decline_rate=0.192,
        departments=(
            Department(
                "Engineering",
                "Leeds",
                ("Controls Engineer", "Software Engineer", "Vision Scientist"),
                5,
                hiring_manager=True,
                finding=_SLOW,
            ),
            Department("Sales", "London", ("Account Executive", "Sales Engineer"), 2.5),
            Department("Operations", "Leeds", ("Production Planner",), 2),
            Department("Legal", "London", ("Contracts Counsel",), 0.5, answers=4),
        ),
        kindness=-0.2,
        pace=1.3,
        weak_spots=(DeclineReason.REMOTE_FLEX, DeclineReason.STRATEGY_UNCLEAR),
    ),
    Client(
        slug="hafen-klinikum",
        name="Hafen Klinikum",
        firm="klartext-beratung",
        industry=Industry.HEALTHCARE,
        size_band=SizeBand.FROM_1000,
        language="de",
        declined_offers=132,
        decline_rate=0.205,
        departments=(
            Department("Pflege", "Hamburg", ("Pflegefachkraft", "Stationsleitung"), 6),
            Department("Ärztlicher Dienst", "Hamburg", ("Assistenzarzt", "Oberärztin"), 2.5),
            Department("Verwaltung", "Hamburg", ("Controlling",), 1.5),
        ),
        tells_extended=False,
        kindness=0.3,
        answered_share=0.38,
        weak_spots=(DeclineReason.TIMING, DeclineReason.TEAM_FIT, DeclineReason.COMMUNICATION_POOR),
    ),
    Client(
        slug="harbour-software",
        name="Harbour Software",
        firm="candour-partners",
        industry=Industry.TECHNOLOGY,
        size_band=SizeBand.FROM_1000,
        language="en",
        declined_offers=140,
        decline_rate=0.168,
        departments=_english(sales=_PAY),
        kindness=0.4,
        pace=0.8,
        answered_share=0.39,
        weak_spots=(DeclineReason.GROWTH, DeclineReason.TOO_MANY_STAGES),
    ),
    Client(
        slug="calder-optics",
        name="Calder Optics",
        firm="candour-partners",
        industry=Industry.MANUFACTURING,
        size_band=SizeBand.FROM_250,
        language="en",
        declined_offers=128,
        decline_rate=0.181,
        departments=_english(),
        weak_spots=(DeclineReason.LOCATION_COMMUTE, DeclineReason.LEVEL_TITLE),
    ),
    Client(
        slug="meridian-cloud",
        name="Meridian Cloud",
        firm="candour-partners",
        industry=Industry.TECHNOLOGY,
        size_band=SizeBand.FROM_250,
        language="en",
        declined_offers=126,
        decline_rate=0.155,
        departments=_english(),
        kindness=0.7,
        pace=0.7,
        answered_share=0.35,
        weak_spots=(DeclineReason.STABILITY, DeclineReason.ASSESSMENT_BURDEN),
    ),
    Client(
        slug="st-alban-hospitals",
        name="St Alban Hospitals",
        firm="candour-partners",
        industry=Industry.HEALTHCARE,
        size_band=SizeBand.FROM_5000,
        language="en",
        declined_offers=150,
        decline_rate=0.186,
        departments=(
            Department("Nursing", "Bristol", ("Staff Nurse", "Ward Manager"), 6),
            Department("Medicine", "Bristol", ("Registrar", "Consultant Physician"), 3),
            Department("Estates", "Bath", ("Facilities Engineer",), 1),
        ),
        kindness=-0.4,
        pace=1.5,
        weak_spots=(DeclineReason.OFFER_HANDLING, DeclineReason.COMMUNICATION_POOR),
    ),
    Client(
        slug="voss-maschinenbau",
        name="Voss Maschinenbau",
        firm="klartext-beratung",
        industry=Industry.MANUFACTURING,
        size_band=SizeBand.FROM_5000,
        language="de",
        declined_offers=136,
        decline_rate=0.163,
        departments=_german(),
        pace=1.2,
        answered_share=0.38,
        weak_spots=(DeclineReason.LOCATION_COMMUTE, DeclineReason.CULTURE),
    ),
    Client(
        slug="nordlicht-systeme",
        name="Nordlicht Systeme",
        firm="klartext-beratung",
        industry=Industry.TECHNOLOGY,
        size_band=SizeBand.FROM_1000,
        language="de",
        declined_offers=126,
        decline_rate=0.149,
        departments=_german(),
        in_benchmark=False,
        kindness=0.2,
        answered_share=0.34,
        weak_spots=(DeclineReason.ROLE_SCOPE_UNCLEAR, DeclineReason.REMOTE_FLEX),
    ),
)
"""The clients of two firms. The first is the demo's own; the last keeps out of the benchmark."""

_SMALL: Final[Mapping[Industry, tuple[str, ...]]] = {
    Industry.MANUFACTURING: (
        "Alder Bearings",
        "Brightwell Pumps",
        "Castell Ceramics",
        "Dorn Werkzeuge",
        "Elmfield Castings",
        "Fjord Composites",
        "Granit Antriebe",
        "Hollin Valves",
    ),
    Industry.TECHNOLOGY: (
        "Inkwell Apps",
        "Juniper Maps",
        "Larkspur Games",
        "Kiefer Software",
        "Mosaic Payments",
        "Nimbus Payroll",
        "Ostara Robotik",
        "Petrel Security",
    ),
    Industry.HEALTHCARE: (
        "Quayside Clinics",
        "Saltmarsh Hospice",
        "Underhill Dental",
        "Rosenhof Pflege",
        "Vale Physiotherapy",
        "Willow Care",
        "Tannenberg Reha",
        "Yarrow Health",
    ),
}
_SPOTS: Final = (
    DeclineReason.PROCESS_SLOW,
    DeclineReason.REMOTE_FLEX,
    DeclineReason.GROWTH,
    DeclineReason.ROLE_SCOPE_UNCLEAR,
    DeclineReason.INTERVIEW_CONDUCT,
)
# The fourth and the seventh of each industry are German; the sixth and the last are far away,
# except that manufacturers are all European, so that the demo's own client has many peers.
_GERMAN_PLACES: Final = (3, 6)
_GERMAN_TEAMS: Final = (("Betrieb", "Fachkraft", "Technik"), ("Verwaltung", "Sachbearbeitung"))
_ENGLISH_TEAMS: Final = (("Operations", "Specialist", "Technician"), ("Office", "Coordinator"))
_REGIONS: Final = (*(Region.EUROPE,) * 5, Region.AMERICAS, Region.EUROPE, Region.OCEANIA)


def _small(industry: Industry, place: int, name: str) -> Client:
    """Return one of the small organisations; what differs between them follows from its place."""
    german = place in _GERMAN_PLACES
    place_name = name.split(maxsplit=1)[0]
    works, office = _GERMAN_TEAMS if german else _ENGLISH_TEAMS
    return Client(
        slug=name.lower().replace(" ", "-"),
        name=name,
        firm=None,
        industry=industry,
        size_band=SizeBand.FROM_250 if place % 2 else SizeBand.UNDER_250,
        region=Region.EUROPE if industry is Industry.MANUFACTURING else _REGIONS[place],
        language="de" if german else "en",
        declined_offers=17 + place,
        decline_rate=0.10 + 0.026 * ((place * 5) % 8) + 0.01 * (len(name) % 3),
        departments=(
            Department(works[0], place_name, works[1:], 6),
            Department(office[0], place_name, office[1:], 4),
        ),
        months=MONTHS_SMALL,
        kindness=((place * 3) % 8 - 3.5) / 4,
        pace=0.6 + 0.2 * ((place * 7) % 8),
        answered_share=0.30 + 0.02 * ((place * 3) % 8),
        weak_spots=(_SPOTS[place % len(_SPOTS)], _SPOTS[len(name) % len(_SPOTS)]),
    )


NEIGHBOURS: Final = tuple(
    _small(industry, place, name)
    for industry, names in _SMALL.items()
    for place, name in enumerate(names)
)
"""Small organisations without a firm, each a family of its own."""
