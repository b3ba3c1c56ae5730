"""Prints what happens in an organisation, and loses nothing when a connection breaks."""

import os
import sys

from afterword_client import Client
from afterword_client.operations import watch_organisation, who_am_i


def main(slug: str, after: str | None) -> None:
    """Watch until interrupted."""
    with Client(os.environ["AFTERWORD_URL"], os.environ["AFTERWORD_TOKEN"]) as client:
        found = [one["organisation"] for one in who_am_i(client)["viewer"]["memberships"]]
        ids = [one["id"] for one in found if one is not None and one["slug"] == slug]
        if not ids:
            sys.exit(f"{slug} is unknown, or not yours to see.")
        for told in watch_organisation(client, organisation_id=ids[0], after=after):
            event = told["organisationEvents"]
            if event["__typename"] == "OfferChanged":
                print("offer", event["offer"]["jobTitle"], event["offer"]["status"], flush=True)
            elif event["__typename"] == "ActionChanged":
                print("action", event["action"]["title"], event["action"]["status"], flush=True)
            elif event["__typename"] == "EditionPublished":
                print("edition to", event["edition"]["to"], flush=True)
            elif event["__typename"] == "BenchmarkReleased":
                print("release", event["release"]["number"], flush=True)
            else:
                print("job", event["job"]["name"], event["job"]["state"], flush=True)


if __name__ == "__main__":
    main(sys.argv[1], next(iter(sys.argv[2:]), None))
