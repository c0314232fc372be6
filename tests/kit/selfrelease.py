"""A small release of elfin itself: its real code in the layout of tools/release.py, run by the Python that is here."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import sys
import tarfile
from pathlib import Path
from typing import Any

from elfin.host.model import Needs
from elfin.installers import shell
from elfin.installers.model import Artifact, Layout, Program, Release

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
TARGET = "x86_64-unknown-linux-musl"
LINKS = ("bin/elfin", "bin/elfinx")


def tool() -> Any:
    """tools/release.py as a module."""
    about = importlib.util.spec_from_file_location("release_tool", CHECKOUT / "tools" / "release.py")
    assert about is not None and about.loader is not None
    module = importlib.util.module_from_spec(about)
    about.loader.exec_module(module)
    return module


def members(version: str) -> dict[str, bytes]:
    """Path below the top folder to bytes: elfin, the dependencies of these tests, and a launcher."""
    release = tool()
    found = {name: data for name, data, _ in release.of_folder(CHECKOUT / "src" / "elfin", "lib/elfin")}
    for name in ("packaging", "urllib3", "truststore"):
        about = importlib.util.find_spec(name)
        assert about is not None and about.submodule_search_locations
        folder = Path(about.submodule_search_locations[0])
        found.update({path: data for path, data, _ in release.of_folder(folder, f"lib/{name}")})
    found["lib/elfin/__init__.py"] = f'__version__ = "{version}"\n'.encode()
    found["lib/start.py"] = release.START.encode()
    launcher = release.LAUNCHER.replace('"$top/python/bin/@PYTHON@"', PYTHON)
    assert PYTHON in launcher
    return {**found, **dict.fromkeys(LINKS, launcher.encode())}


def write(folder: Path, version: str, *, files: dict[str, bytes] | None = None, base_url: str = "") -> Release:
    """Put the archive and install.sh of a version into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz", compresslevel=1) as archive:
        for name, data in sorted((files or members(version)).items()):
            entry = tarfile.TarInfo(f"elfin-{version}/{name}")
            entry.size, entry.mode = len(data), 0o755 if name in LINKS else 0o644
            archive.addfile(entry, io.BytesIO(data))
    data = held.getvalue()
    path = folder / f"elfin-{TARGET}.tar.gz"
    path.write_bytes(data)
    top = f"elfin-{version}"
    made = Artifact(
        path.name, TARGET, "tar.gz", len(data), hashlib.sha256(data).hexdigest(), top,
        tuple(Program(os.path.basename(link), f"{top}/{link}") for link in LINKS),
        (Needs("linux", os.uname().machine),), None, (), (), True,
    )  # fmt: skip
    release = Release("elfin", version, (base_url,) if base_url else (), (made,), Layout("tree", LINKS))
    (folder / "install.sh").write_text(shell.script(release))
    return release
