"""What this machine is, and the Python elfin runs on."""

from __future__ import annotations

import sys

from elfin.errors import ElfinError
from elfin.flows.context import Context
from elfin.host.model import Host, Interpreter


def this_machine(context: Context) -> tuple[Host, Interpreter | None]:
    """The running machine, and elfin's own interpreter; None when that cannot be asked."""
    place = context.host
    try:
        return place, context.probe(sys.executable)
    except ElfinError:
        return place, None
