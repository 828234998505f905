"""Loaded by a server that the control of `door` starts: its guards are gone, one and all."""

from jupyter_server.base.handlers import JupyterHandler

import tests.proofs._thrift  # noqa: F401  before anybody takes the real cost
from workbook.server.kernels import websocket
from workbook.server.kernels.manager import WorkbookKernels
from workbook.server.web import identity
from workbook.server.web.headers import Secured
from workbook.service.identity.rate_limit import Tries, Try
from workbook.service.identity.sittings import Sittings

_begin = Sittings.begin


def _use_planted_id(self, actor, key):
    """A sitting whose id anybody can know beforehand."""
    seated = _begin(self, actor, key)
    sitting = self._by_id.pop(seated.sitting_id)
    known = identity.Actor(actor.role, actor.couple_id, actor.person_id, "planted-before")
    sitting.actor = known
    self._by_id["planted-before"] = sitting
    return known


async def _room_for_all(self, actor):
    """As many kernels as somebody likes."""


Secured.set_default_headers = lambda _self: None
Secured.check_host = lambda _self: True
JupyterHandler.check_xsrf_cookie = lambda _self: None
JupyterHandler.check_origin = lambda _self, _origin="": True
websocket.Channels.check_origin = lambda _self, _origin="": True
Tries.charge = lambda _self, _keys, _most=10, **_also: Try()
Sittings.begin = _use_planted_id
WorkbookKernels._make_room = _room_for_all
