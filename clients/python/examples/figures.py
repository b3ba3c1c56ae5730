"""Prints the newest figures of an organisation, and why some are withheld."""

import os
import sys

from afterword_client import Client
from afterword_client.operations import newest_figures


def main(slug: str) -> None:
    """Show what there is to show."""
    with Client(os.environ["AFTERWORD_URL"], os.environ["AFTERWORD_TOKEN"]) as client:
        organisation = newest_figures(client, slug=slug)["organisation"]
    if organisation is None or organisation["insights"] is None:
        sys.exit(f"{slug} has no figures that are yours to see.")
    insights = organisation["insights"]
    print("from", insights["from"], "to", insights["to"])
    for name, figure in (
        ("decline rate", insights["declineRate"]),
        ("candidate NPS", insights["candidateNps"]),
    ):
        if figure["__typename"] == "Figure":
            print(name, figure["value"], figure["unit"])
        else:
            print(name, "withheld:", figure["message"])


if __name__ == "__main__":
    main(sys.argv[1])
