"""At which value of an edition's dimension a response is counted, as SQL."""

from sqlalchemy import ColumnElement, Text, and_, case

from tenants.insights.models import Edition
from tenants.interviews.models import Response


def counted_by_edition() -> ColumnElement[bool]:
    """Return which edition counts a response."""
    return and_(
        Edition.organisation_id == Response.organisation_id, Edition.id == Response.edition_id
    )


def counted_segment() -> ColumnElement[str | None]:
    """Return the value that a response is counted at by its edition; no value if null.

    Whoever answered while another dimension was in force, and waited, has none of the edition's.
    """
    return case((Response.dimension == Edition.dimension, Response.segment), else_=None).cast(Text)
