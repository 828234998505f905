"""Settings: which hosts are ours, whom a proxy names, and which page makes way on a full server."""

import logging
from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from workbook.errors import SetupError
from workbook.server.kernels.room import OpenPage, Tenure, page_to_end
from workbook.server.pages.page import PageHandler
from workbook.server.preflight import exposure
from workbook.server.preflight.base import Setup
from workbook.server.settings import ServerSettings
from workbook.server.web import headers
from workbook.server.web.headers import Secured

PUBLIC = "https://workbook.example.org"
NEW, BEGUN, KNOWN = Tenure


# -- the Host header ----------------------------------------------------------------------------
def check_host(settings: ServerSettings, host: str) -> str | None:
    """Return the host as handlers see it from then on, or None where it is refused."""

    class Asked(Secured):
        workbook = settings
        request = SimpleNamespace(host=host, headers=HTTPHeaders({"Host": host}))

    asked = Asked()
    return asked.request.headers["Host"] if asked.check_host() else None


@pytest.mark.parametrize(
    ("settings", "host", "seen"),
    [
        (ServerSettings(port=8866, proxy=PUBLIC), "workbook.example.org:443", "workbook.example.org"),
        (ServerSettings(port=8866, proxy=PUBLIC), "Workbook.Example.org", "workbook.example.org"),
        (ServerSettings(port=8866, proxy=f"{PUBLIC}:443"), "workbook.example.org", "workbook.example.org"),
        (ServerSettings(port=8866, proxy=f"{PUBLIC}:8443"), "workbook.example.org", None),
        (
            ServerSettings(port=8866, proxy=f"{PUBLIC}:8443"),
            "workbook.example.org:8443",
            "workbook.example.org:8443",
        ),
        (ServerSettings(port=8866, proxy=PUBLIC), "workbook.example.org:80", None),
        (ServerSettings(port=80), "localhost", "localhost"),
        (ServerSettings(port=80), "[::1]:80", "[::1]"),
        (ServerSettings(port=8866), "localhost", None),
        (ServerSettings(port=443, share=True, lan_address="192.0.2.5"), "192.0.2.5", "192.0.2.5"),
    ],
)
def test_the_usual_port_may_be_named_or_left_out(settings, host, seen):
    assert check_host(settings, host) == seen


def test_a_refused_host_is_logged_once_a_minute_without_its_name(caplog, monkeypatch):
    monkeypatch.setattr(headers, "_told_at", float("-inf"))
    with caplog.at_level(logging.WARNING):
        for n in range(20):
            assert check_host(ServerSettings(port=8866, proxy=PUBLIC), f"evil-{n}.example") is None
    assert len(caplog.records) == 1
    assert "workbook.example.org" in caplog.text and "evil" not in caplog.text


# -- the address ----------------------------------------------------------------------------------
def address(settings: ServerSettings, *named: str) -> str:
    sent = HTTPHeaders()
    for one in named:
        sent.add("X-Forwarded-For", one)

    class Asked:
        address = PageHandler.address
        workbook = settings
        request = SimpleNamespace(headers=sent, remote_ip="127.0.0.1")

    return Asked().address


@pytest.mark.parametrize(
    ("hops", "named", "seen"),
    [
        (1, ["203.0.113.9, 192.0.2.7"], "192.0.2.7"),
        (2, ["203.0.113.9, 192.0.2.7, 198.51.100.1"], "192.0.2.7"),
        (2, ["203.0.113.9", "192.0.2.7, 198.51.100.1"], "192.0.2.7"),
        (2, ["192.0.2.7"], "192.0.2.7"),
        (1, [], "127.0.0.1"),
        (1, ["nonsense"], "unknown"),
    ],
)
def test_the_address_is_what_the_farthest_trusted_proxy_saw(hops, named, seen):
    assert address(ServerSettings(port=1, proxy=PUBLIC, proxy_hops=hops), *named) == seen


def test_without_a_proxy_no_header_is_believed():
    assert address(ServerSettings(port=1), "192.0.2.7") == "127.0.0.1"


@pytest.mark.parametrize(
    "settings", [{"proxy_hops": 0, "proxy": PUBLIC}, {"proxy_hops": 2}, {"proxy_hops": 99, "proxy": PUBLIC}]
)
def test_impossible_hops_are_refused(settings):
    with pytest.raises(SetupError, match="--proxy-hops"):
        ServerSettings(port=1, **settings)


@pytest.mark.parametrize("led_to", [["127.0.1.1"], ["127.0.0.1", "192.0.2.4"], []])
def test_a_computers_own_public_name_may_be_served(monkeypatch, led_to):
    """Debian lists it under 127.0.1.1; and a name may be unknown until its server runs."""
    found = [(0, 0, 0, "", (one, 0)) for one in led_to]
    monkeypatch.setattr(exposure.socket, "getaddrinfo", lambda *_, **__: found)
    assert list(exposure.check_proxy(Setup(proxy=PUBLIC))) == []


# -- a full server ----------------------------------------------------------------------------------
def pages(*held: tuple[str, Tenure]) -> list[OpenPage]:
    return [OpenPage(f"k{n}", address, tenure, float(n)) for n, (address, tenure) in enumerate(held)]


def test_who_has_answered_gets_a_page_from_a_stranger_who_took_all():
    """Also at the same address: a home, a practice, a laboratory."""
    for tenure in (BEGUN, KNOWN):
        assert page_to_end(pages(*[("here", NEW)] * 9), "here", tenure) == "k0"
    assert page_to_end(pages(*[("here", BEGUN)] * 9), "here", KNOWN) == "k0"
    assert page_to_end(pages(*[("here", BEGUN)] * 8, ("here", NEW)), "there", KNOWN) == "k8"


def test_a_newcomer_gets_a_page_from_an_address_that_holds_many_and_keeps_it():
    open_pages = pages(*[("flood", NEW)] * 9)
    for n in range(4):
        taken = page_to_end(open_pages, "home", NEW)
        open_pages = [one for one in open_pages if one.kernel_id != taken]
        open_pages.append(OpenPage(f"home {n}", "home", NEW, 0.0))
    assert page_to_end(open_pages, "home", NEW) is None
    assert page_to_end(open_pages, "flood", NEW) is None, "nor back again"


def test_nobody_takes_a_page_from_their_equals_at_one_address_or_from_who_is_known():
    assert page_to_end(pages(*[("here", NEW)] * 9), "here", NEW) is None
    assert page_to_end(pages(*[("here", KNOWN)] * 9), "there", KNOWN) is None
    assert page_to_end(pages(*[("here", KNOWN)] * 9), "there", NEW) is None


def test_the_page_on_which_nothing_was_done_for_longest_makes_way():
    open_pages = pages(*[("flood", NEW)] * 3)
    open_pages[0].acted = 99.0
    assert page_to_end(open_pages, "home", NEW) == "k1"
