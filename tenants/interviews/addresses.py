"""An address as it is kept where it must not be readable: a hash that only this key makes."""

from uuid import UUID

from tenants.keys import Purpose, mac


def address_key(organisation_id: UUID, email: str) -> bytes:
    """Return what is kept of an address in an organisation, however its letters are written.

    Another organisation's hash of the same address tells nothing of it.
    """
    return mac(Purpose.ADDRESS, organisation_id.bytes, email.strip().casefold().encode())
