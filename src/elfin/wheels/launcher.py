"""The first line of scripts, and the small programs behind console entry points.

Follows the entry points specification and PEP 427 ("#!python"). A first line names the environment's interpreter;
where the kernel could not read such a line (too long, or with a blank in it), /bin/sh starts the interpreter instead.
Refuses paths of interpreters that neither form can name.
"""

from __future__ import annotations

import re

from elfin.errors import Refused

_LONGEST = 127
"""Bytes of a first line that every kernel reads (BINPRM_BUF_SIZE was 128 before Linux 5.1)."""

_UNNAMEABLE = re.compile(r"""[\x00-\x1f\x7f"$`\\]|'''|[\ud800-\udfff]""")
"""In a path, these mean something to the shell or to Python's string quotes, or are not UTF-8."""

_RESERVED = re.compile(
    r"(python|pypy)[0-9.]*[tdw]*|(de)?activate(\.[a-z0-9]+)?|activate_this\.py|pyvenv\.cfg", re.IGNORECASE
)


def first_line(python: str) -> bytes:
    """The start of a script, with its line end, that runs it with `python`.

    Raises Refused when the path cannot be written down in a script.
    """
    if _UNNAMEABLE.search(python):
        raise Refused(f"the interpreter's path has a character that scripts cannot name: {python!a}")
    line = b"#!" + python.encode()
    if len(line) <= _LONGEST and b" " not in line:
        return line + b"\n"
    # Two languages in one: the shell executes the second line, Python sees a string that nobody uses.
    return b"#!/bin/sh\n'''exec' \"" + python.encode() + b'" "$0" "$@"\n\' \'\'\'\n'


def launcher(python: str, target: str) -> bytes:
    """The program of a console entry point `target` ("module:attribute"). Raises Refused as `first_line`."""
    module, _, attribute = target.partition(":")
    imported = attribute.partition(".")[0]
    program = f'import sys\nfrom {module} import {imported}\nif __name__ == "__main__":\n    sys.exit({attribute}())\n'
    return first_line(python) + b"# -*- coding: utf-8 -*-\n" + program.encode()


def rewritten(script: bytes, python: str) -> bytes | None:
    """A `.data/scripts` file with its "#!python" line (and any options in it) replaced; None: it is to stay as it
    is."""
    if not script.startswith(b"#!python"):
        return None
    _, newline, rest = script.partition(b"\n")
    return first_line(python) + (rest if newline else b"")


def is_reserved(name: str) -> bool:
    """Whether a file of the scripts folder belongs to the environment itself, so that no wheel may bring it."""
    return _RESERVED.fullmatch(name) is not None
