"""Who is in the demo: two firms, the organisations, and a person in each role."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import update

from deploy.demo.clients import CLIENTS, Client
from deploy.demo.timeline import first_day
from tenants.access import Role, Viewer
from tenants.keys import Purpose, mac
from tenants.organisations import queries
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole, Organisation
from tenants.questionnaires import service as questionnaires
from tenants.work import Session


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
    DemoPerson(
        "otherConsultant",
        "Consultant of the other firm",
        "Lene Brandt",
        "consultant@klartext.example",
        Role.CONSULTANT,
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
        firm = _client(person.client).firm
        if person.role is Role.CONSULTANT and firm is not None:
            await organisations.join_firm(
                session,
                viewer,
                firm_id=firms[firm],
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
    session: Session,
    viewer: Viewer,
    client: Client,
    *,
    firms: Mapping[str, UUID],
    people: Mapping[str, UUID],
    today: date,
) -> None:
    """Add one organisation with its questionnaire; a firm's client with engagement and members.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        client: Which.
        firms: Ids of the firms by slug.
        people: Ids of the people by address.
        today: The organisation's first day lies its months of history before this month.
    """
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
            region=client.region,
            language=client.language,
        ),
    )
    since = first_day(client, today)
    # It was here before the demo was: editions count their windows from the first day.
    created_at = datetime.combine(since, time(), UTC)
    await questionnaires.install_template(
        session, viewer, organisation_id=organisation_id, published_at=created_at
    )
    await session.execute(
        update(Organisation).where(Organisation.id == organisation_id).values(created_at=created_at)
    )
    if client.firm is not None:
        await _staff(session, viewer, client, firms[client.firm], people, since=since)


async def _staff(
    session: Session,
    viewer: Viewer,
    client: Client,
    firm_id: UUID,
    people: Mapping[str, UUID],
    *,
    since: date,
) -> None:
    """Add the engagement, which names the firm's consultants, and the organisation's members."""
    consultants = [
        person
        for person in PEOPLE
        if person.role is Role.CONSULTANT and _client(person.client).firm == client.firm
    ]
    await organisations.start_engagement(
        session,
        viewer,
        organisation_id=client.organisation_id,
        firm_id=firm_id,
        starts_on=since,
        ends_on=None,
        consultant_ids=tuple(people[person.email] for person in consultants),
    )
    for person in PEOPLE:
        if person.client == client.slug and person.role is not Role.CONSULTANT:
            await organisations.add_member(
                session,
                viewer,
                organisation_id=client.organisation_id,
                person_id=people[person.email],
                role=person.role,
                ats_user_id="92913" if person.role is Role.HIRING_MANAGER else None,
            )
    await session.flush()
