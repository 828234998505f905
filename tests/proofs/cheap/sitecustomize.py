"""Loaded by the servers of `door` and `guesses`, and by that of `tests/server`."""

import tests.proofs._thrift  # noqa: F401
