"""Loaded by the servers of `door` and `guesses`."""

import tests.proofs._thrift  # noqa: F401
