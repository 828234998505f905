"""Checks of how the workbook would be reached: never without encryption, never a demo for all."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from workbook.server.preflight.base import Check, Setup, Unsafe, unsafe


def check_address(setup: Setup) -> Iterator[Unsafe]:
    """Beyond this computer only over TLS."""
    if not setup.share and not _is_loopback(setup.listens_on):
        yield unsafe("plain_http", address=setup.listens_on)


def check_proxy(setup: Setup) -> Iterator[Unsafe]:
    """Check that the public address is an origin and nothing more, and not this computer."""
    if not setup.proxy:
        return
    address = urlsplit(setup.proxy)
    extra = address.path.strip("/") or address.query or address.fragment or "@" in address.netloc
    if address.scheme != "https" or not address.hostname or extra:
        yield unsafe("proxy_address", address=_without_secrets(setup.proxy))
    elif _is_loopback(address.hostname):
        yield unsafe("proxy_is_loopback", address=setup.proxy)


def check_demo(setup: Setup) -> Iterator[Unsafe]:
    """Check that a demo, which seats whoever asks, is not opened to a network."""
    if setup.demo and (setup.share or setup.proxy):
        yield unsafe("shared_demo")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_secrets(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    return scheme + separator + rest.rpartition("@")[2]


CHECKS: tuple[Check, ...] = (check_address, check_proxy, check_demo)
