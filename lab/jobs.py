"""The table of jobs: what elfin and its peers are asked to do in every place. Pure.

A new command of elfin joins by a row in `_elfin`. The same job has the same name for every tool.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lab import pythons
from lab.enter import Done
from lab.places import Place
from lab.release import INSIDE
from lab.told import (
    audited,
    first_line,
    host_told,
    last_line,
    listing_told,
    no_wheel,
    pip_tags_told,
    tags_told,
)

TOOLS = ("elfin", "uv", "pip")

PACKAGES = {
    "numpy": "import numpy; assert numpy.linalg.inv([[2., 1.], [1., 3.]]).round(1).tolist() == [[.6, -.2], [-.2, .4]]",
    "pandas": "import pandas; assert pandas.DataFrame({'a': [1, 2]}).a.sum() == 3",
    "pydantic-core": "import pydantic_core; assert pydantic_core.from_json(b'[1]') == [1]",
    "cryptography": "from cryptography.fernet import Fernet; Fernet(Fernet.generate_key()).encrypt(b'a')",
    "lxml": "from lxml import etree; assert etree.fromstring('<a><b/></a>')[0].tag == 'b'",
    "pillow": "from PIL import Image; assert len(Image.new('RGB', (2, 2)).tobytes()) == 12",
    "orjson": "import orjson; assert orjson.dumps([1]) == b'[1]'",
    "msgspec": "import msgspec; assert msgspec.json.encode([1]) == b'[1]'",
    "psutil": "import psutil; assert psutil.net_if_addrs()",
    "pyyaml": "import yaml; assert yaml.load('[1]', yaml.CSafeLoader) == [1]",
    "cffi": "import cffi; assert cffi.FFI().new('int *', 7)[0] == 7",
}
"""numpy and ten other projects with compiled wheels, each with a line that needs the compiled part."""
QUICK = ("host", "tags", "python", "venv", "numpy", "cffi", "audit", "run", "explain", "install hello", "install elfin")
"""The jobs that CI runs."""
ORDER = ("host", "tags", "python", "venv", *PACKAGES, "audit", "run", "explain", "install hello", "install elfin")
"""Every job, in the order of the reports' columns."""
_FOR_DETECTION = ("host", "tags", "python", "venv", "install hello", "install elfin")
_EMULATED_PIP = ("venv", "numpy")
"""pip takes a minute a package under QEMU, so it is asked for one there."""

_TMP = "/tmp"  # noqa: S108 - inside a place, which is this run's own
_RUN = "import six; print(six.__version__)"
_VERSION = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
_WHOLE = "import ctypes, hashlib, sqlite3, ssl, zlib; ctypes.CDLL(None); " + _VERSION
"""What a Python that was installed has to do: start, and have the modules that are compiled."""


class Job(NamedTuple):
    """One job of one tool."""

    name: str
    tool: str
    commands: tuple[tuple[str, ...], ...]
    """In order; the first that fails ends the job. Later ones try what the first one did."""
    needs: str = ""
    """The job of the same tool without which this one cannot be."""
    after: tuple[str, ...] = ()
    """Jobs of the same tool that have to be run before this one, whatever came of them."""
    environment: tuple[tuple[str, str], ...] = ()
    bare: bool = False
    """It can be asked for where there is no Python."""
    shell: bool = False
    """It is a shell script."""
    release: str = ""
    """The release that it installs, which the place has in a folder of that name."""
    tell: Callable[[list[Done]], str] = lambda _: ""
    """What is worth telling of a success, of what all commands said."""
    no: Callable[[Done], str] = lambda _: ""
    """The reason in an answer that is a no, "" where there is none: for commands that answer on standard output."""
    explain: tuple[str, ...] = ()
    """The command that says more about a refusal, when it is given the name of a project that has no wheel."""


def jobs(place: Place, *, emulated: bool, quick: bool = False) -> list[Job]:
    """The jobs that can be asked for in a place, each tool's in order."""
    every = [*_elfin(place), *([] if quick else [*_uv(place), *_pip(place)])]
    wanted = [job for job in every if place.jobs == "all" or job.name in _FOR_DETECTION]
    if emulated:
        wanted = [job for job in wanted if job.tool != "pip" or job.name in _EMULATED_PIP]
    return [job for job in wanted if not quick or job.name in QUICK]


def elfin(place: Place) -> tuple[str, ...]:
    """How elfin is started there: by its shell launcher, without a shell by the Python itself."""
    if place.shell or place.python is None:
        return ("/elfin/elfin",)
    return (place.python, "-I", "-S", "/elfin/src/elfin/launch.py")


