"""Who a request comes from: the sitting that its cookie names, and nothing else."""

from typing import Any

from jupyter_server.auth import IdentityProvider, User
from tornado.web import RequestHandler

from workbook.server.settings import ServerSettings
from workbook.server.web.cookies import cookie_name
from workbook.service.formats.values import Actor
from workbook.service.identity.sittings import Sittings


class Guest(User):
    """Jupyter's idea of a user, carrying ours. Its username is no secret and no name."""

    actor: Actor

    @classmethod
    def of(cls, actor: Actor) -> "Guest":
        guest = cls(username=actor.person_id or actor.couple_id)
        guest.actor = actor
        return guest


def give_cookie(handler: RequestHandler, actor: Actor) -> None:
    """Let this browser be the sitting. Always a fresh id, so none can be planted before."""
    settings: ServerSettings = handler.settings["workbook"]
    handler.set_cookie(
        cookie_name(settings),
        actor.sitting_id,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=settings.secure,
    )


def take_cookie(handler: RequestHandler) -> None:
    """Make this browser a stranger again."""
    settings: ServerSettings = handler.settings["workbook"]
    handler.clear_cookie(
        cookie_name(settings), path="/", httponly=True, samesite="Strict", secure=settings.secure
    )


def actor_of(handler: RequestHandler) -> Actor | None:
    """Return the actor of a request, or None for a stranger."""
    sitting_id = handler.get_cookie(cookie_name(handler.settings["workbook"]))
    sittings: Sittings = handler.settings["sittings"]
    return sittings.find(sitting_id) if sitting_id else None


class SittingIdentity(IdentityProvider):
    """Jupyter's question 'who is this?', answered from the sitting cookie.

    No token, no password, no ``login`` routes: signing in happens on our own pages.
    """

    def get_user(self, handler: Any) -> User | None:
        actor = actor_of(handler)
        return Guest.of(actor) if actor else None

    def get_handlers(self) -> list[Any]:
        return []

    def is_token_authenticated(self, handler: Any) -> bool:
        """Never: a token would lift the cross-site checks."""
        return False

    def should_check_origin(self, handler: Any) -> bool:
        return True

    @property
    def auth_enabled(self) -> bool:
        return True

    @property
    def login_available(self) -> bool:
        return False
