"""The table of jobs: what elfin and its peers are asked to do in every place. Pure.

A new command of elfin joins by a row in `_elfin`. The same job has the same name for every tool.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from lab.enter import Done
from lab.places import Place

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
QUICK = ("host", "tags", "venv", "numpy", "cffi", "run", "explain")
"""The jobs that CI runs."""
_FOR_DETECTION = ("host", "tags", "venv")
_EMULATED_PIP = ("venv", "numpy")
"""pip takes a minute a package under QEMU, so it is asked for one there."""

_RUN = "import six; print(six.__version__)"


class Job(NamedTuple):
    """One job of one tool."""

    name: str
    tool: str
    commands: tuple[tuple[str, ...], ...]
    """In order; the first that fails ends the job. Later ones try what the first one did."""
    needs: str = ""
    """The job of the same tool without which this one cannot be."""
    tell: Callable[[Done], str] = lambda _: ""
    """What is worth telling of the first command's success."""
    no: Callable[[Done], str] = lambda _: ""
    """The reason in an answer that is a no, "" where there is none: for commands that answer on standard output."""


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
    start, env = elfin(place), "/tmp/elfin-env"  # noqa: S108 - inside a place, which is this run's own
    request = place.request or place.python or "3"
    python = f"{env}/bin/python"
    run = (*start, "run", "--isolated", "--python", request, "--with", "six", "--", "python", "-c", _RUN)
    explain = (*start, "explain", "-q", "--python", request, "numpy")
    packages = [
        Job(name, "elfin", ((*start, "pip", "install", "--python", env, name), (python, "-c", check)), "venv")
        for name, check in PACKAGES.items()
    ]
    return [
        Job("host", "elfin", ((*start, "host", "--json"),), tell=host_told),
        Job("tags", "elfin", ((*start, "tags", "--json", "--python", request),), tell=tags_told),
        Job("venv", "elfin", ((*start, "venv", "--python", request, env), (python, "-c", _VERSION))),
        *packages,
        Job("run", "elfin", (run,)),
        Job("explain", "elfin", (explain,), tell=first_line, no=no_wheel),
    ]  # fmt: skip


def _uv(place: Place) -> list[Job]:
    uv, env = "/opt/peers/uv/uv", "/tmp/uv-env"  # noqa: S108
    request = place.request or place.python or "3"
    listed = place.request if place.request.startswith("cpython") else "3.13"
    python = f"{env}/bin/python"
    install = (uv, "pip", "install", "--python", env, "--only-binary", ":all:")
    packages = [Job(name, "uv", ((*install, name), (python, "-c", check)), "venv") for name, check in PACKAGES.items()]
    run = (
        uv, "run", "--no-project", "--isolated", "--no-python-downloads", "--python", request, "--with", "six",
        "python", "-c", _RUN,
    )  # fmt: skip
    return [
        Job("host", "uv", ((uv, "python", "list", "--only-downloads", listed),), tell=listing_told),
        Job("venv", "uv", ((uv, "venv", "--no-python-downloads", "--python", request, env), (python, "-c", _VERSION))),
        *packages,
        Job("run", "uv", (run,)),
    ]


def _pip(place: Place) -> list[Job]:
    if place.python is None or place.request:  # pip looks for no Python: it is asked for none
        return []
    env = "/tmp/pip-env"  # noqa: S108
    python = f"{env}/bin/python"
    install = (python, "/opt/peers/pip/pip", "install", "--disable-pip-version-check", "--only-binary", ":all:")
    return [
        Job("venv", "pip", ((place.python, "-m", "venv", "--without-pip", env), (python, "-c", _VERSION))),
        *(Job(name, "pip", ((*install, name), (python, "-c", check)), "venv") for name, check in PACKAGES.items()),
    ]


_VERSION = "import sys; print('.'.join(map(str, sys.version_info[:3])))"


def host_told(done: Done) -> str:
    """What `elfin host --json` found, in a few words: "musl 1.2.5, x86_64"."""
    told = json.loads(done.out)
    libcs = [f"{libc['family']} {libc['version'] or '(version unknown)'}" for libc in told["libcs"]]
    return f"{', '.join(libcs) or 'no libc'}; {told['arch']['name']}"


def tags_told(done: Done) -> str:
    """The best tag of `elfin tags --json`, and how many follow: "cp313-cp313-musllinux_1_2_x86_64 and 99 more"."""
    tags = json.loads(done.out)["tags"]
    return f"{tags[0]} and {len(tags) - 1} more"


def first_line(done: Done) -> str:
    """What is said first."""
    return done.out.partition("\n")[0]


def no_wheel(done: Done) -> str:
    """The paragraph of `elfin explain` about the nearest wheel."""
    lines = done.out.splitlines()
    first = next((number for number, line in enumerate(lines) if line.startswith("  No wheel fits")), None)
    if done.code != 1 or first is None:
        return ""
    last = next((number for number in range(first + 1, len(lines)) if not lines[number].startswith("    ")), len(lines))
    return " ".join(line.strip() for line in lines[first:last])


def listing_told(done: Done) -> str:
    """The kind of build that uv would choose: "linux-x86_64-musl"."""
    first = (done.out.split() or ["nothing"])[0]
    return "-".join(first.split("-")[2:]) or first
