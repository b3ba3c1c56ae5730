"""Whether the settings can be read, in words for whoever typed a command."""

import os

from pydantic import ValidationError

from deploy.environment import lacks
from deploy.errors import DeployError
from tenants.settings import get_settings


def require_settings(names: tuple[str, ...]) -> None:
    """Return when the settings can be read and one of some variables is set.

    Raises:
        DeployError: They cannot; the message names each variable at fault.
    """
    try:
        get_settings()
    except ValidationError as error:
        message = f"{faults(error)}; afterword --help lists the variables"
        raise DeployError(message) from error
    if lacks(os.environ, names):
        message = f"{' or '.join(names)} is not set; afterword --help lists the variables"
        raise DeployError(message)


def faults(error: ValidationError) -> str:
    """Return which variables are at fault, and how."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors()
    )
