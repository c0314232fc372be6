"""What a command judged for, as JSON: the place, what was assumed of it, and its Python. One form for every command."""

from __future__ import annotations

from elfin.flows.place import Aim
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def as_json(platform: str | None, aim: Aim) -> dict[str, Any]:
    """The keys `platform` (as typed), `understood`, `notes` and `python`, in this order."""
    interpreter = aim.target.interpreter
    return {
        "platform": platform,
        "understood": aim.place.understood,
        "notes": list(aim.notes),
        "python": {
            "implementation": interpreter.implementation,
            "version": interpreter.version,
            "free_threaded": interpreter.free_threaded,
            "debug": interpreter.debug,
            "executable": None if aim.imagined else interpreter.executable,
        },
    }
