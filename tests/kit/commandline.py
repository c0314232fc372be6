"""elfin's commands as a user meets them, in this process: a home, a cache and a working folder that are all new.

    elfin = Commandline(tmp_path, monkeypatch, capsys)
    answer = elfin("pip", "install", "alpha")
    assert answer.code == 0 and "+ alpha==1.0" in answer.err

Also the wheels of a small index that such tests share, and pictures of an environment to compare.
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from elfin.cli import entry
from elfin.edges import terminal
from kit import wheelsmith

PYTHON = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
"""The interpreter environments of the tests are made from."""
SOURCE = str(Path(__file__).resolve().parent.parent.parent / "src")
IN_A_PROCESS = (
    f"import sys; sys.path.insert(0, {SOURCE!r}); from elfin.cli.entry import main; sys.exit(main(sys.argv[1:]))"
)


class Answer(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err


Refused = Callable[..., str]
"""Runs a command that must fail with a code, and gives what it said on stderr."""


def assert_refusal(answer: Answer, *codes: int) -> None:
    """One message, on stderr, with one of these exit codes; no traceback, no bug."""
    assert answer.code in codes, answer.said
    assert answer.out == "" and len(re.findall("(?m)^error: ", answer.err)) == 1, answer.said
    assert "Traceback" not in answer.err and "bug of elfin" not in answer.err
    message = answer.err[answer.err.index("error: ") :].splitlines()[0]
    assert not message.endswith("."), message


class Commandline:
    """Runs commands; `folder` gets `home`, `cache` and `work`, where commands run."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        probed: str | None = None,
    ) -> None:
        """`probed`: a cache bucket with interpreters that were asked before."""
        self.home, self.cache, self.work = (folder / name for name in ("home", "cache", "work"))
        for path in (self.home, self.cache, self.work):
            path.mkdir()
        if probed is not None:
            shutil.copytree(probed, self.cache / "interpreters-v2")
        self._monkeypatch, self._capsys = monkeypatch, capsys
        for name in list(os.environ):
            if name not in ("PATH", "LD_LIBRARY_PATH", "TMPDIR"):
                monkeypatch.delenv(name)
        for name, value in self.environ().items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(self.work)

    def environ(self) -> dict[str, str]:
        """The variables that keep this machine's own settings out."""
        return {
            "HOME": str(self.home),
            "ELFIN_CACHE_DIR": str(self.cache),
            "ELFIN_PYTHON_DOWNLOADS": "manual",
            "PIP_CONFIG_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
            "PATH": f"{os.path.dirname(PYTHON)}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
        }

    def index(self, url: str) -> None:
        """Use this index from now on."""
        self._monkeypatch.setenv("ELFIN_INDEX_URL", url)

    def __call__(self, *arguments: str | Path) -> Answer:
        """Run one command to its end."""
        self._capsys.readouterr()
        try:
            code = entry.main([str(one) for one in arguments])
        finally:
            gc.enable()
            terminal.set_manner()
        said = self._capsys.readouterr()
        return Answer(code, said.out, said.err)

    def good(self, *arguments: str | Path) -> Answer:
        """Run one command that has to succeed."""
        answer = self(*arguments)
        assert answer.code == 0, answer.said
        assert "Traceback" not in answer.said
        return answer

    def process(self, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command as a process of its own: for those that become another program."""
        return subprocess.run(
            self.command(*arguments),
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **more},
        )

    def command(self, *arguments: str | Path) -> list[str]:
        """The words that start elfin as a process."""
        return [sys.executable, "-c", IN_A_PROCESS, *map(str, arguments)]

    def venv(self) -> Place:
        """Make `.venv` in the working folder."""
        self.good("venv", "--quiet", "--python", PYTHON)
        return Place(self.work / ".venv")

    def file(self, name: str, text: str) -> Path:
        """A file in the working folder."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Place:
    """An environment on this disk, looked at."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.python = prefix / "bin" / "python"

    @property
    def site(self) -> Path:
        """Its site-packages."""
        return next((self.prefix / "lib").glob("python*")) / "site-packages"

    def versions(self) -> dict[str, str]:
        """What is installed: version by name, from the names of dist-info folders."""
        names = (path.name.removesuffix(".dist-info") for path in self.site.glob("*.dist-info"))
        return dict(sorted(name.rpartition("-")[::2] for name in names))

    def picture(self) -> dict[str, str]:
        """Every file with its digest, and links with their text; what Python and locks leave does not count."""
        return picture(self.prefix)

    def info(self, name: str, file: str) -> str:
        """A file of a distribution's dist-info."""
        return next(self.site.glob(f"{name}-*.dist-info")).joinpath(file).read_text()

    def run(self, *arguments: str) -> str:
        """The output of its Python, which has to succeed."""
        done = subprocess.run([self.python, "-B", *arguments], check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout


def picture(folder: Path) -> dict[str, str]:
    """Every file below `folder` with its digest, links with their text, empty folders too."""
    found = {}
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            path = os.path.join(above, name)
            if name != ".elfin-lock":
                link = os.path.islink(path)
                found[path] = os.readlink(path) if link else hashlib.sha256(Path(path).read_bytes()).hexdigest()
        if not folders and not files:
            found[above] = ""
    return found


def release(
    name: str,
    version: str,
    *,
    requires: Sequence[str] = (),
    extras: Sequence[str] = (),
    python: str | None = None,
    scripts: Mapping[str, str] | None = None,
    files: Mapping[str, bytes | str] | None = None,
    tag: str = "py3-none-any",
) -> dict[str, bytes]:
    """One wheel, as {file name: bytes}. `scripts`: program to "module:function"."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", f"Summary: The {name} of tests"]
    lines += [f"Requires-Python: {python}"] if python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    entry_points = "".join(f"{program} = {value}\n" for program, value in (scripts or {}).items())
    data = wheelsmith.wheel(
        name,
        version,
        files,
        metadata="\n".join([*lines, "", ""]),
        entry_points=f"[console_scripts]\n{entry_points}" if entry_points else "",
        tag=tag,
    )
    return {wheelsmith.filename(name, version, tag): data}


HELLO = "import sys\n\n\ndef main():\n    print('hello', *sys.argv[1:])\n    return 3 if 'fail' in sys.argv else 0\n"


def projects() -> dict[str, dict[str, bytes]]:
    """A small index: alpha needs beta, gamma has an extra, hello has a program, sourcery comes as source only."""
    return {
        "alpha": {
            **release("alpha", "1.0", requires=["beta>=1"]),
            **release("alpha", "1.1", requires=["beta>=1"]),
            **release("alpha", "2.0", requires=["beta>=1"]),
        },
        "beta": {**release("beta", "1.0"), **release("beta", "2.0"), **release("beta", "3.0rc1")},
        "gamma": release(
            "gamma",
            "1.0",
            extras=["fast"],
            requires=['delta>=1; extra == "fast"', 'nowhere; python_version < "3"', 'beta; python_version >= "3"'],
        ),
        "delta": release("delta", "1.0"),
        "hello": release("hello", "1.0", scripts={"hello": "hello:main"}, files={"hello/__init__.py": HELLO}),
        "strict": {
            **release("strict", "1.0"),
            **release("strict", "2.0", python=">=3.11.4"),
            **release("strict", "3.0", python=">=3.99"),
        },
        "fussy": release("fussy", "1.0", requires=["beta<2"]),
        "sourcery": {"sourcery-1.0.tar.gz": b"source"},
    }
