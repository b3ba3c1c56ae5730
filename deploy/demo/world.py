"""Who is in the demo: two firms, two client organisations, and a person in each role."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from tenants.access import Role, Viewer
from tenants.keys import Purpose, mac
from tenants.organisations import queries
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole, Industry, Region, SizeBand
from tenants.questionnaires import service as questionnaires
from tenants.work import Session

# Ids that are the same in every demo, so that a restart finds what it made.
_NAMESPACE = UUID("6f1c3c52-6c1e-4f8e-9f0c-6a3f5f1f2d11")


def demo_id(name: str) -> UUID:
    """Return the id that a thing of the demo always has."""
    return uuid5(_NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class Department:
    """Where candidates decline, and for what jobs.

    Attributes:
        name: The department.
        location: Where it works.
        titles: Its openings, one requisition each.
        hiring_manager: Whether the demo's hiring manager hires for it.
    """

    name: str
    location: str
    titles: tuple[str, ...]
    hiring_manager: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """A client organisation of the demo."""

    slug: str
    name: str
    firm: str
    industry: Industry
    size_band: SizeBand
    language: str
    declined_offers: int
    departments: tuple[Department, ...]

    @property
    def organisation_id(self) -> UUID:
        """The same in every demo."""
        return demo_id(self.slug)

    @property
    def integration_id(self) -> UUID:
        """Of its Greenhouse intake."""
        return demo_id(f"{self.slug}/greenhouse")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who signs in.

    Attributes:
        key: Name of the token in the demo's JSON.
        title: What is printed before the login.
        name: The person's name.
        email: The address to sign in with.
        role: The part played.
        client: Slug of the organisation, or of the first one that the firm serves.
    """

    key: str
    title: str
    name: str
    email: str
    role: Role
    client: str


FIRMS = {"candour-partners": "Candour Partners", "klartext-beratung": "Klartext Beratung"}

CLIENTS = (
    Client(
        slug="northwind-robotics",
        name="Northwind Robotics",
        firm="candour-partners",
        industry=Industry.MANUFACTURING,
        size_band=SizeBand.FROM_1000,
        language="en",
        declined_offers=140,
        departments=(
            Department(
                "Engineering",
                "Leeds",
                ("Controls Engineer", "Software Engineer", "Vision Scientist"),
                hiring_manager=True,
            ),
            Department("Sales", "London", ("Account Executive", "Sales Engineer")),
            Department("Operations", "Leeds", ("Production Planner",)),
            Department("Legal", "London", ("Contracts Counsel",)),
        ),
    ),
    Client(
        slug="hafen-klinikum",
        name="Hafen Klinikum",
        firm="klartext-beratung",
        industry=Industry.HEALTHCARE,
        size_band=SizeBand.FROM_250,
        language="de",
        declined_offers=24,
        departments=(
            Department("Pflege", "Hamburg", ("Pflegefachkraft", "Stationsleitung")),
            Department("Verwaltung", "Hamburg", ("Controlling",)),
        ),
    ),
)

PEOPLE = (
    DemoPerson(
        "consultant",
        "Consultant",
        "Mara Quinn",
        "consultant@candour.example",
        Role.CONSULTANT,
        "northwind-robotics",
    ),
    DemoPerson(
        "hr",
        "HR",
        "Dana Okafor",
        "hr@northwind.example",
        Role.HR,
        "northwind-robotics",
    ),
    DemoPerson(
        "hiringManager",
        "Hiring manager",
        "Tomás Vidal",
        "manager@northwind.example",
        Role.HIRING_MANAGER,
        "northwind-robotics",
    ),
    DemoPerson(
        "leadership",
        "Leadership",
        "Ingrid Falk",
        "leadership@northwind.example",
        Role.LEADERSHIP,
        "northwind-robotics",
    ),
    DemoPerson(
        "otherHr",
        "HR of another client",
        "Jonas Petersen",
        "hr@hafen.example",
        Role.HR,
        "hafen-klinikum",
    ),
)


def password(person: DemoPerson) -> str:
    """Return a demo login's password, which follows from the secret key of the data folder."""
    digest = mac(Purpose.TOKEN, b"demo password", person.email.encode())
    return base64.b32encode(digest[:10]).decode().lower()


async def make_firms(session: Session, viewer: Viewer) -> dict[str, UUID]:
    """Add firms, people and who belongs to which firm; return the firms' ids by slug."""
    firms = {
        slug: await organisations.create_firm(session, viewer, slug=slug, name=name)
        for slug, name in FIRMS.items()
    }
    await session.flush()
    for person in PEOPLE:
        person_id = await organisations.create_person(
            session, viewer, email=person.email, name=person.name, password=password(person)
        )
        await session.flush()
        if person.role is Role.CONSULTANT:
            await organisations.join_firm(
                session,
                viewer,
                firm_id=firms[_client(person.client).firm],
                person_id=person_id,
                role=FirmRole.CONSULTANT,
            )
    return firms


async def find_people(session: Session, viewer: Viewer) -> dict[str, UUID]:
    """Return the ids of the demo's people by address."""
    found = {}
    for person in PEOPLE:
        row = await queries.find_person_by_email(session, viewer, email=person.email)
        if row is not None:
            found[person.email] = row.id
    return found


def _client(slug: str) -> Client:
    return next(client for client in CLIENTS if client.slug == slug)


async def make_client(
    session: Session, viewer: Viewer, client: Client, *, firm_id: UUID, people: dict[str, UUID]
) -> None:
    """Add one organisation: served by its firm, with its members and its questionnaire."""
    organisation_id = client.organisation_id
    await organisations.create_organisation(
        session,
        viewer,
        organisation_id=organisation_id,
        profile=organisations.OrganisationProfile(
            slug=client.slug,
            name=client.name,
            industry=client.industry,
            size_band=client.size_band,
            region=Region.EUROPE,
            language=client.language,
        ),
    )
    team = [person for person in PEOPLE if person.client == client.slug]
    await organisations.start_engagement(
        session,
        viewer,
        organisation_id=organisation_id,
        firm_id=firm_id,
        starts_on=(datetime.now(UTC) - timedelta(days=800)).date(),
        ends_on=None,
        consultant_ids=tuple(
            people[person.email] for person in team if person.role is Role.CONSULTANT
        ),
    )
    for person in team:
        if person.role is not Role.CONSULTANT:
            await organisations.add_member(
                session,
                viewer,
                organisation_id=organisation_id,
                person_id=people[person.email],
                role=person.role,
                ats_user_id="92913" if person.role is Role.HIRING_MANAGER else None,
            )
    await questionnaires.install_template(session, viewer, organisation_id=organisation_id)
