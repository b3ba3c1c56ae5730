"""Jobs about integrations: new signing keys, and what has expired is forgotten."""

from jobs.actor import Task, actor
from tenants.integrations import signing_keys
from tenants.integrations.token_queries import forget_expired


@actor("integrations.rotate_keys")
async def rotate_keys(task: Task) -> None:
    """Make a new signing key when the one that signs is a month old; drop those of no use."""
    await task.complete(signing_keys.rotate_signing_keys, least_age=signing_keys.KEY_LIFETIME)


@actor("integrations.forget_expired")
async def forget(task: Task) -> None:
    """Delete codes, tokens and grants that have been worthless for a week."""
    await task.complete(forget_expired, organisation_id=task.organisation)
