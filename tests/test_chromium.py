"""Which Chromium the browser tests drive."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import chromium
from tools.chromium import find_chromium, find_whole_chromium

Install = Callable[..., Path]


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """Forget what was found, before and after: it is looked for once per process."""
    _forget_now()
    yield
    _forget_now()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a browser on the path, the only place to look; it starts, or fails like a snap's placeholder."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.delenv("WORKBOOK_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "MAC_APPS", ())
    monkeypatch.setattr(chromium, "SHELLS", tuple(f"our-{name}" for name in chromium.SHELLS))
    monkeypatch.setattr(chromium, "NAMES", tuple(f"our-{name}" for name in chromium.NAMES))
    monkeypatch.setattr(chromium, "_playwrights_own", lambda **_: None)

    def put(name: str, *, starts: bool = True) -> Path:
        path = tmp_path / f"our-{name}"
        path.write_text(f"#!/bin/sh\nexit {0 if starts else 1}\n")
        path.chmod(0o755)
        return path

    return put


def test_the_headless_shell_is_preferred_and_the_whole_browser_stays_available(install: Install) -> None:
    whole, shell = install("chromium"), install("chromium-headless-shell")
    assert (find_chromium(), find_whole_chromium()) == (str(shell), str(whole))


def test_without_a_headless_shell_the_whole_browser_is_driven(install: Install) -> None:
    whole = install("chromium")
    install("chromium-headless-shell", starts=False)
    assert (find_chromium(), find_whole_chromium()) == (str(whole), str(whole))


def test_a_headless_shell_never_passes_for_a_whole_browser(install: Install) -> None:
    install("chromium-headless-shell")
    assert find_whole_chromium() is None


def test_the_browser_named_in_the_environment_is_the_only_one_used(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("chromium-headless-shell")
    named = install("chromium")
    monkeypatch.setenv("WORKBOOK_CHROMIUM", str(named))
    assert (find_chromium(), find_whole_chromium()) == (str(named), str(named))
    _forget_now()
    install("chromium", starts=False)
    assert find_chromium() is None


def _forget_now() -> None:
    find_chromium.cache_clear()
    find_whole_chromium.cache_clear()
