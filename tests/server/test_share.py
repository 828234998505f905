"""Sharing with a second device: TLS only, and words that identify the computer."""

import re
import ssl
import stat
import subprocess
import sys

import httpx
import pytest
from cryptography import x509

from tests.server.conftest import PASSPHRASE, Person
from workbook.errors import SetupError
from workbook.server.certificate import certificate_for
from workbook.server.network import bind, free_port, lan_address
from workbook.server.settings import ServerSettings
from workbook.server.testing import running_server
from workbook.service.formats.fingerprint import fingerprint_words


@pytest.fixture(scope="module")
def shared(tmp_path_factory, notebook):
    if not lan_address():
        pytest.skip("this machine has no address but loopback")
    with running_server(tmp_path_factory.mktemp("shared"), "--share", "--notebook", str(notebook)) as running:
        yield running


def test_a_shared_server_speaks_tls_only(shared):
    assert shared.url.startswith("https://")
    with pytest.raises(httpx.TransportError):
        httpx.get(shared.url.replace("https", "http"), trust_env=False)


def test_its_cookies_are_secure_and_bound_to_the_host(shared):
    with httpx.Client(base_url=shared.url, verify=False, timeout=30, trust_env=False) as client:
        ann = Person(client)
        reply = ann.send("/begin", name="Ann", passphrase=PASSPHRASE)
        cookies = reply.headers.get_list("Set-Cookie")
        assert any(cookie.startswith("__Host-sitting=") and "; Secure" in cookie for cookie in cookies)
        assert all(name.startswith("__Host-") for name in client.cookies)
        assert "max-age" in reply.headers["Strict-Transport-Security"]
        assert client.get("/workbook", timeout=60).status_code == 200


def test_the_first_screen_shows_address_qr_code_and_certificate_words(shared):
    host, port = shared.url.split("/")[2].split(":")
    page = httpx.get(shared.url, verify=False, trust_env=False).text
    assert f"https://{lan_address()}:{port}/" in page
    assert "data:image/svg+xml" in page
    der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, int(port))))
    assert fingerprint_words(der) in page


def test_another_device_reaches_the_server_but_not_the_hosts_own_screen(shared):
    port = shared.url.rstrip("/").rpartition(":")[2]
    page = httpx.get(f"https://{lan_address()}:{port}/", verify=False, trust_env=False)
    assert page.status_code == 200
    assert not re.search(r'class="qr"', page.text)


def test_the_certificate_is_kept_private_and_used_again(tmp_path):
    _, words = certificate_for(tmp_path / "tls", "192.0.2.7")
    path = tmp_path / "tls" / "certificate.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert certificate_for(tmp_path / "tls", "192.0.2.7")[1] == words
    assert certificate_for(tmp_path / "tls", "192.0.2.8")[1] != words
    names = x509.load_pem_x509_certificate(path.read_bytes()).extensions
    assert "192.0.2.8" in str(names.get_extension_for_class(x509.SubjectAlternativeName).value)


def test_a_damaged_certificate_is_replaced(tmp_path):
    folder = tmp_path / "tls"
    certificate_for(folder, "192.0.2.7")
    (folder / "certificate.pem").write_text("nonsense")
    assert certificate_for(folder, "192.0.2.7")[1]


def test_without_share_it_listens_on_loopback_only():
    assert ServerSettings(port=1).listen_on == "127.0.0.1"


def test_sharing_without_a_network_is_refused_in_a_sentence():
    with pytest.raises(SetupError, match="local network"):
        ServerSettings(port=1, share=True)


def test_a_public_address_without_tls_is_refused_in_a_sentence():
    with pytest.raises(SetupError, match="https://"):
        ServerSettings(port=1, proxy="http://workbook.example.org")


def test_sharing_and_a_proxy_at_once_are_refused_in_a_sentence():
    with pytest.raises(SetupError, match="Choose one"):
        ServerSettings(port=1, share=True, lan_address="192.0.2.7", proxy="https://workbook.example.org")


def test_a_busy_port_is_reported_with_a_free_one():
    port = free_port()
    with bind("127.0.0.1", port):
        done = subprocess.run(
            [sys.executable, "-m", "workbook.server", "--port", str(port), "--no-browser", "--demo"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert re.fullmatch(
        rf"Port {port} is already in use on this computer\. Try `workbook start --port \d+`\.\n", done.stderr
    )


def test_behind_a_proxy_only_the_public_host_is_served_with_secure_cookies(tmp_path, notebook):
    public = {"Host": "workbook.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.4"}
    options = (
        "--behind-proxy",
        "https://workbook.example.org",
        "--port",
        str(free_port()),
        "--notebook",
        str(notebook),
    )
    with running_server(tmp_path, *options) as running:
        local = f"http://127.0.0.1:{options[3]}/"
        assert running.url == "https://workbook.example.org/"
        assert httpx.get(local, trust_env=False).status_code == 403
        reply = httpx.get(local, headers=public, trust_env=False)
        assert reply.status_code == 200
        assert "; Secure" in reply.headers["Set-Cookie"]
