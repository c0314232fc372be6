"""pythons.child: real interpreters are asked once, broken ones explained, PATH searched to its end."""

from __future__ import annotations

import glob
import json
import os
import subprocess
import sys
import sysconfig

import pytest

from elfin.errors import ElfinError, NoPython, PlaceError
from elfin.host.disk import FolderRoot
from elfin.host.model import Interpreter
from elfin.pythons import child, child_ask, disk
from elfin.pythons.request import parse
from kit import elfsmith

PLACE = FolderRoot("/")
PYENV = os.path.expanduser("~/.pyenv")
BASE = os.path.realpath(sys.executable)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="makes ELF files for Linux")


@pytest.fixture
def folder(tmp_path: object) -> str:
    return str(tmp_path)


def put(path: str, content: bytes, mode: int = 0o755) -> str:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
    return path


def environment(folder: str, **keys: str) -> str:
    """A minimal environment of this interpreter; its python's path."""
    text = "".join(f"{key} = {value}\n" for key, value in {"home": os.path.dirname(BASE), **keys}.items())
    put(f"{folder}/pyvenv.cfg", text.encode(), 0o644)
    os.makedirs(f"{folder}/bin", exist_ok=True)
    os.symlink(BASE, f"{folder}/bin/python")
    return f"{folder}/bin/python"


def ask(path: str, cache: str | None = None) -> Interpreter:
    return child.probe(path, child.Asking(PLACE, cache))


def test_this_interpreter_describes_itself() -> None:
    known = ask(BASE)
    assert known.executable == BASE and known.version_info == sys.version_info[:3]
    assert known.ext_suffix == sysconfig.get_config_var("EXT_SUFFIX")
    assert known.markers["sys_platform"] == sys.platform and known.base_prefix == sys.base_prefix
    assert set(known.paths) >= {"stdlib", "purelib", "platlib", "scripts", "data", "include"}
    if sys.platform.startswith("linux"):
        assert known.libc is not None and known.libc.version and not known.static
        family, version = os.confstr("CS_GNU_LIBC_VERSION").split() if known.libc.family == "glibc" else ("musl", "")
        assert family == known.libc.family
        assert not version or version.split(".")[:2] == [str(number) for number in known.libc.version[:2]]


@pytest.mark.parametrize("path", sorted(glob.glob(f"{PYENV}/versions/3.*/bin/python3")), ids=lambda p: p.split("/")[-3])
def test_every_python_here_answers_or_is_too_old(path: str) -> None:
    minor = int(path.split("/")[-3].split(".")[1])
    if minor < 8:
        with pytest.raises(NoPython, match="the oldest that will do"):
            ask(path)
    else:
        assert ask(path).version_info[:2] == (3, minor)


def test_a_path_is_kept_as_it_was_found(folder: str) -> None:
    os.symlink(BASE, f"{folder}/python3")
    assert ask(f"{folder}/./python3").executable == f"{folder}/python3"


