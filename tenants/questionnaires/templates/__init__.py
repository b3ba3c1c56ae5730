"""The built-in questionnaires, each a definition in a JSON file beside this module."""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files

from tenants.questionnaires.definition import Definition, parse_definition


class BuiltInTemplate(StrEnum):
    """A questionnaire that everybody has to begin with."""

    DECLINED_OFFER = "declined_offer"
    DECLINED_OFFER_SHORT = "declined_offer_short"
    RENEGED_ACCEPTANCE = "reneged_acceptance"
    WITHDRAWN_APPLICATION = "withdrawn_application"


TEMPLATES = tuple(one.value for one in BuiltInTemplate)


@cache
def load(name: str) -> Definition:
    """Return the built-in questionnaire with the name.

    Args:
        name: One of `TEMPLATES`.

    Raises:
        KeyError: There is no such template.
    """
    if name not in TEMPLATES:
        raise KeyError(name)
    document = files(__package__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    return parse_definition(json.loads(document))
