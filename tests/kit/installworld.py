"""A folder with a store and environments, for tests that install: wheels in, a picture of every file out."""

from __future__ import annotations

import os
from typing import Any

from elfin.envs.model import Environment, InstalledDistribution, Scheme
from elfin.formats import record
from elfin.host.model import Arch, Interpreter, Libc
from elfin.wheels import disk_store, disk_verify
from elfin.wheels.model import Install, StoredWheel
from kit.wheelsmith import filename, wheel

INTERPRETER = Interpreter(
    executable="/usr/bin/python3.13",
    implementation="cpython",
    version="3.13.1",
    version_info=(3, 13, 1),
    free_threaded=False,
    debug=False,
    arch=Arch("x86_64", 64, True, None),
    os="linux",
    os_version=None,
    libc=Libc("glibc", (2, 36), "/lib64/ld-linux-x86-64.so.2"),
    static=False,
    ext_suffix=".cpython-313-x86_64-linux-gnu.so",
    soabi="cpython-313-x86_64-linux-gnu",
    prefix="/usr",
    base_prefix="/usr",
    stdlib="/usr/lib/python3.13",
    markers={},
    paths={},
    externally_managed=None,
)
"""A base interpreter that no test starts."""

SPAM_1 = {
    "spam/__init__.py": "v = 1\n",
    "spam/old.py": "old\n",
    "DATA/scripts/run": "#!python\nprint(1)\n",
    "DATA/data/etc/x": "1",
}
SPAM_2 = {"spam/__init__.py": "v = 2\n", "spam/new/a.py": "new\n", "DATA/data/share/y": "2"}
COMMAND = "[console_scripts]\ncommand = spam:main\n"
NAMESPACE = {"ns/__init__.py": "shared\n"}


class World:
    """One store and one environment below `folder`."""

    def __init__(self, folder: str, kind: str = "venv") -> None:
        self.folder = folder
        self.store = f"{folder}/store"
        self.environment = environment(f"{folder}/env", kind)
        self.site = self.environment.scheme.purelib

    def stored(self, name: str = "spam", version: str = "1.0", files: Any = None, **options: Any) -> StoredWheel:
        """A wheel made by the smith, in the store."""
        path = f"{self.folder}/{filename(name, version)}"
        with open(path, "wb") as stream:
            stream.write(wheel(name, version, files, **options))
        stored = disk_store.add(self.store, path, os.path.basename(path), None, settled=False)
        os.unlink(path)
        return stored

    def install(self, name: str = "spam", version: str = "1.0", files: Any = None, **options: Any) -> Install:
        """The same as something to install."""
        return Install(self.stored(name, version, files, **options), requested=False)

    def installed(self, name: str, version: str = "1.0") -> InstalledDistribution:
        """The value for an installed distribution, whether it is there or not."""
        return InstalledDistribution(name, name, version, f"{self.site}/{name}-{version}.dist-info")

    def picture(self) -> dict[str, str]:
        """Every file of the environment with its content, links with their target, and empty folders."""
        found = {}
        for folder, folders, files in os.walk(self.environment.prefix):
            for name in files:
                path = f"{folder}/{name}"
                with open(path, encoding="latin-1") as stream:
                    found[os.path.relpath(path, self.environment.prefix)] = stream.read()
            if not folders and not files:
                found[os.path.relpath(folder, self.environment.prefix) + "/"] = ""
        found.pop(".elfin-lock", None)
        return found


def environment(prefix: str, kind: str = "venv") -> Environment:
    """A bare environment on disk: the files that make it one, and empty folders."""
    site = f"{prefix}/lib/python3.13/site-packages"
    os.makedirs(site)
    os.makedirs(f"{prefix}/bin")
    for name in ("pyvenv.cfg", "bin/python", "bin/activate"):
        with open(f"{prefix}/{name}", "w", encoding="utf-8") as stream:
            stream.write(f"{name} of the environment\n")
    scheme = Scheme(site, site, f"{prefix}/bin", prefix, f"{prefix}/include/site/python3.13")
    return Environment(prefix, f"{prefix}/bin/python", INTERPRETER, scheme, kind)


def proper(world: World) -> bool:
    """Whether (it asserts) every installed file hashes to its RECORD row, and every file of the site is in some
    RECORD."""
    listed = set()
    for entry in os.listdir(world.site):
        if entry.endswith(".dist-info"):
            name, _, version = entry.removesuffix(".dist-info").rpartition("-")
            assert disk_verify.check(world.installed(name, version)) == ()
            with open(f"{world.site}/{entry}/RECORD", "rb") as stream:
                listed |= {os.path.normpath(f"{world.site}/{row.path}") for row in record.parse(stream.read())}
    own = {"pyvenv.cfg", "bin/python", "bin/activate"}
    there = {f"{world.environment.prefix}/{path}" for path in world.picture() if path not in own and path[-1] != "/"}
    assert there == listed
    return True
