"""When each scheduled job runs, for every organisation, in UTC."""

from collections.abc import Mapping
from types import MappingProxyType

# The flush runs once a day at a fixed time, so that its moment tells nothing of a submission's.
SCHEDULE: Mapping[str, str] = MappingProxyType(
    {
        "interviews.close": "5 0 * * *",
        "interviews.flush": "23 2 * * *",
        # After the flush of the night in which a month ends.
        "insights.publish": "10 3 1 * *",
    }
)
