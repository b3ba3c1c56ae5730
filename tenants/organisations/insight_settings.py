"""How an organisation's editions are made: which version of its settings says so, and when."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Final

from tenants.disclosure.rules import Dimension, EditionRules
from tenants.organisations.insight_models import InsightSettings
from tenants.settings import get_settings

NUMBERS: Final = tuple(one.name for one in fields(EditionRules) if one.name != "window_months")


def floors() -> EditionRules:
    """Return the least numbers, and the window, of this installation."""
    return EditionRules(minimum=get_settings().disclosure_minimum)


def numbers_since(versions: Sequence[InsightSettings], since: date) -> dict[str, int]:
    """Return each number at the highest that it was in force at since a day.

    Args:
        versions: The oldest first.
        since: The first day on which somebody who is counted may have answered.
    """
    least = floors()
    before = [one for one in versions if one.decided_on < since][-1:]
    after = [one for one in versions if one.decided_on >= since]
    return {name: max(getattr(one, name) for one in (least, *before, *after)) for name in NUMBERS}


def settings_at(versions: Sequence[InsightSettings], starts_on: date) -> InsightSettings | None:
    """Return the version that decides a window that begins on a day, or None before the first.

    Args:
        versions: The oldest first.
        starts_on: First day of the window.
    """
    return next((one for one in reversed(versions) if one.starts_on <= starts_on), None)


def dimension_at(versions: Sequence[InsightSettings], month: date) -> Dimension:
    """Return by what responses of a month are divided."""
    version = settings_at(versions, month)
    return Dimension.DEPARTMENT if version is None else version.dimension
