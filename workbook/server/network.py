"""Ports and addresses of this computer."""

import errno
import ipaddress
import socket

from workbook.errors import SetupError, problem

_PRIVATE_PROBE = ("192.0.2.1", 9)  # an address reserved for documentation; connecting UDP sends no packet


def bind(address: str, port: int) -> socket.socket:
    """Return a listening socket, so that a busy port is known before anything else is started.

    Raises
    ------
    SetupError
        The port is in use or not allowed; suggests one that is free.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        busy = getattr(error, "errno", None) == errno.EADDRINUSE
        key = "server.setup.busy_port" if busy else "server.setup.no_port"
        raise SetupError(problem(key, port=port, free=free_port())) from None
    listener.listen(128)
    listener.setblocking(False)
    return listener


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def neighbourhood(address: str) -> str:
    """Return the part of an address that its owner can't change at will: of IPv6 the first half.

    >>> neighbourhood("2001:db8:1:2:3:4:5:6"), neighbourhood("::ffff:192.0.2.7"), neighbourhood("nonsense")
    ('2001:db8:1:2::/64', '192.0.2.7', 'unknown')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))


def lan_address() -> str:
    """Return the computer's own address in the local network; empty when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_PRIVATE_PROBE)
        except OSError:
            return ""
        address = str(probe.getsockname()[0])
    return "" if ipaddress.ip_address(address).is_loopback else address
