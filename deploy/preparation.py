"""Brings the demo's database up to date and fills it, in a process of its own."""

import asyncio
import json

import migrations
from deploy.demo import seed


def main() -> None:
    """Print what the demo hands out as one line of JSON on the standard output."""
    migrations.upgrade()
    print(json.dumps(asyncio.run(seed())))


if __name__ == "__main__":
    main()
