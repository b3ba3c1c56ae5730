"""The API as a fixture, for attackers who read what a role may read."""

from tests.api.conftest import ask

__all__ = ["ask"]
