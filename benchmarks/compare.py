"""elfin beside uv and pip, in one run and in alternation: a table of medians and ratios.

    python benchmarks/compare.py [--runs 5] [--only NAME] [--delay 8] [--data FOLDER] [--output FILE] [--no-pip]

Every run writes into fresh folders, which are deleted only at the end: on ext4 an earlier `rm -rf` slows later file
creation for minutes, and would be charged to whoever comes next. All tools see the same loopback index (JSON with
separate metadata); the wheels of the install cases are fetched once from the package index beforehand. uv and pip are
those of the Python that runs this script (`pip install uv pip`), or of --tools.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ELFIN = HERE.parent / "elfin"
DATA = HERE.parent.parent / "shared" / "data" / "loopback-index.tar.xz"
PYTHON_VERSION = "3.11.7"


class Sample(NamedTuple):
    """One run of one command: seconds of wall clock and of CPU, and the peak of memory in MiB.

    Memory is the sum over all processes of a command at one time, pages they share counted once (Pss); looked at every
    5 ms in a last round that does not count, for looking costs time.
    """

    wall: float
    cpu: float
    peak: float


Command = Callable[[Path], list[str]]


class Case(NamedTuple):
    """What is timed. Each command gets a fresh folder; `prepare` (untimed) may fill it first."""

    name: str
    commands: dict[str, Command]
    prepare: Callable[[str, Path], None] | None = None
    runs: int = 0


def measure(command: list[str], environment: dict[str, str], folder: Path, *, looking: bool = False) -> Sample:
    """Run to the end, with the kernel's own accounting; raises when the command fails. `looking` is at memory."""
    with (folder / "output").open("w+b") as output:
        before = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, cwd=folder, start_new_session=True
        )
        peak = looked_at(process.pid) if looking else 0.0
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime
        for helper in helpers_left(process.pid):
            cpu += helper.ru_utime + helper.ru_stime
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{' '.join(command)}\n{output.read().decode(errors='replace')[-2000:]}")
    return Sample(wall, cpu, peak)


