"""Installing a Python, elfin beside uv, from the same archive; and `python list` with 20 installed.

    python benchmarks/pythons.py [--runs 9] [--pythons FOLDER] [--tools FOLDER] [--output FILE]

FOLDER holds archives of python-build-standalone and their list (`python-build-standalone.ndjson`); the same list as uv
writes it is made of that. Every install goes into a fresh folder, deleted only at the end, the tools taking turns.
elfin is measured as it is, and without what uv leaves out: starting the new Python once, and having its files on the
disk before it says so (one syncfs). For `list` the catalogue is the one that elfin comes with, all else is made: 20
records, a PATH with the system's Pythons.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from compare import ELFIN, HERE, Sample, adopt, measure

PYTHONS = HERE.parent.parent / "shared" / "pythons"
LIST = "python-build-standalone.ndjson"
BARE = f"""
import sys
sys.path[:0] = [{str(HERE.parent / "src")!r}]
sys.path += {{more!r}}
from types import SimpleNamespace
from elfin.edges import disk
from elfin.pythons import child_first_run
disk.sync = disk.sync_file = lambda path: None
child_first_run.run = lambda build, *rest: SimpleNamespace(implementation="cpython", version="", soabi="x", ext_suffix="")
from elfin.cli.entry import main
sys.exit(main(sys.argv[1:]))
"""
"""elfin without the first run and without syncfs."""
Command = Callable[[Path], list[str]]


def turns(commands: dict[str, Command], environment: dict[str, str], work: Path, runs: int) -> dict[str, list[Sample]]:
    """All in turn, `runs` times over after one round that does not count."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            folder = Path(tempfile.mkdtemp(dir=work))
            sample = measure(command(folder), environment, folder)
            if number:
                samples[name].append(sample)
    return samples


def rows(title: str, samples: dict[str, list[Sample]]) -> Iterator[str]:
    """Markdown: median and least wall clock, median CPU, and elfin's ratio to each other's."""

    def told(name: str) -> tuple[float, float, float]:
        walls = [one.wall for one in samples[name]]
        return statistics.median(walls), min(walls), statistics.median(one.cpu for one in samples[name])

    last = list(samples)[-1]
    for name in samples:
        cells = [f"{value:.3f}" for value in told(name)]
        ratios = ["", "", ""] if name == last else [f"{a / b:.2f}" for a, b in zip(told(name), told(last), strict=True)]
        yield "| " + " | ".join([title, name, *cells, *ratios]) + " |"
        title = ""


def installs(options: argparse.Namespace, work: Path) -> dict[str, Command]:
    """The commands that install the build for this machine."""
    sys.path[:0] = [str(HERE.parent / "tests"), str(HERE.parent / "src")]
    from kit import pythonarchives

    source = options.pythons.resolve()
    (work / "uv.json").write_text(json.dumps(pythonarchives.as_uv_has_it(source)))
    tools = Path(options.tools)
    more = [one for one in sys.path if one.endswith("site-packages")]  # isal, as elfin itself has it
    bare = [os.path.realpath(tools / "python"), "-I", "-S", "-c", BARE.format(more=more)]

    def words(folder: Path) -> list[str]:
        return ["python", "install", "-q", "3.13", "--no-bin", "--install-dir", str(folder / "there")]

    return {
        "elfin": lambda folder: [str(ELFIN), *words(folder)],
        "elfin, bare": lambda folder: [*bare, *words(folder)],
        "uv": lambda folder: [str(tools / "uv"), *words(folder), "--python-downloads-json-url", str(work / "uv.json")],
    }


def twenty(home: Path) -> None:
    """Records of 20 Pythons in a home, as installs leave them; their programs are empty files."""
    from elfin.pythons import catalogue, manifest

    known = catalogue.read(Path(catalogue.__file__).with_name("pythons.txt").read_text())
    builds = known.builds(
        lambda kind: (kind.os, kind.arch, kind.libc, kind.debug) == ("linux", "x86_64", "glibc", False)
    )
    for build in {build.key: build for build in builds if build.implementation == "cpython"}.values():
        prefix = home / ".local/share/elfin/pythons" / build.key
        program = prefix / manifest.executables(build)[0]
        program.parent.mkdir(parents=True)
        program.touch(0o755)
        one = manifest.Installed(build.key, build, str(prefix), str(program.relative_to(prefix)), True, "")
        (prefix / manifest.RECORD).write_text(manifest.record_text(one))
        if len(list(prefix.parent.iterdir())) == 20:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--pythons", type=Path, default=PYTHONS, help="folder with archives and their list")
    parser.add_argument("--tools", default=os.path.dirname(sys.executable), help="folder with uv and python")
    parser.add_argument("--output", type=Path, help="write the table there too")
    options = parser.parse_args()
    adopt()
    work = Path(tempfile.mkdtemp(prefix="elfin-bench-"))
    home = work / "home"
    home.mkdir()
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "UV_NO_CONFIG": "1",
        "ELFIN_PYTHON_CATALOGUE": str(options.pythons.resolve() / LIST),
    }  # fmt: skip
    lines = [
        "| case | tool | median s | least s | CPU s | to the last: median | least | CPU |",
        "|---|---|---|---|---|---|---|---|",
    ]
    try:
        # Once, untimed: a checkout fetches its own dependencies into a new home.
        subprocess.run([str(ELFIN), "cache", "dir"], check=True, env=environment, stdout=subprocess.DEVNULL)
        lines += rows("install a Python", turns(installs(options, work), environment, work, options.runs))
        twenty(home)
        del environment["ELFIN_PYTHON_CATALOGUE"]
        python = os.path.realpath(Path(options.tools) / "python")
        launcher = [python, "-I", "-S", str(HERE.parent / "src" / "elfin" / "launch.py")]
        lists: dict[str, Command] = {
            "elfin": lambda _: [*launcher, "python", "list"],
            "elfin, only installed": lambda _: [*launcher, "python", "list", "--only-installed"],
            "python -I -S": lambda _: [python, "-I", "-S", "-c", "pass"],
        }
        lines += rows("list, 20 installed", turns(lists, environment, work, 3 * options.runs))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("\n".join(lines))
    if options.output:
        options.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
