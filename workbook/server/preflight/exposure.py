"""Checks of how the workbook would be reached: never without encryption, never a demo for all."""

import ipaddress
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from workbook.server.preflight.base import Check, Setup, Unsafe, unsafe

_OWN_NAME = "127.0.1.1"


def check_address(setup: Setup) -> Iterator[Unsafe]:
    """Beyond this computer only over TLS."""
    if not setup.share and not _listens_here_only(setup.listens_on):
        yield unsafe("plain_http", address=setup.listens_on)


def check_proxy(setup: Setup) -> Iterator[Unsafe]:
    """Check that the public address is an origin and nothing more, and not this computer."""
    if not setup.proxy:
        return
    address = urlsplit(setup.proxy)
    extra = address.path.strip("/") or address.query or address.fragment or "@" in address.netloc
    if address.scheme != "https" or not address.hostname or extra:
        yield unsafe("proxy_address", address=_without_secrets(setup.proxy))
    elif _leads_nowhere_else(address.hostname):
        yield unsafe("proxy_is_loopback", address=setup.proxy)


def check_demo(setup: Setup) -> Iterator[Unsafe]:
    """Check that a demo, which seats whoever asks, is not opened to a network."""
    if setup.demo and (setup.share or setup.proxy):
        yield unsafe("shared_demo")


def _listens_here_only(address: str) -> bool:
    """Tell whether nobody outside this computer reaches an address; every interface is no such address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _leads_nowhere_else(host: str) -> bool:
    """Tell whether a host leads to this computer only, however it is written: ``127.1`` is an address too."""
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    found = {ipaddress.ip_address(address) for address in _addresses_of(host)}
    return bool(found) and all(_leads_here(address) for address in found)


def _addresses_of(host: str) -> set[str]:
    """Return where a name leads, as far as this computer knows by now; a name may be made known later."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return set()
    # Debian lists a computer's own public name under this one: it says nothing about where others are led.
    return {str(address[0]).partition("%")[0] for *_, address in found} - {_OWN_NAME}


def _leads_here(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or address  # to connect to no address is to connect here
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _without_secrets(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    return scheme + separator + rest.rpartition("@")[2]


CHECKS: tuple[Check, ...] = (check_address, check_proxy, check_demo)
