"""What a page hears when it says that it is there: by a request, or on its own line to its kernel."""

from typing import Any

from workbook.server.kernels.manager import WorkbookKernels
from workbook.service.formats.values import Actor
from workbook.service.identity.sittings import Sittings

SIGNED_OUT = {"signed_in": False, "kernel_alive": False, "seconds_left": None}


async def take_pulse(
    sittings: Sittings, kernels: WorkbookKernels, actor: Actor, kernel_id: str, *, active: bool
) -> dict[str, Any]:
    """Note that a page is there, or that somebody did something on it; tell how its sitting stands."""
    mark = sittings.act if active else sittings.beat
    if not mark(actor.sitting_id):
        return SIGNED_OUT
    alive = kernels.belongs_to(kernel_id, actor) and await kernels.is_running(kernel_id)
    if alive and active:
        kernels.note_action(kernel_id)
    left = sittings.idle_seconds_left(actor.sitting_id)
    return {"signed_in": True, "kernel_alive": alive, "seconds_left": left and round(left)}
