"""GET requests are safe: no address writes, ends or erases anything."""

from tests.server.conftest import PASSPHRASE
from tests.server.test_routes import RULES
from workbook.storage.sqlcipher import HEADS_NAME


def test_get_requests_change_nothing_in_the_store(server, visit):
    ann = visit().begin()
    heads = server.data / HEADS_NAME
    before = heads.read_bytes()
    given = {
        "code": ann.code,
        "name": "Ann",
        "passphrase": PASSPHRASE,
        "new_passphrase": "eight new words here",
    }
    asked = [path for path in RULES if "<" not in path and path != "/workbook"]  # which begins a kernel
    assert len(asked) > 9
    for path in asked:
        ann.client.get(path, params=given)
    assert ann.ask("/api/alive", {}).json()["signed_in"], "the sitting goes on"
    assert heads.read_bytes() == before, "no row was written or destroyed"
    ann.send("/passphrase", **given)
    assert heads.read_bytes() != before  # posted, it does
