import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tenants import db
from tenants.access import Viewer
from tenants.incidents import describe_incident
from tenants.work import Session
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")


async def _fail(session: Session, viewer: Viewer) -> None:
    organisation_id = next(iter(viewer.roles))
    await session.execute(
        text(
            "INSERT INTO candidates (organisation_id, id, first_name)"
            " VALUES (:organisation, gen_random_uuid(), 'Somebody''s name')"
        ),
        {"organisation": organisation_id},
    )


async def test_a_database_error_is_told_without_the_row() -> None:
    client = await make_client()
    with pytest.raises(IntegrityError) as caught:
        await db.run(_fail, client.job)
    told = describe_incident(caught.value)
    assert "Somebody" not in told
    assert told.splitlines()[-1] == "NotNullViolation (23502)"
    assert "test_incidents.py" in told


def test_any_other_error_is_told_with_its_words() -> None:
    told = describe_incident(ValueError("the sealed text does not open with this key"))
    assert told == "ValueError: the sealed text does not open with this key"
