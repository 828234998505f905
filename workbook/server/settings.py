"""How one server is set up: decided once at the start, never changed while it runs."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from workbook.content import say
from workbook.errors import SetupError

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What `launch` decides and every part of the server reads.

    ``proxy`` is the public address (``https://workbook.example.org``) when a TLS proxy on
    this machine passes requests on; ``lan_address`` is set when the server is shared.
    """

    port: int
    data: Path | None = None
    share: bool = False
    demo: bool = False
    proxy: str = ""
    lan_address: str = ""
    leave_to: str = "/leave"
    notebook: Path | None = None
    kernels_per_person: int = 3

    def __post_init__(self) -> None:
        if self.proxy and urlsplit(self.proxy).scheme != "https":
            raise SetupError(say("server.setup.proxy_needs_https", address=self.proxy))
        if self.share and self.proxy:
            raise SetupError(say("server.setup.share_or_proxy"))
        if self.share and not self.lan_address:
            raise SetupError(say("server.setup.no_network"))

    @property
    def secure(self) -> bool:
        """Whether browsers reach the server over TLS, so cookies may be Secure."""
        return bool(self.share or self.proxy)

    @property
    def listen_on(self) -> str:
        return "0.0.0.0" if self.share else "127.0.0.1"  # noqa: S104  only with TLS, see `share`

    @property
    def hosts(self) -> frozenset[str]:
        """Every ``Host`` header that is ours; any other is a rebinding attack or a mistake."""
        if self.proxy:
            return frozenset({urlsplit(self.proxy).netloc.lower()})
        names = (*LOOPBACK, self.lan_address) if self.share else LOOPBACK
        return frozenset(f"{name}:{self.port}" for name in names)

    @property
    def url(self) -> str:
        """The address to open in this computer's browser."""
        if self.proxy:
            return self.proxy.rstrip("/") + "/"
        scheme = "https" if self.share else "http"
        return f"{scheme}://localhost:{self.port}/"

    @property
    def shared_url(self) -> str:
        """The address for a second device; empty unless shared."""
        return f"https://{self.lan_address}:{self.port}/" if self.share else ""