def _elfin(place: Place) -> list[Job]:
    start, env = elfin(place), f"{_TMP}/elfin-env"
    request = place.request or place.python or "3"
    python = f"{env}/bin/python"
    install, explain = (*start, "pip", "install", "--python", env), (*start, "explain", "-q", "--python", python)
    run = (*start, "run", "--isolated", "--python", request, "--with", "six", "--", "python", "-c", _RUN)
    packages = [
        Job(name, "elfin", ((*install, name), (python, "-c", check)), "venv", explain=explain)
        for name, check in PACKAGES.items()
    ]
    return [
        Job("host", "elfin", ((*start, "host", "--json"),), bare=True, tell=host_told),
        Job("tags", "elfin", ((*start, "tags", "--json", "--python", request),), tell=tags_told),
        Job(
            "python", "elfin",
            (
                (*start, "python", "install", "--no-bin", _wanted(place)),
                (f"{_TMP}/elfin-pythons/*/bin/python3", "-c", _WHOLE),
            ),
            environment=(
                ("ELFIN_PYTHON_CATALOGUE", f"{pythons.INSIDE}/{pythons.CATALOGUE}"),
                ("ELFIN_PYTHON_MIRROR", pythons.INSIDE),
                ("ELFIN_PYTHON_INSTALL_DIR", f"{_TMP}/elfin-pythons"),
            ),
            bare=True, tell=last_line,
        ),
        Job("venv", "elfin", ((*start, "venv", "--python", request, env), (python, "-c", _VERSION))),
        *packages,
        Job(
            "audit", "elfin", ((*start, "audit", "--platform", "host", env),), "venv", tuple(PACKAGES),
            tell=audited,
        ),
        Job("run", "elfin", (run,)),
        Job(
            "explain", "elfin", ((*start, "explain", "-q", "--python", request, "numpy"),), tell=first_line,
            no=no_wheel,
        ),
        Job(
            "install hello", "elfin", (("sh", f"{INSIDE}/hello/install.sh"), (f"{_TMP}/hello/hello",)),
            environment=(("HELLO_BASE_URL", f"{INSIDE}/hello"), ("HELLO_INSTALL_DIR", f"{_TMP}/hello")),
            bare=True, shell=True, release="hello", tell=last_line,
        ),
        Job(
            "install elfin", "elfin",
            (
                ("sh", f"{INSIDE}/elfin/install.sh"),
                (f"{_TMP}/own/elfin", "explain", "-q", "--python", "3.13", "six"),
                (f"{_TMP}/own/elfin", "--version"),
            ),
            environment=(
                ("ELFIN_BASE_URL", f"{INSIDE}/elfin"), ("ELFIN_INSTALL_DIR", f"{_TMP}/own"),
                ("XDG_DATA_HOME", f"{_TMP}/own-data"),
            ),
            bare=True, shell=True, release="elfin", tell=last_line,
        ),
    ]  # fmt: skip


def _wanted(place: Place) -> str:
    """The Python to install: 3.13, which is what the builds beside the checkout are, or as the place has it."""
    return place.request if place.request.startswith("cpython") else "3.13"


def _uv(place: Place) -> list[Job]:
    uv, env = "/opt/peers/uv/uv", f"{_TMP}/uv-env"
    request = place.request or place.python or "3"
    python = f"{env}/bin/python"
    install = (uv, "pip", "install", "--python", env, "--only-binary", ":all:")
    packages = [Job(name, "uv", ((*install, name), (python, "-c", check)), "venv") for name, check in PACKAGES.items()]
    run = (
        uv, "run", "--no-project", "--isolated", "--no-python-downloads", "--python", request, "--with", "six",
        "python", "-c", _RUN,
    )  # fmt: skip
    return [
        Job("host", "uv", ((uv, "python", "list", "--only-downloads", _wanted(place)),), bare=True, tell=listing_told),
        Job(
            "python", "uv",
            ((uv, "python", "install", "--no-bin", _wanted(place)), (f"{_TMP}/uv-pythons/*/bin/python3", "-c", _WHOLE)),
            environment=(
                ("UV_PYTHON_DOWNLOADS_JSON_URL", "/opt/peers/pythons/downloads.json"),
                ("UV_PYTHON_INSTALL_DIR", f"{_TMP}/uv-pythons"),
            ),
            bare=True, tell=last_line,
        ),
        Job("venv", "uv", ((uv, "venv", "--no-python-downloads", "--python", request, env), (python, "-c", _VERSION))),
        *packages,
        Job("run", "uv", (run,)),
    ]  # fmt: skip


def _pip(place: Place) -> list[Job]:
    if place.python is None or place.request:  # pip looks for no Python: it is asked for none
        return []
    env = f"{_TMP}/pip-env"
    python, pip = f"{env}/bin/python", "/opt/peers/pip/pip"
    # Neither elfin nor uv compiles what it installs unless asked, and pip does nothing but under QEMU.
    install = (python, pip, "install", "--disable-pip-version-check", "--no-compile", "--only-binary", ":all:")
    # Places for detection have a static Python from outside, which pip cannot tell the tags of.
    tags = Job("tags", "pip", ((place.python, pip, "debug", "--verbose"),), tell=pip_tags_told)
    return [
        *([tags] if place.jobs == "all" else []),
        Job("venv", "pip", ((place.python, "-m", "venv", "--without-pip", env), (python, "-c", _VERSION))),
        *(Job(name, "pip", ((*install, name), (python, "-c", check)), "venv") for name, check in PACKAGES.items()),
    ]
