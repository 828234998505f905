"""What stands on the first page: the same whether the whole server shows it or `workbook.server.front`."""

import secrets
from typing import Any, Literal

from tornado.web import RequestHandler

from workbook.content import lookup, say
from workbook.instruments import catalogue
from workbook.instruments.how_long import minutes_of_all, minutes_to_first_picture
from workbook.server.assets.rendering import page_settings
from workbook.server.settings import ServerSettings

DEMO_PLACES: tuple[Literal["a", "b", "together"], ...] = ("a", "b", "together")
THERAPIST = "therapist"


def landing_values(settings: ServerSettings) -> dict[str, Any]:
    """Return what the first page tells every stranger."""
    places = (*DEMO_PLACES, THERAPIST) if settings.demo else ()
    return {"how": how_it_goes(), "demo_places": {place: say(f"server.demo.{place}") for place in places}}


def how_it_goes() -> list[str]:
    """Return how the workbook goes, sentence by sentence, with the minutes that its questions take."""
    asked = catalogue()
    minutes = {"first": minutes_to_first_picture(asked), "all": minutes_of_all(asked)}
    return [str(line).format(**minutes) for line in lookup("server.landing.how")]


def common_values(handler: RequestHandler, actor: Any = None) -> dict[str, Any]:
    """Return what every page of ours is rendered with; asking for it also sets the cross-site cookie.

    ``once`` distinguishes one rendered form from the next.
    """
    workbook: ServerSettings = handler.settings["workbook"]
    token = handler.xsrf_token.decode()
    settings = page_settings(xsrf=token, leave_to=workbook.leave_to, inside=actor is not None)
    common = {"token": token, "settings": settings, "actor": actor, "workbook": workbook}
    return common | {"once": secrets.token_hex(16)}
