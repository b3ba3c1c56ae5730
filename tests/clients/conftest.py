"""Clients that others wrote, and ours, against a served application."""

from tests.api.subscriptions.conftest import address, served

__all__ = ["address", "served"]