def looked_at(group: int) -> float:
    """The greatest memory of all processes of a session until its first one ends, in MiB."""
    peak = 0
    while os.waitid(os.P_PID, group, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        peak = max(peak, sum(map(proportional_kib, session(group))))
        time.sleep(0.005)
    return peak / 1024


def session(leader: int) -> Iterator[str]:
    """The processes of a session."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.getsid(int(number)) == leader:
                yield number
        except OSError:
            continue


def proportional_kib(process: str) -> int:
    """Memory of a process in KiB, shared pages divided among those who share them; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def helpers_left(group: int) -> Iterator[resource.struct_rusage]:
    """What the processes used that a command left to end by themselves: `adopt` made them this one's to wait for."""
    while True:
        try:
            yield os.wait4(-group, 0)[2]
        except ChildProcessError:
            return


def adopt() -> None:
    """Be told of grandchildren whose parent has ended (PR_SET_CHILD_SUBREAPER): their CPU counts as the command's."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


@contextmanager
def loopback(folder: Path, *arguments: str) -> Iterator[str]:
    """The URL of an index served from `folder` by a process of its own."""
    command = [sys.executable, str(HERE / "index_server.py"), str(folder), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout and server.stdin
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}/simple"
        server.stdin.close()


class Bench:
    """The run: where things lie, and the cases."""

    def __init__(self, options: argparse.Namespace, work: Path) -> None:
        self.options, self.work, self.count = options, work, 0
        tools = Path(options.tools)
        self.uv, self.pip, self.python = str(tools / "uv"), [str(tools / "python"), "-m", "pip"], str(tools / "python")
        self.bare = os.path.realpath(self.python)
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PIP_", "UV_", "ELFIN_", "VIRTUAL_ENV", "PYTHON"))
        }
        self.environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_NO_CONFIG": "1"}

    def fresh(self) -> Path:
        self.count += 1
        folder = self.work / f"run{self.count}"
        folder.mkdir()
        return folder

    def run(self, case: Case) -> dict[str, list[Sample]]:
        """All tools in turn, `runs` times over, after one uncounted round and before one that looks at memory."""
        samples: dict[str, list[Sample]] = {name: [] for name in case.commands}
        runs = case.runs or self.options.runs
        for number in range(runs + 2):
            for name, command in case.commands.items():
                folder = self.fresh()
                if case.prepare:
                    case.prepare(name, folder)
                sample = measure(command(folder), self.environment, folder, looking=number > runs)
                if 0 < number <= runs:
                    samples[name].append(sample)
                elif number > runs:
                    samples[name] = [each._replace(peak=sample.peak) for each in samples[name]]
        return samples

    def start_up(self) -> Iterator[Case]:
        launcher = [self.bare, "-I", "-S", str(HERE.parent / "src" / "elfin" / "launch.py")]
        yield Case(
            "start-up: --version",
            {
                "elfin": lambda _: [*launcher, "--version"],
                "python -I -S": lambda _: [self.bare, "-I", "-S", "-c", "pass"],
                "uv": lambda _: [self.uv, "--version"],
            },
            runs=20,
        )
        yield Case(
            "start-up: reach a command (cache dir)",
            {
                "elfin": lambda _: [*launcher, "cache", "dir"],
                "python -I -S": lambda _: [self.bare, "-I", "-S", "-c", "pass"],
                "python -I -S, argparse": lambda _: [self.bare, "-I", "-S", "-c", "import argparse"],
                "uv": lambda _: [self.uv, "cache", "dir"],
            },
            runs=20,
        )

    def resolve(self, name: str, source: Path, url: str) -> Iterator[Case]:
        cache = {tool: self.work / f"resolve-{name}-{tool}" for tool in ("elfin", "uv", "pip")}

        def elfin(folder: Path, cache: Path) -> list[str]:
            return [str(ELFIN), "pip", "compile", "-q", "--index-url", url, "--python-version", PYTHON_VERSION,
                    "--python", self.bare, "--cache-dir", str(cache), "-o", str(folder / "out.txt"), str(source)]  # fmt: skip

        def uv(folder: Path, cache: Path) -> list[str]:
            return [self.uv, *elfin(folder, cache)[1:]]

        def pip(_: Path, cache: Path) -> list[str]:
            return [*self.pip, "install", "-q", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "--index-url",
                    url, "--cache-dir", str(cache), "-r", str(source)]  # fmt: skip

        cold: dict[str, Command] = {"elfin": lambda f: elfin(f, f / "c"), "uv": lambda f: uv(f, f / "c")}
        warm: dict[str, Command] = {"elfin": lambda f: elfin(f, cache["elfin"]), "uv": lambda f: uv(f, cache["uv"])}
        yield Case(f"cold resolve: {name}", cold)
        yield Case(f"warm resolve: {name}", warm)
        if self.options.pip:
            yield Case(
                f"resolve, pip beside: {name}", {"elfin": cold["elfin"], "pip": lambda f: pip(f, f / "c")}, runs=1
            )

    def install(self, name: str, source: Path) -> Iterator[Case]:
        """Cold, warm and no-op installs of the real wheels that `source` resolves to today."""
        pins = self.work / f"{name}.txt"
        wheels = self.work / f"wheels-{name}"
        flags = ["--python", self.python, "--only-binary", ":all:", "-q", "-o", str(pins), str(source)]
        subprocess.run(
            [self.uv, "pip", "compile", "--no-annotate", "--no-header", *flags], check=True, env=self.environment
        )
        subprocess.run([*self.pip, "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(wheels), "-r", str(pins)],
                       check=True, env=self.environment)  # fmt: skip
        with loopback(wheels, "--wheels") as url:
            index = ["--index-url", url, "--python"]

            def sync(program: list[str], folder: Path, cache: Path, *more: str) -> list[str]:
                return [
                    *program,
                    "pip",
                    "sync",
                    "-q",
                    str(pins),
                    *index,
                    str(folder / "env/bin/python"),
                    "--cache-dir",
                    str(cache),
                    *more,
                ]

            def environment(_: str, folder: Path) -> None:
                subprocess.run(
                    [self.uv, "venv", "-q", "--python", self.python, str(folder / "env")],
                    check=True,
                    env=self.environment,
                )

            programs = {"elfin": [str(ELFIN)], "uv": [self.uv]}
            caches = {tool: self.work / f"cache-{name}-{tool}" for tool in programs}
            cold: dict[str, Command] = {
                tool: (lambda f, p=program: sync(p, f, f / "c"))
                for tool, program in programs.items()  # type: ignore[misc]
            }
            warm: dict[str, Command] = {
                tool: (lambda f, t=tool, p=program: sync(p, f, caches[t], "--offline"))  # type: ignore[misc]
                for tool, program in programs.items()
            }
            for tool, program in programs.items():
                folder = self.fresh()
                environment(tool, folder)
                measure(sync(program, folder, caches[tool]), self.environment, folder)
            yield Case(f"cold install: {name}", cold, environment)
            yield Case(f"warm install: {name}", warm, environment)

            def synced(tool: str, folder: Path) -> None:
                environment(tool, folder)
                measure(warm[tool](folder), self.environment, folder)

            yield Case(f"no-op sync: {name}", warm, synced)
            if self.options.pip:

                def pip(f: Path) -> list[str]:
                    return [*self.pip, "--python", str(f / "env/bin/python"), "install", "-q", "--no-compile", "--no-deps",
                            "--index-url", url, "--cache-dir", str(self.work / "cache-pip"), "-r", str(pins)]  # fmt: skip

                yield Case(
                    f"warm install, pip beside: {name}", {"elfin": warm["elfin"], "pip": pip}, environment, runs=1
                )


def rows(case: Case, samples: dict[str, list[Sample]]) -> Iterator[str]:
    """Markdown rows: medians of each tool, and the ratio of elfin's median wall and CPU to the other's."""

    def median(tool: str, field: str) -> float:
        return statistics.median(getattr(sample, field) for sample in samples[tool])

    for tool in samples:
        cells = [case.name if tool == "elfin" else "", tool]
        cells += [f"{median(tool, field):.3f}" for field in ("wall", "cpu")] + [f"{median(tool, 'peak'):.0f}"]
        if tool != "elfin":
            cells += [f"{median('elfin', field) / max(median(tool, field), 1e-9):.2f}" for field in ("wall", "cpu")]
        else:
            cells += ["", ""]
        yield "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--delay", type=float, default=8, help="milliseconds before the resolve index answers")
    parser.add_argument("--data", type=Path, default=DATA, help="loopback-index.tar.xz or its unpacked folder")
    parser.add_argument("--tools", default=os.path.dirname(sys.executable), help="folder with uv, and python with pip")
    parser.add_argument("--output", type=Path, help="write the table there too")
    parser.add_argument("--no-pip", dest="pip", action="store_false")
    options = parser.parse_args()
    adopt()
    work = Path(tempfile.mkdtemp(prefix="elfin-bench-"))
    bench = Bench(options, work)
    lines = [
        "| case | tool | wall s | CPU s | peak MiB | elfin/it wall | elfin/it CPU |",
        "|---|---|---|---|---|---|---|",
    ]
    try:
        for line in lines:
            print(line, flush=True)
        for case in cases(bench):
            if options.only in case.name:
                for row in rows(case, bench.run(case)):
                    lines.append(row)
                    print(row, flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if options.output:
        options.output.write_text("\n".join(lines) + "\n")


def cases(bench: Bench) -> Iterator[Case]:
    """Every case, each with its index up while it runs."""
    only = bench.options.only
    yield from bench.start_up()
    if not only or "resolve" in only:
        data = bench.options.data
        if data.is_file():
            # By a child: what this process once needed counts as the peak of every child it starts later.
            subprocess.run(["tar", "-xJf", str(data), "-C", str(bench.work)], check=True)
            data = bench.work
        with loopback(data, "--delay", str(bench.options.delay)) as url:
            for name in ("jupyter",):
                yield from bench.resolve(name, HERE / f"{name}.in", url)
    if not only or "install" in only or "sync" in only:
        for name in ("jupyter", "trio-docs"):
            yield from bench.install(name, HERE / f"{name}.in")


if __name__ == "__main__":
    main()
