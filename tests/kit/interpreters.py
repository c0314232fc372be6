"""The interpreter that runs the tests, as a value: what environments on this disk can be made from."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig

from elfin.host.model import Interpreter
from kit import places


def running() -> Interpreter:
    """The base interpreter of the Python that runs the tests, as far as environments care."""
    executable = os.path.abspath(getattr(sys, "_base_executable", sys.executable))
    made = places.interpreter(platform.python_version(), machine=platform.machine(), executable=executable)
    return made._replace(
        version_info=(sys.version_info.major, sys.version_info.minor, sys.version_info.micro),
        prefix=sys.base_prefix,
        base_prefix=sys.base_prefix,
        stdlib=sysconfig.get_path("stdlib"),
    )
