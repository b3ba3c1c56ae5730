"""What the matrices and the tests of isolation say of the codebook and the moderation desk."""

from typing import Any

# Fields of an organisation, in the words of `roles.FIELDS`.
OF_ORGANISATION = {"codebook": "yes yes yes yes"}
# Parts of other types, as `roles.PARTS` has them.
PARTS = {
    "Theme": "code controllability audience isRetired level wordings label description",
    "ThemeWording": "language label description",
    "SaveThemePayload": "theme userErrors",
}
MUTATIONS = {
    # The third party alone keeps the codebook.
    "saveTheme": "ok FORBIDDEN FORBIDDEN FORBIDDEN FORBIDDEN UNAUTHENTICATED NOT_FOUND",
}
PAYLOADS = {"saveTheme": "theme { code }"}


def of_organisation(organisation: str) -> dict[str, dict[str, Any]]:
    """Return an input of each mutation that takes an organisation."""
    theme = {"organisationId": organisation, "code": "PAY_BASE", "controllability": "CONTROLLABLE"}
    return {"saveTheme": theme}
