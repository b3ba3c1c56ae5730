"""When each scheduled job runs, in UTC: for every organisation, or once for the installation."""

from collections.abc import Mapping
from types import MappingProxyType

# The flush runs once a day at a fixed time, so that its moment tells nothing of a submission's.
SCHEDULE: Mapping[str, str] = MappingProxyType(
    {
        "events.trim": "50 0 * * *",
        "interviews.close": "5 0 * * *",
        "interviews.flush": "23 2 * * *",
        # After the flush of the night in which a month ends.
        "insights.publish": "10 3 1 * *",
        # The day before the release, so that everybody has contributed by then.
        "benchmarks.contribute": "40 3 2 1,4,7,10 *",
    }
)
ONCE: Mapping[str, str] = MappingProxyType({"benchmarks.release": "40 3 3 1,4,7,10 *"})
"""Jobs of the installation itself, which belong to no organisation."""
