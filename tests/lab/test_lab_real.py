"""Real places: made, entered, left as they were."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab.failure import LabError
from lab.places import Place, every, recipe

from lab import cache, checkout, enter, make, needs

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def obstacle(name: str) -> str | None:
    """Why a place cannot be made here, None when it can."""
    try:
        needs.check(every()[name], to_make=True)
        if every()[name].build:
            make.build(every()[name].build)
    except LabError as error:
        return error.message
    return None


def skip_without(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(obstacle(name) is not None, reason=str(obstacle(name)))


pytestmark = [pytest.mark.slow, pytest.mark.index, pytest.mark.pythons, skip_without("alpine")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lab of the tests' own."""
    folder = tmp_path_factory.mktemp("lab")
    before = os.environ.get("ELFIN_LAB")
    os.environ["ELFIN_LAB"] = str(folder)
    yield folder
    del os.environ["ELFIN_LAB"]
    if before is not None:
        os.environ["ELFIN_LAB"] = before


@pytest.fixture(scope="module")
def alpine(folder: Path) -> Place:
    place = every()["alpine"]
    make.up(place)
    return place


def lab(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CHECKOUT / "lab" / "lab", *words], capture_output=True, text=True, check=False, input=given, timeout=300
    )


def test_a_place_runs_a_command_with_its_own_streams_and_exit_code(alpine: Place) -> None:
    assert "ID=alpine" in lab("run", "alpine", "--", "cat", "/etc/os-release").stdout
    done = lab("run", "alpine", "sh", "-c", "read line; echo got $line; exit 7", given="this\n")
    assert (done.returncode, done.stdout) == (7, "got this\n")


def test_nothing_stays_mounted_and_nothing_is_changed(alpine: Place, folder: Path) -> None:
    with enter.session(alpine, peers=False) as session:
        assert session.run(["sh", "-c", "echo new >/etc/new && rm /etc/os-release && cat /etc/new"]).out == "new\n"
        assert session.run(["cat", "/etc/new"]).out == "new\n", "a session's commands see what was written"
    with enter.session(alpine, peers=False) as session:
        assert session.run(["cat", "/etc/new"]).code != 0
        assert session.run(["cat", "/etc/os-release"]).code == 0
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    assert os.listdir(folder / "scratch") == [] and cache.is_made("alpine", recipe(alpine))


def test_a_place_has_devices_processes_and_a_checkout_of_its_own(alpine: Place) -> None:
    with enter.session(alpine, peers=False) as session:
        assert session.run(["sh", "-c", "rm /dev/null && echo file >/dev/null && chmod 600 /dev/zero"]).code == 0
        assert session.run(["touch", "/elfin/new"]).code != 0, "the checkout can be written to"
        seen = session.run(["sh", "-c", "ls /proc | grep -c '^[0-9]'"])
        assert int(seen.out) < 10
    for name, minor in (("null", 3), ("zero", 5)):
        about = os.stat(f"/dev/{name}")
        assert stat.S_ISCHR(about.st_mode) and os.minor(about.st_rdev) == minor and about.st_mode & 0o666 == 0o666


def test_a_command_that_takes_too_long_is_ended_with_all_it_started(alpine: Place) -> None:
    with enter.session(alpine, peers=False) as session:
        done = session.run(["sh", "-c", "sleep 600 & sleep 600"], timeout=0.5)
        assert done.timed_out and done.code == -9
        assert "sleep" not in session.run(["ps"]).out


def everywhere_mounted(text: str) -> list[str]:
    """Processes of this machine in whose mounts a folder occurs."""
    found = []
    for path in Path("/proc").glob("[0-9]*/mountinfo"):
        try:
            found += [str(path)] if text in path.read_text() else []
        except OSError:
            continue
    return found


