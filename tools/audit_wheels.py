"""Audit real wheels beside auditwheel, and keep their ELF facts as vectors for the tests.

    python tools/audit_wheels.py FOLDER [--auditwheel PROGRAM] [--write tests/audit/real_wheels.json]
    python tools/audit_wheels.py FOLDER --times 1000 [--processes 2]

Prints one line a wheel: what elfin says the bytes earn, what auditwheel says, and the symbol that decides. With --times
it audits that many wheels instead, the folder's over and over, in parallel processes, and prints what they took: time
and the memory of the largest process. Downloads nothing: FOLDER holds the wheels (`pip download --no-deps
--only-binary :all: --platform ...`).
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from elfin.audit.model import FileFacts, Report
from elfin.flows import audit_reports
from elfin.flows.audit_many import audit_many
from elfin.flows.context import Context

MOST_FILES = 25
"""Wheels with more files are kept in sum only: their vectors would be large."""
KEPT = ("path", "kind", "libc", "needed", "soname", "module")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--auditwheel", metavar="PROGRAM")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--times", type=int, metavar="N")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    options = parser.parse_args()
    if options.times:
        return many(sorted(options.folder.glob("*.whl")), options.times, options.processes)
    rows = []
    for path in sorted(options.folder.glob("*.whl")):
        report = audit_reports.wheel(str(path), path.name)
        theirs = peer(options.auditwheel, path) if options.auditwheel else None
        floor = report.total.glibc or report.total.musl
        witness = f"{floor.witness.version or 'musl'} {', '.join(floor.witness.symbols[:2])}" if floor else "-"
        print(f"{path.name}\n    elfin       {'.'.join(report.earned.tags)}   ({witness})")
        if theirs:
            print(f"    auditwheel  {theirs}")
        rows.append(vector(path, report, theirs))
    if options.write:
        options.write.write_text("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")
    return 0


def many(paths: list[Path], times: int, processes: int) -> int:
    """Audits in parallel processes; 1 where one failed."""
    context = Context.open({})
    asked = (str(path.absolute()) for path in itertools.islice(itertools.cycle(paths), times))
    began = time.perf_counter()
    count = files = 0
    failed = []
    # A process of its own start: a forked one would count this one's memory as its own.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as executor:
        for done in audit_many(context, asked, executor):
            count, files = count + 1, files + sum(len(report.files) for report in done.reports)
            failed += [f"{done.path}: {done.error}"] if done.error else []
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{count} audits of {len(paths)} wheels, {files} ELF files: {seconds:.1f} s in {processes} processes, "
        f"{(used.ru_utime + used.ru_stime) / count * 1000:.0f} ms of CPU each, "
        f"{used.ru_maxrss / 1024:.0f} MB in the largest process"
    )
    print("\n".join(failed))
    return int(bool(failed))


def peer(program: str, path: Path) -> str:
    """auditwheel's overall tag, or how it failed."""
    done = subprocess.run(
        [program, "show", "--json", "--disable-isa-ext-check", str(path)],
        check=False, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    try:
        return str(json.loads(done.stdout)["overall_tag"])
    except (ValueError, KeyError):
        return f"no answer ({(done.stderr.strip().splitlines() or ['nothing said'])[-1][:100]})"


def vector(path: Path, report: Report, theirs: str | None) -> dict[str, Any]:
    """What a test needs to judge the wheel again without it."""
    few = len(report.files) <= MOST_FILES
    return {
        "name": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "earned": list(report.earned.tags),
        "glibc": report.total.glibc.version if report.total.glibc else None,
        "musl": report.total.musl.version if report.total.musl else None,
        "auditwheel": theirs,
        "files": [facts(file) for file in report.files] if few else None,
    }


def facts(file: FileFacts) -> dict[str, Any]:
    """One file's facts, symbols left out but for the deciding ones."""
    row = file._asdict()
    return {
        **{name: row[name] for name in KEPT},
        "arch": list(file.arch),
        "wants": [[want.library, want.version, want.weak, list(want.symbols[:1])] for want in file.wants],
        "musl": list(file.musl.version) if file.musl else None,
        "private_zlib": list(file.private_zlib),
    }


if __name__ == "__main__":
    sys.exit(main())
