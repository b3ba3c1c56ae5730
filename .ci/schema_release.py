"""Checks the schema against the last release; with a version, makes it the release.

`python .ci/schema_release.py` fails on a breaking change, and on @deprecated without a date.
`python .ci/schema_release.py 0.2.0` keeps the committed schema as 0.2.0 and writes the changelog.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from api import evolution

SCHEMA = Path(__file__).parent.parent / "api" / "schema.graphql"


def check(schema: str) -> int:
    """Say what no client was warned of; return how the process ends."""
    faults = [
        f"{place} is deprecated without a day (YYYY-MM-DD) until which it stays"
        for place in evolution.undated(schema)
    ]
    known = evolution.releases()
    if known:
        last = known[-1]
        breaking = evolution.changes(last.read_text("utf-8"), schema)["Breaking"]
        faults += [f"breaks clients of {last.stem}: {sentence}" for sentence in breaking]
    for fault in faults:
        print(fault)
    if faults:
        print("To do: keep what is there, deprecate it with a date and add beside it.")
        print("Nobody relies on that release yet? python .ci/schema_release.py VERSION, once more.")
    return 1 if faults else 0


def main() -> int:
    """Check, or release."""
    schema = SCHEMA.read_text("utf-8")
    if len(sys.argv) == 1:
        return check(schema)
    print(evolution.release(sys.argv[1], schema, datetime.now(UTC).date()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
