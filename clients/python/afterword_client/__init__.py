"""A typed client of Afterword's GraphQL API: a function for each operation, from the schema."""

from afterword_client.client import Client, Refused

__all__ = ["Client", "Refused"]
