"""The whole environment of a kernel: an allowlist, and what it needs to reach the service."""

import os

from workbook.content.language import MORE

# The variables of the server's environment that a kernel inherits. All others are left out:
# keys, tokens and database addresses are commonly kept in environment variables.
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "SYSTEMROOT", "VIRTUAL_ENV", MORE)
# Before anything is forked: numpy's and arrow's own threads would cost memory per kernel.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS"),
    "1",
)


def kernel_environment(tickets: dict[str, str]) -> dict[str, str]:
    """Return the whole environment of a kernel, given what it needs to reach the service."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return passed | ONE_THREAD | {"PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1"} | tickets
