"""Every Python that starts here: what elfin's probe and list say is what `packaging` says inside that very Python."""

from __future__ import annotations

import glob
import os
import platform
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import packaging
import pytest

from elfin.errors import NoPython, PlaceError
from elfin.flows.context import Context
from elfin.tags.expand import tag_set
from elfin.tags.platform import supported
from kit.places import interpreter, target

BUILDS = sorted(glob.glob(str(Path(__file__).resolve().parents[3] / "shared" / "pythons" / "*.tar.gz")))
PYTHONS = sorted(
    {
        os.path.realpath(path)
        for path in glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3.*"))
        + glob.glob("/usr/bin/python3*")
        if path.rpartition(".")[2].isdigit() and int(path.rpartition(".")[2]) >= 8
    }
)
SAY = "import sys; sys.path[:0] = sys.argv[1:]; from packaging.tags import sys_tags; print(*sys_tags())"
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks this Linux")


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("ELFIN_CACHE_DIR", str(tmp_path / "cache"))
    return Context.open({})


def ours(context: Context, path: str) -> list[str]:
    python = context.probe(path)
    return [str(tag) for tag in tag_set(target(python)).tags()]


def theirs(path: str) -> list[str]:
    folder = os.path.dirname(os.path.dirname(packaging.__file__))
    done = subprocess.run([path, "-I", "-c", SAY, folder], capture_output=True, text=True, check=True, timeout=60)
    return list(dict.fromkeys(done.stdout.split()))


@pytest.mark.parametrize("path", sorted({os.path.realpath(sys.executable), *PYTHONS}))
def test_a_python_here_has_the_tags_packaging_gives_it(path: str, context: Context) -> None:
    if not path.endswith("3.8"):  # where this packaging does not run
        assert ours(context, path) == theirs(path)
        return
    minor = sys.version_info.minor
    natives = [tag for tag in ours(context, path) if tag.startswith("cp38-cp38-")]
    here = [tag for tag in theirs(os.path.realpath(sys.executable)) if tag.startswith(f"cp3{minor}-cp3{minor}-")]
    assert natives == [tag.replace(f"cp3{minor}", "cp38") for tag in here]


@pytest.mark.slow
@pytest.mark.pythons
@pytest.mark.skipif(not BUILDS, reason="no CPython builds beside the checkout")
@pytest.mark.parametrize("archive", BUILDS, ids=os.path.basename)
def test_a_standalone_build_has_the_tags_packaging_gives_it(archive: str, context: Context, tmp_path: Path) -> None:
    with tarfile.open(archive) as build:
        build.extractall(tmp_path, filter="fully_trusted")
    path = str(tmp_path / "python" / "bin" / "python3")
    try:
        found = ours(context, path)
    except (NoPython, PlaceError) as error:
        pytest.skip(f"it does not start here: {error.message}")
    if "musl" in archive:  # static, as it starts here: packaging looks for glibc in it by ctypes, which it cannot load
        assert found and all(tag.endswith("-any") for tag in found)
        with pytest.raises(subprocess.CalledProcessError):
            theirs(path)
        return
    assert found == theirs(path)


def test_this_platform_is_spelt_as_sysconfig_spells_it() -> None:
    python = interpreter(machine=platform.machine())
    assert supported(python)[0] == sysconfig.get_platform().replace("-", "_")
