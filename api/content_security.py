"""What a page of ours may load and where its forms lead: ourselves, and nothing inline."""

from typing import Final
from urllib.parse import urlsplit

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action {forms}; base-uri 'none';"
    " frame-ancestors 'none'"
)


def content_security_policy(leads_to: str | None = None) -> str:
    """Return the policy of a page.

    Args:
        leads_to: Where the answer to its form may lead on to: browsers hold redirects, too, against
            what the page says of its forms.
    """
    if leads_to is None:
        return _POLICY.format(forms="'self'")
    parts = urlsplit(leads_to)
    # A policy cannot name an address of IPv6.
    origin = f"{parts.scheme}:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"
    return _POLICY.format(forms=f"'self' {origin}")
