"""The cookies there are, by name, and how those of ours are set."""

from typing import Any

from workbook.server.settings import ServerSettings

LEFT_COOKIE = "notes"  # after a quick exit, for a while: see `sign_out_pages`
ZONE_COOKIE = "zone"  # set by `shell.js`


def cookie_name(settings: ServerSettings) -> str:
    """Under TLS the name itself forbids a Domain and asks for Secure and Path=/."""
    return "__Host-sitting" if settings.secure else "sitting"


def cross_site_settings(settings: ServerSettings) -> dict[str, Any]:
    """Return what Tornado is told about the cross-site token's cookie."""
    options = {"samesite": "Strict", "path": "/", "httponly": True, "secure": settings.secure}
    return {
        "xsrf_cookies": True,
        "xsrf_cookie_name": xsrf_cookie_name(settings),
        "xsrf_cookie_kwargs": options,
    }


def xsrf_cookie_name(settings: ServerSettings) -> str:
    """Return the cross-site token's cookie, by the same rule."""
    return "__Host-xsrf" if settings.secure else "_xsrf"
