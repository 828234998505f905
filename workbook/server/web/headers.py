"""What every response carries, and what every request must show before anything else runs."""

import gzip
import logging
import math
import time
from typing import TYPE_CHECKING, Any

from tornado.web import HTTPError, RequestHandler

from workbook.content import speaking
from workbook.errors import WorkbookError, name_defect
from workbook.server.assets.inline_style import inline_style_digest
from workbook.server.settings import ServerSettings
from workbook.server.web.error_pages import write_error
from workbook.server.web.language import language_of

if TYPE_CHECKING:
    _Base = RequestHandler
else:
    _Base = object

_log = logging.getLogger(__name__)
# The digest of the empty text: plotly makes an empty <style> and fills it by script.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "script-src-attr 'none'",
        f"style-src-elem 'self' {_EMPTY_STYLE} {inline_style_digest()}",
        # plotly places its labels by style attributes; they can't run anything.
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not `no-referrer`: browsers would then send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
PRIVATE = "no-store"
A_YEAR = 31_536_000


class Secured(_Base):
    """Mixed into every handler of ours: headers, the Host check, neutral error pages."""

    def set_default_headers(self) -> None:
        for name, value in SECURITY_HEADERS.items():
            self.set_header(name, value)
        self.set_header("Cache-Control", PRIVATE)
        self.clear_header("Server")
        if self.workbook.secure:
            self.set_header("Strict-Transport-Security", f"max-age={A_YEAR}")

    @property
    def workbook(self) -> ServerSettings:
        settings: ServerSettings = self.settings["workbook"]
        return settings

    def check_host(self) -> bool:
        """Tell whether the request names one of our own hosts (DNS rebinding names another)."""
        host, hosts = self.request.host.lower(), self.workbook.hosts
        if host not in hosts:
            _tell_refused(hosts)
            return False
        # A proxy may add the usual port, which a browser leaves out: its `Origin` is compared with this.
        bare = next((one for one in hosts if host.startswith(f"{one}:")), host)
        self.request.host = self.request.headers["Host"] = bare
        return True

    def finish_packed(self, page: str) -> None:
        """Finish with a page that shows nothing of what was sent: only such a one may be packed.

        What is packed together with a secret tells of it by its length, to whoever may choose a part of it.
        """
        body = page.encode()
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            body = gzip.compress(body, 5, mtime=0)
        self.finish(body)

    def compute_etag(self) -> str | None:
        """Return no fingerprint of a private page."""
        return None

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log where an unforeseen error happened: never the request, nor the exception's own words."""
        if not isinstance(value, WorkbookError | HTTPError):
            _log.error("%s", name_defect(value))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write one sentence and a way out; never the exception."""
        with speaking(language_of(self)):
            write_error(self, status_code, kwargs.get("exc_info"))


_told_at = -math.inf


def _tell_refused(hosts: frozenset[str]) -> None:
    """Log which hosts are ours, once a minute at most: never the one asked for, which may say anything."""
    global _told_at  # noqa: PLW0603  one server, one log
    if time.monotonic() - _told_at > 60:
        _told_at = time.monotonic()
        _log.warning(
            "refused a request whose Host is none of ours (%s); a proxy must pass it on unchanged",
            ", ".join(sorted(hosts)),
        )
