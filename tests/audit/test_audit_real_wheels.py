"""Real wheels: the facts of their files, kept as vectors (tools/audit_wheels.py), judged again."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from elfin.audit import earned, reports, sums
from elfin.audit.model import Claim, FileFacts, Floor, Want, Witness
from elfin.flows import audit_reports
from elfin.formats import wheelname
from elfin.host.model import Arch

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "real_wheels.json").read_text())

# auditwheel 6.8.2 has policies for these glibcs and no others.
STEPS = [5, 12, 17, 24, 26, 27, 28, 31, 34, 35, 36, 37, 38, 39, 40, 41]


def why_different(vector: dict[str, Any]) -> str | None:
    """The reason of a verdict unlike auditwheel's, None where there is no good one."""
    theirs, ours, name = vector["auditwheel"], vector["earned"], vector["name"]
    if any(tag.startswith("musl") for tag in ours) and any(tag.startswith("many") for tag in ours):
        return "static: both families; auditwheel takes that of its own host"
    if "Magic number does not match" in theirs:
        return "DT_NEEDED libc.so is musl's; auditwheel opens the host's linker script of that name"
    if theirs.startswith("musllinux_1_2") and ours[0].startswith("musllinux_1_1") and (vector["musl"] or [1]) < [1, 2]:
        return "no symbol younger than musl 1.1 is taken; auditwheel never looks"
    if "linux_armv6l" in name and ours == ["linux_armv6l"]:
        return "build attributes are an upper bound; auditwheel takes them for ARMv7"
    exact = vector["glibc"][1] if vector["glibc"] else 0
    if theirs == f"manylinux_2_{min(step for step in STEPS if step >= exact)}_{ours[0].partition('_2_')[2][3:]}":
        return f"exact: it is glibc 2.{exact}, between two of auditwheel's policies"
    weak = {want[1] for file in vector["files"] or () for want in file["wants"] if want[2]}
    if f"GLIBC_{'.'.join(theirs.split('_')[1:3])}" in weak:
        return "that version is a weak one: the loader goes on without it, and auditwheel counts it"
    return None


def facts(row: dict[str, Any]) -> FileFacts:
    musl = tuple(row["musl"]) if row["musl"] else None
    return FileFacts(
        path=row["path"], kind=row["kind"], arch=Arch(*row["arch"]), libc=row["libc"], why="kept", loader=None,
        soname=row["soname"], needed=tuple(row["needed"]),
        wants=tuple(Want(library, version, weak, tuple(names)) for library, version, weak, names in row["wants"]),
        musl=Floor(musl, Witness(row["path"], None, None, ()), None) if musl else None, kernel=None, cpu_level=None,
        cpu_used=None, module=row["module"], python_names=(), python_defines=(),
        private_zlib=tuple(row["private_zlib"]), rpath=None, runpath=None, oddities=(),
    )  # fmt: skip


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["files"]], ids=lambda one: one["name"][:70])
def test_the_facts_of_a_real_wheel_earn_its_tags(vector: dict[str, Any]) -> None:
    files = [facts(row) for row in vector["files"]]
    total = sums.total(files, sums.bundled(files))
    claims = wheelname.parse(vector["name"]).platforms
    assert list(earned.platform_tags(files, total, claims=claims).tags) == vector["earned"]
    assert (list(total.glibc.version) if total.glibc else None) == vector["glibc"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["name"][:70])
def test_auditwheel_agrees_or_the_difference_has_a_reason(vector: dict[str, Any]) -> None:
    assert vector["auditwheel"] in vector["earned"] or why_different(vector) is not None, vector["auditwheel"]


def test_the_comparison_is_wide() -> None:
    assert len(VECTORS) >= 60
    assert len({row["arch"][0] for vector in VECTORS for row in vector["files"] or ()}) >= 8
    assert sum(vector["auditwheel"] in vector["earned"] for vector in VECTORS) >= 35


def test_a_name_is_never_found_to_promise_more_than_these_bytes_keep() -> None:
    """Published wheels that work: a claim said to be too wide would be a fault of ours."""
    for vector in VECTORS:
        if vector["files"]:
            files = [facts(row) for row in vector["files"]]
            name = wheelname.parse(vector["name"])
            claim = Claim(vector["name"], name.pythons, name.abis, name.platforms, (), "", "", False, (), ())
            report = reports.judged(vector["name"], "wheel", files, claim)
            compared = earned.compare(name.platforms, report)
            wide = [one for one in compared if one.verdict not in ("earned", "narrow")]
            assert wide == [], vector["name"]


@pytest.mark.slow
@pytest.mark.index
@pytest.mark.parametrize(
    "part", ["none-manylinux_2_17_aarch64", "musllinux_1_2_riscv64", "numpy-2.5.5-cp313-cp313-many"]
)
def test_a_fetched_wheel_still_says_so(part: str, tmp_path: Path) -> None:
    vector = next(one for one in VECTORS if part in one["name"])
    name = wheelname.parse(vector["name"])
    asked = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
    asked += ["--only-binary", ":all:", "--python-version", "3.13", "-d", str(tmp_path)]
    asked += [word for tag in name.platforms for word in ("--platform", tag)]
    done = subprocess.run([*asked, f"{name.name}=={name.version}"], check=False, capture_output=True, text=True)
    path = tmp_path / vector["name"]
    if done.returncode or not path.exists():
        pytest.skip(f"the index gave another file or none: {done.stderr[-200:]}")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == vector["sha256"]
    report = audit_reports.wheel(str(path), path.name, hashes=True)
    assert list(report.earned.tags) == vector["earned"]
    assert report.claim is not None and report.claim.record == ()
