"""Loaded by a server that the control of `floods` starts: keys are derived where answers are saved, at once."""

import asyncio
import functools

from workbook.server.web.turns import Turns


async def _run_at_once(_self, _whose, call, *args, **kwargs):
    work = functools.partial(call, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(None, work)


Turns.run = _run_at_once
