"""What a page says of itself to the browser: it loads what is its own, and is nobody else's."""

from __future__ import annotations

from typing import Final

PRIVATE: Final = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""For this machine's eyes: kept by no cache, taken for nothing else, drawn in by no other page."""


def page_headers(*, styles: str = "'self'", images: str = "'self'", frames: str = "'none'") -> dict[str, str]:
    """
    Return the headers of a page that runs its own scripts and asks its own server.

    Args:
        styles: Where its styles may come from.
        images: Where its images may come from.
        frames: Where what it frames may come from.
    """
    policy = (
        f"default-src 'none'; script-src 'self'; style-src {styles}; img-src {images}; connect-src 'self';"
        f" frame-src {frames}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        **PRIVATE,
        "content-security-policy": policy,
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }
