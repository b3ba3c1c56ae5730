"""Editions of insights, and the cells that they publish, as nouns of the read graph."""

from datetime import date

from sqlalchemy import ColumnElement, and_, false

from tenants.access import Permission, Reach, Role, Viewer, part_of
from tenants.insights.models import CellKind, Edition, EditionCell
from tenants.insights.part_queries import own_parts
from tenants.nouns import Column, Noun, ToMany, shown_with, within_scopes
from tenants.paging import Ordering

NEWEST_EDITION = (Ordering("NEWEST", Edition.ends_on, date.fromisoformat, descending=True),)

EDITION = Noun(
    name="Edition",
    organisation_id=Edition.organisation_id,
    id=Edition.id,
    visible=shown_with(Permission.INSIGHTS_READ),
    columns={
        "starts_on": Column(Edition.starts_on),
        "ends_on": Column(Edition.ends_on),
        "published_at": Column(Edition.published_at),
        "dimension": Column(Edition.dimension),
        "rules": Column(Edition.rules),
    },
    to_many={
        "cells": ToMany(
            "EditionCell",
            key=EditionCell.edition_id,
            orderings=(Ordering("SEGMENT", EditionCell.segment, str),),
            paged=False,
        )
    },
)


def _visible_cells(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which values of the dimension a role may ask for: all, or its own openings'."""
    reach = part_of(role).segments
    if reach is Reach.ALL:
        return EditionCell.kind == CellKind.SEGMENT
    if reach is Reach.OWN:
        own = own_parts(
            viewer,
            role,
            organisation_id=EditionCell.organisation_id,
            edition_id=EditionCell.edition_id,
        )
        return and_(EditionCell.kind == CellKind.SEGMENT, EditionCell.segment.in_(own))
    return false()


EDITION_CELL = Noun(
    name="EditionCell",
    organisation_id=EditionCell.organisation_id,
    id=EditionCell.edition_id,
    visible=within_scopes(Permission.INSIGHTS_READ, _visible_cells),
    columns={"segment": Column(EditionCell.segment)},
)
