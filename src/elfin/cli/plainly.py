"""argparse in English: without the search for translations of its words, a tenth of the way to a command.

Python ships none, so `gettext` and the `locale` it reads look for files that nobody has. A stand-in takes its place
while argparse is imported and only then; whoever else imports gettext gets the real one.
"""

from __future__ import annotations

import sys
from types import ModuleType

_translations = ModuleType("gettext")
_translations.__dict__.update(
    gettext=lambda text: text, ngettext=lambda one, several, count: one if count == 1 else several
)
_known = sys.modules.get("gettext")
sys.modules["gettext"] = _translations if _known is None else _known
import argparse  # noqa: E402 the point of this file

if _known is None:
    del sys.modules["gettext"]

__all__ = ["argparse"]
