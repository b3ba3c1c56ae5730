"""When each scheduled job runs, in UTC: for every organisation, or once for the installation."""

from collections.abc import Mapping
from types import MappingProxyType

# The flush runs once a day at a fixed time, so that its moment tells nothing of a submission's.
SCHEDULE: Mapping[str, str] = MappingProxyType(
    {
        "events.trim": "50 0 * * *",
        # In the morning after editions were published.
        "digests.queue": "30 6 * * *",
        "interviews.close": "5 0 * * *",
        "interviews.flush": "23 2 * * *",
        "integrations.forget_expired": "50 2 * * *",
        # After the flush of the night in which a month ends.
        "insights.publish": "10 3 1 * *",
        # The day before the release, so that everybody has contributed by then.
        "benchmarks.contribute": "40 3 2 1,4,7,10 *",
    }
)
ONCE: Mapping[str, str] = MappingProxyType(
    {
        "audit.seal": "7 * * * *",
        "benchmarks.release": "40 3 3 1,4,7,10 *",
        # Looks every day, and makes a key when there is need.
        "integrations.rotate_keys": "55 2 * * *",
    }
)
"""Jobs of the installation itself, which belong to no organisation."""