def test_the_second_question_starts_no_child(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.symlink(BASE, f"{folder}/python3")
    first = ask(f"{folder}/python3", f"{folder}/cache")
    monkeypatch.setattr(child_ask, "ask", lambda *_: pytest.fail("a child was started"))
    assert ask(f"{folder}/python3", f"{folder}/cache") == first


def test_a_cached_answer_loads_nothing_heavy(folder: str) -> None:
    ask(BASE, folder)
    code = (
        "import sys; from elfin.host.disk import FolderRoot; from elfin.pythons import child\n"
        "child.probe(sys.argv[1], child.Asking(FolderRoot('/'), sys.argv[2]))\n"
        "print(*sorted({'subprocess', 'packaging', 'elfin.edges.disk', 'tempfile', 'pathlib'} & set(sys.modules)))"
    )
    source = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "src")
    environment = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run(
        [BASE, "-S", "-c", code, BASE, folder], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("change", ["executable", "loader", "entry", "folder"])
def test_a_cached_answer_is_forgotten_when_its_ground_changes(folder: str, change: str) -> None:
    python = f"{folder}/python3"
    os.symlink(BASE, python)
    ask(python, f"{folder}/cache")
    (name,) = os.listdir(f"{folder}/cache")
    entry_path = f"{folder}/cache/{name}"
    with open(entry_path, encoding="utf-8") as file:
        entry = json.load(file)
    assert disk.recall(python, f"{folder}/cache", []) is not None
    if change == "executable":
        os.remove(python)
        put(python, b"#!/bin/sh\n")
    elif change == "loader":
        entry["watched"][-1][1] += 1
    elif change == "entry":
        del entry["interpreter"]["arch"]
    else:
        entry["extra"] = ["/somewhere/_manylinux.py"]
    with open(entry_path, "w", encoding="utf-8") as file:
        json.dump(entry, file)
    assert disk.recall(python, f"{folder}/cache", []) is None


def replaced(path: str, content: bytes) -> None:
    """As a package manager does it: by a new file that is as old and as large."""
    before = os.stat(path)
    assert before.st_size == len(content)
    put(f"{path}.new", content, 0o644)
    os.utime(f"{path}.new", ns=(before.st_atime_ns, before.st_mtime_ns))
    os.rename(f"{path}.new", path)


@linux
@pytest.mark.parametrize("family", ["glibc", "musl"])
def test_a_python_whose_libc_was_replaced_is_asked_again(
    family: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = child_ask.ask(BASE, PLACE)
    name = "ld-linux-x86-64.so.2" if family == "glibc" else "ld-musl-x86_64.so.1"
    python = put(f"{folder}/bin/python3", elfsmith.program(f"{folder}/lib/{name}"))

    def made(version: str) -> bytes:
        return (elfsmith.glibc if family == "glibc" else elfsmith.musl)(version).ljust(4096, b"\0")

    versions = ("2.36", "2.35") if family == "glibc" else ("1.2.4", "1.2.5")
    put(f"{folder}/lib/{name}", elfsmith.glibc_loader(), 0o644)
    libc = put(f"{folder}/lib/{'libc.so.6' if family == 'glibc' else name}", made(versions[0]), 0o644)
    asked = []

    def ask_it(path: str, *_: object) -> dict[str, object]:
        asked.append(path)
        return {**answer, "executable": python, "real_executable": python}

    monkeypatch.setattr(child_ask, "ask", ask_it)

    def version() -> str:
        known = ask(python, f"{folder}/cache")
        assert known.libc is not None and known.libc.family == family and known.libc.version is not None
        return ".".join(map(str, known.libc.version))

    assert (version(), version(), len(asked)) == (versions[0], versions[0], 1)
    replaced(libc, made(versions[1]))
    assert (version(), version(), len(asked)) == (versions[1], versions[1], 2)


@linux
def test_a_python_that_is_too_old_is_started_once(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = []

    def start(path: str, *_: object) -> bytes:
        starts.append(path)
        return b'{"elfin": 1, "version": "3.7.16", "version_info": [3, 7, 16]}'

    monkeypatch.setattr(child_ask, "said", start)
    program, script = put(f"{folder}/python3", elfsmith.program()), put(f"{folder}/wrapper", b"#!/bin/sh\n")
    for path, count in ((program, 1), (script, 3)):
        for _ in range(3):
            with pytest.raises(NoPython, match=r"is Python 3\.7\.16, and the oldest that will do is 3\.8"):
                ask(path, f"{folder}/cache")
        assert starts.count(path) == count
    replaced(program, elfsmith.program())
    with pytest.raises(NoPython):
        ask(program, f"{folder}/cache")
    assert starts.count(program) == 2


def test_a_python_that_fails_is_tried_again(folder: str) -> None:
    path = put(f"{folder}/python3", b"#!/bin/sh\nexit 3\n")
    with pytest.raises(NoPython, match="it ended with status 3"):
        ask(path, f"{folder}/cache")
    assert not os.path.exists(f"{folder}/cache")


def test_a_cache_that_cannot_be_written_is_no_error(folder: str) -> None:
    put(f"{folder}/file", b"")
    assert ask(BASE, f"{folder}/file/cache").version_info == sys.version_info[:3]


def test_an_environment_s_python_is_described_by_its_base(folder: str) -> None:
    python = environment(f"{folder}/venv")
    assert disk.environment_of(python) == f"{folder}/venv" and disk.environment_of(BASE) is None
    known = ask(python)
    assert known.prefix == known.base_prefix == sys.base_prefix
    assert os.path.realpath(known.executable) == BASE and not known.executable.startswith(folder)
    assert disk.base_executable(BASE) == BASE


def test_an_environment_whose_base_is_gone_says_so(folder: str) -> None:
    put(f"{folder}/venv/pyvenv.cfg", b"home = /nowhere/bin\nversion = 3.12.1\n")
    put(f"{folder}/venv/bin/python", b"")
    with pytest.raises(NoPython, match=r"made from a Python in /nowhere/bin, which is gone"):
        ask(f"{folder}/venv/bin/python")
    put(f"{folder}/venv/pyvenv.cfg", b"version = 3\n")
    with pytest.raises(PlaceError, match="has no home"):
        ask(f"{folder}/venv/bin/python")


def test_an_environment_whose_base_was_upgraded_says_so(folder: str) -> None:
    short = "{}.{}".format(*sys.version_info)
    assert ask(environment(f"{folder}/good", version_info=f"{short}.1.final.0")).version.startswith(short)
    with pytest.raises(PlaceError, match=r"was made for Python 3\.99, but .* now"):
        ask(environment(f"{folder}/stale", version="3.99.1"))


@pytest.mark.skipif(not os.path.exists("/etc/debian_version"), reason="not a Debian")
def test_debian_s_own_python_is_managed_and_installs_to_dist_packages() -> None:
    if not os.access("/usr/bin/python3", os.X_OK):
        pytest.skip("no system Python")
    known = ask("/usr/bin/python3")
    assert known.executable == "/usr/bin/python3" and known.paths["purelib"].endswith("/dist-packages")
    if known.version_info >= (3, 11):
        assert known.externally_managed and "apt" in known.externally_managed


def test_a_dangling_link_in_an_environment_still_leads_to_its_base(folder: str) -> None:
    python = environment(f"{folder}/venv", version="3.99.1")
    os.remove(python)
    os.symlink("/nowhere/python3", python)
    put(f"{folder}/base/bin/python3", b"#!/bin/sh\n")
    put(f"{folder}/venv/pyvenv.cfg", f"home = {folder}/base/bin\n".encode())
    assert disk.base_executable(python) == f"{folder}/base/bin/python3"


def failure(path: str) -> ElfinError:
    with pytest.raises((NoPython, PlaceError)) as caught:
        ask(path)
    return caught.value


@linux
def test_what_the_kernel_leaves_out_is_said(folder: str) -> None:
    other = "/lib/ld-musl-nowhere.so.1"
    path = put(f"{folder}/python3.12", elfsmith.program(other))
    message = failure(path).message
    assert message.startswith(f"{path} needs the loader {other}, which is not here: it was built for musl, this place")
    foreign = "s390x" if os.uname().machine != "s390x" else "x86_64"
    path = put(f"{folder}/python3.11", elfsmith.elf(foreign, kind=2))
    assert f"is for {foreign}, this machine is" in failure(path).message
    path = put(f"{folder}/wrapper", b"#!/nowhere/sh -e\n")
    assert "is a script for '/nowhere/sh -e', which is not here" in failure(path).message


def test_other_failures_are_told_apart(folder: str) -> None:
    assert "does not exist" in failure(f"{folder}/none").message
    if os.getuid():
        assert "permission denied" in failure(put(f"{folder}/a", b"#!/bin/sh\n", 0o644)).message
    assert "not a Python" in failure(put(f"{folder}/b", b"#!/bin/sh\nexit 0\n")).message
    last = failure(put(f"{folder}/c", b"#!/bin/sh\necho first >&2; echo last >&2; exit 3\n")).message
    assert last.endswith("it ended with status 3: last")
    shim = failure(put(f"{folder}/d", b"#!/bin/sh\necho 'x: not found' >&2; exit 127\n")).message
    assert shim.endswith("could not load (status 127): x: not found")
    old = put(f"{folder}/e", b"#!/bin/sh\necho 'Unknown option: -I' >&2; exit 2\n")
    assert "too old" in failure(old).message
    assert "signal 9" in failure(put(f"{folder}/f", b"#!/bin/sh\nkill -9 $$\n")).message


def test_a_wrapper_is_described_by_what_it_starts_and_not_remembered(folder: str) -> None:
    wrapper = put(f"{folder}/bin/python3", f'#!/bin/sh\necho hello\nexec {BASE} "$@"\n'.encode())
    assert ask(wrapper, f"{folder}/cache").executable == BASE
    assert not os.path.exists(f"{folder}/cache")


def find(text: str, *folders: str) -> Interpreter:
    return child.find(parse(text), os.pathsep.join(folders), child.Asking(PLACE))


def test_broken_pythons_on_path_are_passed_over(folder: str) -> None:
    put(f"{folder}/a/python3", elfsmith.program("/lib/ld-musl-nowhere.so.1"))
    put(f"{folder}/b/python3", b"#!/bin/sh\necho 'no such version' >&2; exit 127\n")
    put(f"{folder}/c/python3", b"not executable", 0o644)
    os.makedirs(f"{folder}/d/python3")
    os.makedirs(f"{folder}/e")
    os.symlink(BASE, f"{folder}/e/python3")
    folders = [f"{folder}/{name}" for name in "abcde"]
    assert find("3", "", f"{folder}/none", *folders).executable == f"{folder}/e/python3"
    with pytest.raises(NoPython) as caught:
        find("3", *folders[:-1])
    assert caught.value.message == "no Python for '3' on PATH" and caught.value.hints
    assert "ld-musl-nowhere" in (caught.value.state or "") and "no such version" in (caught.value.state or "")


def test_the_one_that_was_asked_for_is_found_or_the_others_named(folder: str) -> None:
    os.symlink(BASE, f"{folder}/python3")
    short = "{}.{}".format(*sys.version_info)
    assert find(short, folder).executable == f"{folder}/python3"
    assert find(f">={short}", folder).executable == f"{folder}/python3"
    with pytest.raises(NoPython) as caught:
        find("3.99", folder)
    assert f"{folder}/python3 is {short}" in (caught.value.state or "")
    with pytest.raises(NoPython):
        find("python9.9", folder)


def test_a_path_may_be_a_folder(folder: str) -> None:
    environment(f"{folder}/venv")
    assert os.path.realpath(find(f"{folder}/venv").executable) == BASE
    with pytest.raises(NoPython, match="a folder without a Python"):
        find(f"{folder}/")


def test_an_environment_on_path_stands_for_its_base(folder: str) -> None:
    environment(f"{folder}/venv")
    assert not find("", f"{folder}/venv/bin").executable.startswith(folder)


@pytest.fixture
def pyenv(folder: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A pyenv with three versions, of which only 3.98.10 starts (as this interpreter does)."""
    monkeypatch.delenv("PYENV_VERSION", raising=False)
    monkeypatch.chdir(folder)
    for version in ("3.98.2", "3.98.10", "3.99.0"):
        os.makedirs(f"{folder}/pyenv/versions/{version}/bin")
        os.symlink(BASE, f"{folder}/pyenv/versions/{version}/bin/python3")
    put(f"{folder}/pyenv/shims/python3", b"#!/bin/sh\necho 'the shim was started' >&2; exit 127\n")
    return f"{folder}/pyenv"


def test_a_pyenv_s_choice_is_followed_without_its_shim(
    pyenv: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(f"{pyenv}/version", b"3.98.2\n", 0o644)
    assert ask(f"{pyenv}/shims/python3").executable == f"{pyenv}/versions/3.98.2/bin/python3"
    put(f"{folder}/.python-version", b"# mine\n3.98\n", 0o644)
    assert find("3", f"{pyenv}/shims").executable == f"{pyenv}/versions/3.98.10/bin/python3"
    monkeypatch.setenv("PYENV_VERSION", "3.77:3.99.0")
    assert ask(f"{pyenv}/shims/python3").executable == f"{pyenv}/versions/3.99.0/bin/python3"


def test_what_a_pyenv_does_not_choose_comes_last(pyenv: str, folder: str) -> None:
    put(f"{pyenv}/version", b"system\n", 0o644)
    assert find("3", f"{pyenv}/shims").executable == f"{pyenv}/versions/3.99.0/bin/python3"
    put(f"{folder}/other/python3", f'#!/bin/sh\nexec {BASE} "$@"\n'.encode())
    assert find("3", f"{pyenv}/shims", f"{folder}/other").executable == BASE
    assert "the shim was started" in failure(f"{pyenv}/shims/python3").message


@pytest.mark.skipif(not os.access(f"{PYENV}/shims/python3", os.X_OK), reason="no pyenv here")
def test_the_pyenv_of_this_machine_is_seen_through() -> None:
    known = find("3", f"{PYENV}/shims")
    assert known.executable.startswith(f"{PYENV}/versions/")


def test_a_manylinux_module_is_asked_also_behind_pythonpath(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(
        f"{folder}/lib/_manylinux.py",
        b"def manylinux_compatible(a, b, arch):\n    return None if b > 20 else b == 17\n",
    )
    monkeypatch.setenv("PYTHONPATH", f"{folder}/lib")
    first = ask(BASE, f"{folder}/cache")
    assert first.manylinux is not None
    assert first.manylinux["2_17"] and not first.manylinux["2_5"] and "2_21" not in first.manylinux
    monkeypatch.delenv("PYTHONPATH")
    assert ask(BASE, f"{folder}/cache").manylinux is None
    monkeypatch.setenv("PYTHONPATH", f"{folder}/lib")
    put(f"{folder}/lib/_manylinux.py", b"manylinux2014_compatible = False\n")
    assert ask(BASE, f"{folder}/cache").manylinux == {"manylinux2014": False}
