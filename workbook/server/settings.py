"""How one server is set up: decided once at the start, never changed while it runs."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from workbook.errors import SetupError, problem

# Less than a couple can use (each of them and both together, three pages each): then "full" could tell
# one of them that the other is there.
FEWEST_KERNELS = 9
UNHEARD_SECONDS = 40.0  # a reload or a short gap in the network must not cost the page its kernel
LEAST_UNHEARD_SECONDS, MOST_UNHEARD_SECONDS = 5.0, 300.0
KERNEL_BYTES = 100 * 2**20  # what a page with its charts was seen to take, and some to spare
SERVER_BYTES = 2**30  # the server, the process kernels are forked from, a browser on the same computer
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
HTTP_PORT, HTTPS_PORT = 80, 443
MOST_HOPS = 8
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def memory_of_this_computer() -> int:
    """Bytes of memory, or of the share of it that a container may use; 0 where the system won't say."""
    try:
        found = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0
    with suppress(OSError, ValueError):
        found = min(found, int(_CONTAINER_LIMIT.read_text(encoding="ascii")))
    return found


def kernels_that_fit(n_bytes: int | None = None) -> int:
    """Return how many pages may be open at once on a computer of so much memory.

    >>> kernels_that_fit(8 * 2**30), kernels_that_fit(2**30)
    (71, 9)
    """
    memory = memory_of_this_computer() if n_bytes is None else n_bytes
    return max(FEWEST_KERNELS, (memory - SERVER_BYTES) // KERNEL_BYTES)


def _with_default_port(host: str, default: int) -> frozenset[str]:
    """Return a host as browsers may name it: with the usual port of its scheme or without.

    >>> sorted(_with_default_port("workbook.example.org", 443))
    ['workbook.example.org', 'workbook.example.org:443']
    >>> sorted(_with_default_port("localhost:80", 80))
    ['localhost', 'localhost:80']
    """
    bare = host.removesuffix(f":{default}")
    has_port = bare.rpartition("]")[2].count(":") > 0
    return frozenset({bare} if has_port else {bare, f"{bare}:{default}"})


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What `launch` decides and every part of the server reads.

    ``proxy`` is the public address (``https://workbook.example.org``) when a TLS proxy on
    this machine passes requests on; ``lan_address`` is set when the server is shared.
    ``most_kernels`` pages may be open at once, by default as many as the memory holds; a page that
    is closed without a word is kept for ``unheard_seconds``. ``proxy_hops`` proxies stand between this
    server and the person, each of them trusted and each adding to ``X-Forwarded-For``. Where it is a
    ``practice``, therapists can sign in as well.
    """

    port: int
    data: Path | None = None
    share: bool = False
    demo: bool = False
    practice: bool = False
    proxy: str = ""
    lan_address: str = ""
    leave_to: str = "/leave"
    notebook: Path | None = None
    kernels_per_person: int = 3
    most_kernels: int = field(default_factory=kernels_that_fit)
    unheard_seconds: float = UNHEARD_SECONDS
    proxy_hops: int = 1

    def __post_init__(self) -> None:
        if self.proxy and urlsplit(self.proxy).scheme != "https":
            raise SetupError(problem("server.setup.proxy_needs_https", address=self.proxy))
        if self.share and self.proxy:
            raise SetupError(problem("server.setup.share_or_proxy"))
        if self.share and not self.lan_address:
            raise SetupError(problem("server.setup.no_network"))
        if not 1 <= self.proxy_hops <= MOST_HOPS or (self.proxy_hops > 1 and not self.proxy):
            raise SetupError(problem("server.setup.proxy_hops", most=MOST_HOPS))
        if self.most_kernels < FEWEST_KERNELS:
            raise SetupError(problem("server.setup.too_few_pages", fewest=FEWEST_KERNELS))
        if not LEAST_UNHEARD_SECONDS <= self.unheard_seconds <= MOST_UNHEARD_SECONDS:
            least, most = int(LEAST_UNHEARD_SECONDS), int(MOST_UNHEARD_SECONDS)
            raise SetupError(problem("server.setup.closed_seconds", least=least, most=most))

    @property
    def has_therapists(self) -> bool:
        """Whether there is a door for therapists."""
        return self.practice or self.demo

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
            return _with_default_port(urlsplit(self.proxy).netloc.lower(), HTTPS_PORT)
        names = (*LOOPBACK, self.lan_address) if self.share else LOOPBACK
        default = HTTPS_PORT if self.share else HTTP_PORT
        return frozenset().union(*(_with_default_port(f"{name}:{self.port}", default) for name in names))

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
