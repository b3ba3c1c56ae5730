"""Prints every interview of an organisation that is still open, page by page."""

import os
import sys

from afterword_client import Client
from afterword_client.operations import open_interviews


def main(slug: str) -> None:
    """Walk the list until its end."""
    with Client(os.environ["AFTERWORD_URL"], os.environ["AFTERWORD_TOKEN"]) as client:
        after = None
        while True:
            organisation = open_interviews(client, slug=slug, after=after)["organisation"]
            if organisation is None or organisation["interviews"] is None:
                sys.exit(f"{slug} is unknown, or its interviews are not yours to see.")
            page = organisation["interviews"]
            for one in page["nodes"] or []:
                print(one["status"], one["offer"]["jobTitle"], one["closesOn"] or "")
            if not page["pageInfo"]["hasNextPage"]:
                print(page["totalCount"], "in all")
                return
            after = page["pageInfo"]["endCursor"]


if __name__ == "__main__":
    main(sys.argv[1])
