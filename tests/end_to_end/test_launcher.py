"""`./elfin` as a file: it finds a Python, remembers it, and makes its private place once.

The wheels elfin needs for itself come from an index on loopback, by a lock made for the test, so that no network is
needed; `test_real_index.py` has the real ones.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kit.commandline import PYTHON, projects, release
from kit.indexserver import IndexServer

CHECKOUT = Path(__file__).resolve().parent.parent.parent
OWN = ("packaging", "urllib3", "truststore")

pytestmark = pytest.mark.slow


class Checkout:
    """A copy of the program in a folder of the test's, with a home beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "check out"  # with a space, as home folders have them
        self.root.mkdir()
        shutil.copy(CHECKOUT / "elfin", self.root)
        shutil.copytree(CHECKOUT / "src", self.root / "src", ignore=shutil.ignore_patterns("__pycache__"))
        self.home = folder / "home"
        self.home.mkdir()
        self.environ = {
            "PATH": f"{os.path.dirname(PYTHON)}:/usr/bin:/bin",
            "HOME": str(self.home),
            "PIP_CONFIG_FILE": os.devnull,
            "NO_PROXY": "127.0.0.1",
        }
        self.memory = self.home / ".cache" / "elfin" / "launcher"
        self.places = self.home / ".local" / "share" / "elfin" / "own"

    def command(self, *arguments: str) -> list[str]:
        return [str(self.root / "elfin"), *arguments]

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.command(*arguments), **more)

    def run(self, command: list[str], *, folder: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        environ = {name: value for name, value in {**self.environ, **more}.items() if value}
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=environ, cwd=folder, timeout=120
        )

    def lock(self, lines: Mapping[str, bytes], identity: str = "test") -> None:
        """Write the lock for these wheels."""
        rows = "".join(
            f"{name.split('-')[0]}=={name.split('-')[1]} {name} sha256:{hashlib.sha256(data).hexdigest()}\n"
            for name, data in lines.items()
        )
        (self.root / "src" / "elfin" / "own.lock").write_text(f"# lock {identity}\n{rows}")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_python_is_found_and_remembered(checkout: Checkout) -> None:
    first = checkout("--version")
    assert (first.returncode, first.stderr) == (0, "") and first.stdout.startswith("elfin ")
    python, loader = checkout.memory.read_text().splitlines()
    assert python == os.path.realpath(PYTHON) and os.path.exists(loader)
    second = checkout("--version", PATH="/nonexistent")
    assert second.stdout == first.stdout, second.stderr


def test_the_system_s_path_is_enough(checkout: Checkout) -> None:
    done = checkout("--version", PATH="/usr/bin:/bin")
    if done.returncode == 1 and "needs Python 3.11 or newer" in done.stderr:
        pytest.skip("this system's own Python is older than 3.11")
    assert done.stdout.startswith("elfin "), done.stderr


@pytest.mark.parametrize(
    "memory", ["/gone/python3\n/gone/ld.so\n", "", "\n\n", "rubbish", f"{PYTHON}\n/gone/ld-musl.so\n"]
)
def test_a_memory_that_is_stale_is_made_anew(checkout: Checkout, memory: str) -> None:
    checkout.memory.parent.mkdir(parents=True)
    checkout.memory.write_text(memory)
    assert checkout("--version").returncode == 0
    assert checkout.memory.read_text().splitlines()[0] == os.path.realpath(PYTHON)


