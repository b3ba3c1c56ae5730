"""`afterword rotate-keys`: a new key that signs access tokens, in good time or at once."""

from tenants import db
from tenants.access import Viewer
from tenants.integrations.signing_keys import PUBLISHED_BEFORE, rotate_signing_keys


async def rotate(*, at_once: bool) -> str:
    """Make a new key, and return in words what becomes of the one so far.

    Args:
        at_once: Let it sign now and forget every other.
    """
    async with db.connected(pool_size=1):
        made = await db.run(rotate_signing_keys, Viewer.operator(), at_once=at_once)
    minutes = int(PUBLISHED_BEFORE.total_seconds() // 60)
    if at_once:
        return "a new key signs now; every access token ends within a minute"
    if not made:
        return "a new key is published already and signs within the hour"
    return f"a new key is published and signs in {minutes} minutes; no token ends because of it"
