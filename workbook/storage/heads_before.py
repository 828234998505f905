"""The file of heads as it was written before: one line of text for each commit, with a keyed digest.

Read once, at the first start after; then `heads_file` writes it in its own form.
"""

import hashlib
import hmac

from workbook.errors import WrongKeyError, problem
from workbook.storage.chain import Head
from workbook.storage.heads_file import Keys, Standing, damaged

MAGIC = b"workbook-heads-1"


def parse(keys: Keys, content: bytes) -> Standing:
    """Return where such a file stands; a last line that was cut short by a crash is passed over.

    Raises
    ------
    WrongKeyError
        It was written with another key.
    DamagedStoreError
        Another line does not fit its digest.
    """

    def digest(body: bytes) -> bytes:
        return hmac.new(keys.digests, body, hashlib.sha256).hexdigest()[:32].encode()

    header, *lines = content.split(b"\n")
    if not lines:
        return Standing({}, is_new=True)
    if header != MAGIC + b" " + digest(MAGIC):
        is_ours = len(header) == len(MAGIC) + 33
        raise WrongKeyError(problem("errors.storage.wrong_key")) if is_ours else damaged()
    heads: dict[bytes, Head] = {}
    for number, line in enumerate(lines[:-1]):
        body, _, mac = line.rpartition(b" ")
        if not hmac.compare_digest(digest(body), mac):
            if number < len(lines) - 2:
                raise damaged()
            break
        parts = body.decode("ascii").split()
        for tag, n_rows, n_forgotten, link in zip(*(iter(parts),) * 4, strict=True):
            heads[bytes.fromhex(tag)] = Head(int(n_rows), int(n_forgotten), bytes.fromhex(link))
    return Standing(heads)