def test_without_a_fitting_python_the_error_names_those_tried(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout("--version", ELFIN_PYTHON="/bin/false")
    assert done.returncode == 1 and done.stdout == ""
    assert "error: elfin needs Python 3.11 or newer to run itself, and found /bin/false (does not run)\n" in done.stderr
    assert "hint: " in done.stderr and "ELFIN_PYTHON=" in done.stderr
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\n[ "$1" = -c ] && echo 3.6 || exit 1\n')
    old.chmod(0o755)
    done = checkout("--version", ELFIN_PYTHON=str(old))
    assert done.returncode == 1 and f"{old} (3.6)" in done.stderr
    assert not checkout.memory.exists()


def test_a_python_named_by_the_variable_wins_over_the_memory(checkout: Checkout) -> None:
    checkout.memory.parent.mkdir(parents=True)
    checkout.memory.write_text("/bin/false\n/bin/false\n")
    assert checkout("--version", ELFIN_PYTHON=PYTHON).returncode == 0


@pytest.mark.parametrize("home", ["", "/dev/null/home", "/proc/self/home"])
def test_a_home_that_cannot_be_written_costs_only_time(checkout: Checkout, home: str) -> None:
    done = checkout("--version", HOME=home)
    assert done.returncode == 0 and done.stderr == ""


def test_links_lead_to_the_checkout_from_anywhere(checkout: Checkout, tmp_path: Path) -> None:
    bin_folder, far = tmp_path / "bin", tmp_path / "far"
    bin_folder.mkdir()
    far.mkdir()
    (bin_folder / "first").symlink_to(checkout.root / "elfin")
    (bin_folder / "elfin").symlink_to("first")
    (far / "e").symlink_to("../bin/elfin")
    for command in ([str(far / "e")], ["./e"], ["sh", "e"]):
        done = checkout.run([*command, "--version"], folder=far)
        assert done.stdout.startswith("elfin "), (command, done.stderr)
    done = checkout.run(["elfin", "--version"], folder=far, PATH=f"{bin_folder}:{checkout.environ['PATH']}")
    assert done.stdout.startswith("elfin "), done.stderr


def test_elfinx_is_tool_run(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "elfinx").symlink_to(checkout.root / "elfin")
    done = checkout.run([str(tmp_path / "elfinx"), "--help"])
    assert done.stdout.startswith("usage: elfin tool run "), done.stderr


def test_strange_words_reach_the_command_whole(checkout: Checkout) -> None:
    done = checkout("run", "--", "printf", "<%s>", "a b", "", "*", "$HOME", "'\"")
    assert done.stdout == "<a b><><*><$HOME><'\">", done.stderr


def real_wheels() -> dict[str, bytes]:
    """Wheels of what elfin needs, made from the modules that run these tests."""
    import importlib.metadata

    found: dict[str, bytes] = {}
    for name in OWN:
        one = importlib.metadata.distribution(name)
        files = {
            str(path): Path(str(path.locate())).read_bytes()
            for path in one.files or ()
            if str(path).startswith(f"{name}/") and path.suffix in (".py", ".typed")
        }
        found |= release(name, one.version, files=files)
    return found


@pytest.fixture(scope="module")
def wheels() -> dict[str, bytes]:
    return real_wheels()


@pytest.fixture
def own_index(wheels: dict[str, bytes], checkout: Checkout) -> Iterator[IndexServer]:
    pages = {**projects(), **{name.split("-")[0]: {name: data} for name, data in wheels.items()}}
    with IndexServer(pages, form="html") as server:
        checkout.environ["ELFIN_INDEX_URL"] = server.url
        checkout.lock(wheels)
        yield server


def test_the_private_place_is_made_once(checkout: Checkout, own_index: IndexServer) -> None:
    assert checkout("venv", str(checkout.home / "e")).returncode == 0
    assert not checkout.places.exists()  # nothing needed it so far
    first = checkout("pip", "install", "--python", str(checkout.home / "e"), "alpha")
    assert first.returncode == 0 and " + alpha==2.0" in first.stderr, first.stderr
    assert first.stderr.startswith("elfin: fetching its own dependencies, once\n")
    asked = sum("/packaging/" in path for path in own_index.paths())
    second = checkout("pip", "install", "--python", str(checkout.home / "e"), "gamma")
    assert second.returncode == 0 and "fetching" not in second.stderr
    assert sum("/packaging/" in path for path in own_index.paths()) == asked
    assert made_places(checkout) == 1


def made_places(checkout: Checkout) -> int:
    """How many finished places there are, having looked that nothing unfinished is left beside them."""
    names = os.listdir(checkout.places) if checkout.places.exists() else []
    assert not [name for name in names if "staging" in name], names
    return len([name for name in names if not name.endswith(".lock")])


def test_first_runs_at_once_make_one_place(checkout: Checkout, own_index: IndexServer) -> None:
    running = []
    for number in range(4):
        command = checkout.command(
            "pip", "install", "--python", PYTHON, "--target", str(checkout.home / str(number)), "alpha"
        )
        running.append(
            subprocess.Popen(command, env=checkout.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    said = [one.communicate(timeout=120)[1] for one in running]
    assert [one.returncode for one in running] == [0] * 4, said
    assert made_places(checkout) == 1
    assert sum(path.startswith("/files/packaging/") for path in own_index.paths()) == 1


def test_a_wheel_that_is_not_the_locked_one_is_refused(
    checkout: Checkout, own_index: IndexServer, wheels: dict[str, bytes]
) -> None:
    checkout.lock({name: data + b"x" if name.startswith("urllib3") else data for name, data in wheels.items()})
    done = checkout("pip", "install", "--python", PYTHON, "--target", str(checkout.home / "t"), "alpha")
    assert done.returncode == 4 and "is not the file that elfin's lock names" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert made_places(checkout) == 0 and not (checkout.home / "t").exists()
    checkout.lock(wheels, "mended")
    done = checkout("pip", "install", "--python", PYTHON, "--target", str(checkout.home / "t"), "alpha")
    assert done.returncode == 0, done.stderr
    assert made_places(checkout) == 1


def test_a_lock_without_a_fitting_wheel_says_so(
    checkout: Checkout, own_index: IndexServer, wheels: dict[str, bytes]
) -> None:
    named = {
        name.replace("py3-none-any", "cp399-cp399-win_amd64") if name[0] == "u" else name: data
        for name, data in wheels.items()
    }
    checkout.lock(named)
    done = checkout("pip", "install", "--python", PYTHON, "--target", str(checkout.home / "t"), "alpha")
    assert done.returncode == 1 and "elfin's lock has no wheel of urllib3==" in done.stderr, done.stderr
    assert made_places(checkout) == 0


def test_without_a_network_the_first_run_says_what_it_needs(checkout: Checkout, wheels: dict[str, bytes]) -> None:
    checkout.lock(wheels)
    done = checkout(
        "pip", "install", "--python", PYTHON, "--target", str(checkout.home / "t"), "alpha",
        ELFIN_INDEX_URL="http://someone:hunter2@127.0.0.1:9/simple",
    )  # fmt: skip
    assert done.returncode == 3 and "cannot reach http://***@127.0.0.1:9/simple/packaging/" in done.stderr
    assert "hunter2" not in done.stderr and "its own dependencies" in done.stderr
    assert made_places(checkout) == 0


def test_an_index_with_a_password_serves_elfin_itself_too(checkout: Checkout, own_index: IndexServer) -> None:
    own_index.auth = ("someone", "hunter2")
    url = own_index.url_with("someone", "hunter2")
    done = checkout(
        "-vv", "pip", "install", "--python", PYTHON, "--target", str(checkout.home / "t"), "alpha", ELFIN_INDEX_URL=url
    )
    assert done.returncode == 0 and "hunter2" not in done.stderr, done.stderr