def gone(text: str, *, within: float = 20) -> bool:
    """Whether nobody has a folder mounted any more, soon."""
    end = time.monotonic() + within
    while everywhere_mounted(text):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def killed_when(ready: Callable[[], bool], *command: str | Path) -> None:
    """Start a command, kill it when it has got so far, as `kill -9` does."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    try:
        while not ready():
            assert child.poll() is None and time.monotonic() < end
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
        assert child.stdin is not None
        child.stdin.close()


@pytest.mark.parametrize("name", ["alpine", "debian-arm64"])
def test_a_killed_lab_leaves_nothing_running_and_nothing_mounted(folder: Path, name: str) -> None:
    if obstacle(name) is not None:
        pytest.skip(str(obstacle(name)))
    make.up(every()[name])

    def running() -> bool:
        commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        inner = [one for one in commands if b"lab/lab" not in one and b"start.py" not in one]
        return any(one.endswith(b"sleep\x00613\x00") for one in inner)

    killed_when(running, CHECKOUT / "lab" / "lab", "run", name, "--", "sleep", "613")
    assert gone(str(folder)) and not running()


def test_a_lab_killed_in_a_session_leaves_nothing(alpine: Place, folder: Path) -> None:
    script = (
        "import sys; sys.path[:0] = [sys.argv[1], sys.argv[1] + '/src']\n"
        "from lab import enter, places\n"
        "with enter.session(places.every()['alpine'], peers=False) as session: session.run(['sleep', '614'])\n"
    )

    def entered() -> bool:
        return bool(everywhere_mounted(str(folder)))

    killed_when(entered, sys.executable, "-c", script, str(CHECKOUT))
    assert gone(str(folder))


def test_what_makes_a_root_mounts_for_itself_alone_and_ends_with_the_lab(folder: Path, tmp_path: Path) -> None:
    script = "import sys; sys.path.insert(0, sys.argv[1]); from lab import make; make._child(sys.argv[2:])"
    making = ["sh", "-c", f"mount -t tmpfs lab {tmp_path} && touch {tmp_path}/inside && sleep 615"]

    def mounted() -> bool:
        return bool(everywhere_mounted(str(tmp_path)))

    killed_when(mounted, sys.executable, "-c", script, str(CHECKOUT), *making)
    assert gone(str(tmp_path)) and not (tmp_path / "inside").exists()


def test_nothing_is_removed_through_a_mount(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "staging" / "dev").mkdir(parents=True)
    (tmp_path / "kept" / "file").touch()
    script = (
        "import sys, subprocess; sys.path.insert(0, sys.argv[1]); from lab import cache\n"
        "subprocess.run(['mount', '--bind', sys.argv[2] + '/kept', sys.argv[2] + '/staging/dev'], check=True)\n"
        "cache.remove(sys.argv[2] + '/staging')\n"
    )
    command = ["unshare", "--mount", sys.executable, "-c", script, str(CHECKOUT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "something is mounted at" in done.stderr and "umount" in done.stderr
    assert (tmp_path / "kept" / "file").exists() and (tmp_path / "staging").exists()


def test_a_program_may_be_named_by_a_pattern(alpine: Place) -> None:
    with enter.session(alpine, peers=False) as session:
        assert session.run(["/b*/ech*", "*"]).out == "*\n"
        assert session.run(["/nowhere/*/python3"]).code != 0


def test_a_frozen_checkout_is_what_a_place_sees(alpine: Place) -> None:
    frozen = checkout.frozen()
    with enter.session(alpine, peers=False, checkout=frozen.folder) as session:
        assert session.run(["ls", "/elfin"]).out.split() == sorted(os.listdir(frozen.folder))
        assert session.run(["/elfin/elfin", "host"]).code == 0


def test_a_broken_place_is_made_anew(alpine: Place) -> None:
    os.unlink(f"{cache.root_of('alpine')}/etc/os-release")
    assert make.up(alpine) is not None
    assert make.up(alpine) is None


def test_elfin_knows_the_place(alpine: Place) -> None:
    with enter.session(alpine, peers=False) as session:
        done = session.run(["/elfin/elfin", "host"])
        assert done.code == 0 and "musl 1.2" in done.out, done.err


def test_a_variant_without_devices_has_none(folder: Path, alpine: Place) -> None:
    bare = alpine._replace(mounts=())
    with enter.session(bare, peers=False) as session:
        assert session.run(["ls", "-A", "/proc"]).out == ""
        assert session.run(["cat", "/dev/null"]).code != 0


@pytest.mark.skipif(obstacle("debian-arm64") is not None, reason=str(obstacle("debian-arm64")))
def test_a_foreign_place_runs_and_this_machines_formats_stay_as_they_were(folder: Path) -> None:
    formats = Path("/proc/sys/fs/binfmt_misc")
    before = sorted(path.name for path in formats.iterdir())
    place = every()["debian-arm64"]
    make.up(place)
    with enter.session(place, peers=False) as session:
        assert session.run(["uname", "-m"]).out == "aarch64\n"
        done = session.run(["/elfin/elfin", "venv", "/tmp/env"])
        assert done.code == 0, done.err
        assert session.run(["/tmp/env/bin/python", "-c", "import os; print(os.uname().machine)"]).out == "aarch64\n"
    assert sorted(path.name for path in formats.iterdir()) == before


def test_removed_places_are_gone(folder: Path, alpine: Place) -> None:
    assert lab("down", "alpine").returncode == 0
    assert not os.path.exists(cache.place_folder("alpine"))
    make.up(alpine)
