"""Audit real wheels beside auditwheel, and keep their ELF facts as vectors for the tests.

    python tools/audit_wheels.py FOLDER [--auditwheel PROGRAM] [--write tests/audit/real_wheels.json]

Prints one line a wheel: what elfin says the bytes earn, what auditwheel says, and the symbol that decides. Downloads
nothing: FOLDER holds the wheels (`pip download --no-deps --only-binary :all: --platform ...`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from elfin.audit.model import FileFacts, Report
from elfin.flows import audit

MOST_FILES = 25
"""Wheels with more files are kept in sum only: their vectors would be large."""
KEPT = ("path", "kind", "libc", "needed", "soname", "module")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--auditwheel", metavar="PROGRAM")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    rows = []
    for path in sorted(options.folder.glob("*.whl")):
        report = audit.wheel(str(path), path.name)
        theirs = peer(options.auditwheel, path) if options.auditwheel else None
        floor = report.glibc or report.musl
        witness = f"{floor.witness.version or 'musl'} {', '.join(floor.witness.symbols[:2])}" if floor else "-"
        print(f"{path.name}\n    elfin       {'.'.join(report.earned.tags)}   ({witness})")
        if theirs:
            print(f"    auditwheel  {theirs}")
        rows.append(vector(path, report, theirs))
    if options.write:
        options.write.write_text("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")
    return 0


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
        "glibc": report.glibc.version if report.glibc else None,
        "musl": report.musl.version if report.musl else None,
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
