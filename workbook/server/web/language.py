"""Tell which language a request is answered in: its sitting's, else what its browser chose or asks for."""

from typing import Any

from workbook.content.language import SOURCE, languages

LANGUAGE_COOKIE = "language"


def language_of(handler: Any) -> str:
    """Return the language of a request.

    Who is signed in has that of their sitting, whatever else this browser chose since: two at one device
    may read two.
    """
    # Not `current_user`: that raises where a request failed before anybody asked whose it is.
    actor = getattr(getattr(handler, "_jupyter_current_user", None), "actor", None)
    chosen = handler.settings["sittings"].language_of(actor.sitting_id) if actor is not None else ""
    chosen = chosen or handler.get_cookie(LANGUAGE_COOKIE) or ""
    return chosen if chosen in languages() else best_of(handler.request.headers.get("Accept-Language", ""))


def choose_language(handler: Any, language: str) -> None:
    """Have this browser begin its next sittings in a language, until it is closed."""
    secure = handler.settings["workbook"].secure
    handler.set_cookie(LANGUAGE_COOKIE, language, path="/", httponly=True, samesite="Strict", secure=secure)


def best_of(wanted: str) -> str:
    """Return the language there is that a browser asks for first; `SOURCE` where it asks for none of them.

    >>> best_of("tlh, en-GB;q=0.8, de;q=0.5")
    'en'
    """
    named = {name.lower(): name for name in languages()}
    for one in sorted(wanted.split(","), key=_weight, reverse=True):
        tag = one.partition(";")[0].strip().lower()
        for name in (tag, tag.partition("-")[0]):
            if name in named:
                return named[name]
    return SOURCE


def _weight(one: str) -> float:
    try:
        return float(one.partition("q=")[2] or 1)
    except ValueError:
        return 0.0
