"""How long it takes to know this machine, to make the tags of a place, and to judge 100,000 wheels for it.

Usage: elfin run benchmarks/verdicts.py [INDEX.tar.xz]. The wheels are those of the index pages in the archive
(`simple/NAME/index.json`), again and again up to 100,000; without an archive, made-up names. Columns: making the set of
tags; `fits` whether a wheel fits, nothing remembered; `why` the same with the reason of each misfit, by a `Judge`
begun anew for each run; `why, each alone` without one. `packaging` judges the same names by its own means.
`elfin host` is timed in processes of its own, in alternation with `elfin cache dir`, which only starts and ends.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
import tarfile
import time
from collections.abc import Callable

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src"))

from packaging import tags as theirs

from elfin.errors import MalformedWheel
from elfin.formats import wheelname
from elfin.host.model import Target
from elfin.host.named import Named, named
from elfin.pythons.imagined import imagined
from elfin.tags import match
from elfin.tags.expand import tag_set

LAUNCH = os.path.join(sys.path[0], "elfin", "launch.py")
COUNT = 100_000
RUNS = 5
STARTS = 40
PLACES = ("debian:12", "manylinux_2_17_aarch64", "alpine:3.20", "alpine:3.18/armv7", "macosx_14_0_arm64", "win_amd64")


def names(archive: str | None) -> list[str]:
    """COUNT names of wheels."""
    if archive is None:
        tags = [f"cp3{minor}-cp3{minor}-{family}_{arch}" for minor in range(8, 15)
                for family in ("manylinux_2_17", "manylinux_2_28", "musllinux_1_2", "linux")
                for arch in ("x86_64", "aarch64", "i686", "armv7l", "ppc64le", "s390x")]  # fmt: skip
        found = [f"demo-{number}.0-{tag}.whl" for number in range(100) for tag in (*tags, "py3-none-any")]
    else:
        with tarfile.open(archive) as pages:
            found = [file["filename"] for member in pages if member.name.endswith("index.json")
                     for file in json.load(pages.extractfile(member))["files"]  # type: ignore[arg-type]
                     if file["filename"].endswith(".whl")]  # fmt: skip
    return list(itertools.islice(itertools.cycle(found), COUNT))


def target(name: str) -> Target:
    """The place with a CPython 3.13."""
    place = named(name)
    assert isinstance(place, Named)
    return Target(place.host, imagined(place.host, "3.13"))


def timed(work: Callable[[], object]) -> float:
    """Median of the process's own seconds."""
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def started(*words: str) -> float:
    """CPU seconds, user's and system's, of one elfin from start to end, as the kernel counts them."""
    command = [sys.executable, "-I", "-S", LAUNCH, *words]
    silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    _, status, spent = os.wait4(os.posix_spawn(sys.executable, command, os.environ, file_actions=silent), 0)
    assert status == 0, command
    return spent.ru_utime + spent.ru_stime


def machine() -> None:
    """One line: what `elfin host` costs beyond starting."""
    pairs = [(started("cache", "dir"), started("host")) for _ in range(STARTS)][1:]
    start, above = (statistics.median(column) for column in zip(*((a, b - a) for a, b in pairs), strict=True))
    print(f"`elfin host`: {above * 1000:.1f} ms of CPU above start-up, which takes {start * 1000:.1f} ms", end=" ")
    print(f"(medians of {len(pairs)} pairs)")


def parse(files: list[str]) -> list[wheelname.WheelName]:
    """What can be parsed of them."""
    found = []
    for name in files:
        try:
            found.append(wheelname.parse(name))
        except MalformedWheel:
            continue
    return found


def main() -> None:
    """Print the table."""
    machine()
    files = names(sys.argv[1] if len(sys.argv) > 1 else None)
    wheels = parse(files)
    endings = ["-".join(map(".".join, (wheel.pythons, wheel.abis, wheel.platforms))) for wheel in wheels]
    print(
        f"{len(wheels)} wheels, {len(set(files))} of them different, with {len(set(endings))} kinds of tags;", end=" "
    )
    print(f"medians of {RUNS} runs, CPU time")
    print(f"parsing the names: {timed(lambda: parse(files)):.3f} s (`packaging` parsing the tags alone:", end=" ")
    print(f"{timed(lambda: [theirs.parse_tag(ending) for ending in endings]):.3f} s)")
    print(f"{'place':24} {'tags':>5} {'tag set':>9} {'fits':>8} {'why':>8} {'why, each alone':>16} {'fitting':>8}")
    for name in PLACES:
        row(name, wheels)


def row(name: str, wheels: list[wheelname.WheelName]) -> None:
    """One line: one place."""
    here = target(name)
    tags = tag_set(here)
    fitting = sum(match.match(tags, wheel) is not None for wheel in wheels)
    made = timed(lambda: [tag_set(here) for _ in range(100)]) * 10
    fits = timed(lambda: [match.match(tags, wheel) for wheel in wheels])
    why = timed(lambda: list(map(match.Judge(tags), wheels)))
    alone = timed(lambda: [match.verdict(tags, wheel) for wheel in wheels])
    count = sum(1 for _ in tags.tags())
    print(f"{name:24} {count:5} {made:6.3f} ms {fits:6.3f} s {why:6.3f} s {alone:14.3f} s {fitting:8}")


if __name__ == "__main__":
    main()
