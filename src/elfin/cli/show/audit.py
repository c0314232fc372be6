"""`elfin audit` as text, as one JSON object, and as SARIF 2.1.0 for code-scanning services.

The text answers the first question first: will it run there, and if not, which file and which symbol.
"""

from __future__ import annotations

from collections.abc import Sequence

from elfin.audit import earned, places, policy, problems, python_abi, releases, sums
from elfin.audit.model import Claim, FileFacts, Floor, Foreign, Report, Sum
from elfin.audit.places import Served
from elfin.audit.problems import Problem
from elfin.edges.terminal import safe
from elfin.flows.audit import Answer, Audited, Judged, Serving, serving
from elfin.host import fit
from elfin.host.model import dotted
from elfin.record import TYPE_CHECKING
from elfin.tags import explain

if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1
_REASONS_SHOWN = 3
_SERVED_SHOWN = 10


def text(answer: Answer, codes: frozenset[str], *, verbose: bool) -> str:
    """A block for each thing, then advice about wheels together. `codes`: rules that are checked, none without."""
    blocks = ["\n".join(_block(thing, codes, verbose=verbose)) for thing in answer.audited]
    together = [*_serving(serving(answer)), *_reach(answer), *(line for one in answer.advice for line in _advice(one))]
    if together:
        blocks.append("\n".join(["together", *together]))
    return "\n\n".join(blocks)


def _serving(served: Sequence[Serving]) -> list[str]:
    lines = []
    one_group = len({one.group for one in served}) == 1
    for one in served:
        by = ", ".join(map(safe, one.wheels)) if one.wheels else "none of these wheels"
        what = "" if one_group else f": {safe(one.group)}"
        lines.append(f"  {safe(one.place.text)}{what} is served by {by}")
    return lines


def _reach(answer: Answer) -> list[str]:
    """Which hosts each wheel serves, where no place was named."""
    if any(one.judged for one in answer.audited):
        return []
    found = releases.reach([one.report for one in answer.audited])
    return [f"  {safe(one.path)} serves {', '.join(one.hosts) or 'no host that installers look for'}" for one in found]


def _advice(advice: releases.Advice) -> list[str]:
    from shlex import quote

    lines = [f"  {safe(advice.path)}", f"    {safe(advice.text)}"]
    if advice.tags:
        wheel = advice.path.rpartition("/")[2] if "://" in advice.path else advice.path
        lines.append(f"    elfin retag --platform-tag +{'.'.join(advice.tags)} {quote(safe(wheel))}")
    return lines


def _block(one: Audited, codes: frozenset[str], *, verbose: bool) -> list[str]:
    report = one.report
    rows = [row for judged in one.judged for row in _place(judged)]
    rows += _needs(report)
    rows += _foreign(report)
    if report.claim is not None:
        rows += _tags(report)
    elif report.earned.tags and report.files and report.kind in ("file", "archive"):
        rows.append(("as a tag", ".".join(report.earned.tags)))
    served = _served(one.served)
    if served and not one.judged:
        rows.append(("runs on", served))
        given = places.given(report)
        rows += [("", f"given {safe(', '.join(given))}, which not all of them have")] if given else []
    rows += [("unreadable", safe(f"{path}: {why}".removeprefix(": "))) for path, why in report.broken[:_REASONS_SHOWN]]
    if len(report.broken) > _REASONS_SHOWN:
        rows.append(("", f"and {len(report.broken) - _REASONS_SHOWN} more"))
    shown = [problem for problem in one.problems if problem.code in codes] if codes else []
    for problem in shown:
        rows.append((problem.code, safe(f"{problem.path}: {problem.text}" if problem.path else problem.text)))
    if not codes:
        notes = [
            problem for problem in one.problems if problem.code in ("A402", "A403", "A501", "A502", "A503", "A105")
        ]
        rows += [("note", safe(f"{note.path}: {note.text}".removeprefix(": "))) for note in _few(notes)]
    width = max((len(label) for label, _ in rows), default=0)
    lines = [safe(report.path)]
    lines += [f"  {label:<{width}}  {value}".rstrip() for label, value in rows]
    if verbose:
        lines += [line for file in report.files for line in _file(file)]
    return lines


def _foreign(report: Report) -> list[tuple[str, str]]:
    """What files of macOS and Windows need, one line for each system and machine, with the file that needs most."""
    groups: dict[tuple[str, str], list[Foreign]] = {}
    for one in report.foreign:
        groups.setdefault((one.os, one.arch), []).append(one)
    rows: list[tuple[str, str]] = []
    for (system, arch), found in groups.items():
        most = max(found, key=lambda one: one.least or ())
        least = f" {dotted(most.least)} or newer" if most.least else ""
        files = len({one.path for one in found}) - 1
        more = f" (and {files} other file{'s' * (files > 1)})" if files else ""
        label = "" if rows else "also" if report.files else "needs"
        rows.append((label, safe(f"{explain.system(system)}{least} on {arch}: {most.path}{more}")))
    return rows


def _few(notes: Sequence[Problem]) -> list[Problem]:
    """One of each kind and text, the first; how many more there are behind it."""
    kinds: dict[tuple[str, str], list[Problem]] = {}
    for note in notes:
        kinds.setdefault((note.code, note.text if note.code == "A403" else ""), []).append(note)
    return [
        same[0] if len(same) == 1 else same[0]._replace(text=f"{same[0].text} (and {len(same) - 1} more)")
        for same in kinds.values()
    ]


def _place(judged: Judged) -> list[tuple[str, str]]:
    verdict = judged.verdict
    label = f"on {safe(judged.place.text)}"
    said = {True: "runs", False: "does not run", None: "may run, but nobody can tell"}[verdict.runs]
    rows = [(label, f"{said} ({safe(judged.place.understood)})")]
    rows += [("", safe(places.sentence(reason))) for reason in verdict.reasons[:_REASONS_SHOWN]]
    if len(verdict.reasons) > _REASONS_SHOWN:
        rows.append(("", f"and {len(verdict.reasons) - _REASONS_SHOWN} more reasons"))
    if verdict.installers:
        rows.append(("", f"installers there pass it over: {safe(verdict.installers)}"))
    elif verdict.installers is not None and verdict.runs is False:
        rows.append(("", "and installers there take it: its name promises too much"))
    return rows


def _symbols(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _needs(report: Report) -> list[tuple[str, str]]:
    if not report.files:
        nothing = not report.foreign and not report.broken
        return [("needs", "nothing: there is no machine code in it")] if nothing else []
    total = report.total
    arch = ", ".join(total.arches)
    floats = {file.arch.float_abi for file in report.files} - {None}
    arch += f" ({', '.join(sorted(map(str, floats)))} float)" if floats else ""
    rows = [("needs", f"FreeBSD on {arch}" if total.libc == "freebsd" else f"Linux on {arch}, {_libc(total)}")]
    for floor in (total.glibc, total.musl):
        rows += [("", _because(floor))] if floor is not None else []
    rows += _levels(total)
    weak = _weak(report)
    if weak:
        rows.append(("", weak))
    if total.cpu_level is not None and total.cpu_level > 1:
        rows.append(("cpu", f"x86-64-v{total.cpu_level}, which {safe(total.cpu_witness or '')} declares to need"))
    if total.external:
        rows.append(("not bundled", ", ".join(safe(name) for name, _ in total.external)))
    return rows


def _weak(report: Report) -> str:
    """Newer versions that the loader goes on without."""
    total = report.total
    own = total.glibc.version if total.glibc else ()
    found = [
        f"{want.symbols[0]} ({want.version})"
        for file in report.files[:1] if total.libc == "glibc"
        for want in file.wants
        if want.weak and want.symbols and fit.newer(policy.glibc_of(want.version) or (), own)
    ]  # fmt: skip
    return safe(f"looks for {', '.join(found[-3:])} as well, and runs without (weak versions)") if found else ""


def _levels(total: Sum) -> list[tuple[str, str]]:
    """The levels of libstdc++ and its kin; one that asks for a newer system than the libc does gets its witness."""
    rows = []
    plain = []
    own = total.glibc.version if total.glibc else ()
    for kind, floor in total.levels:
        implied = policy.glibc_for(kind, floor.version)
        if implied is None or fit.newer(implied, own):
            system = f"in systems with glibc {dotted(implied)}" if implied else "in no known system"
            rows.append(("", f"{kind} {dotted(floor.version)} ({system}): {_because(floor)}"))
        else:
            plain.append(f"{kind} {dotted(floor.version)}")
    return [*rows, *([("", f"{', '.join(plain)}, which no system with that glibc lacks")] if plain else [])]


def _libc(total: Sum) -> str:
    if total.libc == "glibc":
        return f"glibc {dotted(total.glibc.version)}" if total.glibc else "glibc, any"
    if total.libc == "musl":
        return f"musl {dotted(total.musl.version)}" if total.musl else "musl, any"
    if total.libc == "any":
        return f"any libc: {safe(total.why)}"
    if total.libc == "mixed":
        return f"two libcs at once: {safe(total.why)}"
    return total.libc or f"a libc that nothing tells: {safe(total.why)}"


def _because(floor: Floor) -> str:
    witness = floor.witness
    version = f"{witness.version} of {witness.library}" if witness.version else f"of {witness.library or 'libc'}"
    asks = f"takes {_symbols(witness.symbols)} ({version})" if witness.symbols else f"asks for {version}"
    without = f"; without that {dotted(floor.without)} would do" if floor.without else ""
    return safe(f"{witness.path} {asks}{without}")


def _tags(report: Report) -> list[tuple[str, str]]:
    assert report.claim is not None
    rows = [("earns", ".".join(report.earned.tags) or "no platform tag")]
    rows += [("", safe(reason)) for reason in report.earned.reasons[:_REASONS_SHOWN]]
    for number, one in enumerate(earned.compare(report.claim.platforms, report)):
        words = {"earned": "earned", "narrow": "fine, it could promise more", "too wide": "promises too much",
                 "wrong": "wrong", "unknown": "unknown"}[one.verdict]  # fmt: skip
        why = f": {one.why}" if one.why else ""
        said = "nobody can tell" if report.broken else f"{words}{why}"
        rows.append(("claims" if number == 0 else "", safe(f"{one.tag}  {said}")))
    missing = earned.missing(report.claim.platforms, report)
    if missing:
        rows.append(("not claimed", safe(f"{'.'.join(missing)}, which the bytes earn too")))
    return rows


def _served(served: Sequence[Served]) -> str:
    names = [f"{one.name} {one.since}+" for one in served]
    more = f" and {len(names) - _SERVED_SHOWN} others" if len(names) > _SERVED_SHOWN else ""
    return ", ".join(names[:_SERVED_SHOWN]) + more


def _file(file: FileFacts) -> list[str]:
    floor = sums.glibc_floor((file, want) for want in file.wants if not want.weak)
    if file.libc == "musl":
        floor = file.musl
    version = f" {dotted(floor.version)} for {_symbols(floor.witness.symbols)}" if floor else ""
    libc = "any libc" if file.libc == "any" else file.libc or "unknown libc"
    needed = f"; {', '.join(file.needed)}" if file.needed else ""
    return [safe(f"    {file.path}: {file.kind}, {file.arch.name}, {libc}{version}{needed}")]


def as_json(answer: Answer, codes: frozenset[str]) -> dict[str, Any]:
    """Everything with its witnesses. Versions are text; what is not known is null."""
    return {
        "schema": SCHEMA,
        "audited": [_object(one, codes) for one in answer.audited],
        "serving": [
            {"place": one.place.text, "group": one.group, "among": list(one.among), "wheels": list(one.wheels)}
            for one in serving(answer)
        ],
        "reach": [one._asdict() for one in releases.reach([one.report for one in answer.audited])],
        "advice": [{"path": one.path, "text": one.text, "tags": list(one.tags)} for one in answer.advice],
    }


def _object(one: Audited, codes: frozenset[str]) -> dict[str, Any]:
    report = one.report
    claim = report.claim
    total = report.total
    return {
        "path": report.path,
        "kind": report.kind,
        "arches": list(total.arches),
        "libc": total.libc,
        "libc_evidence": total.why,
        "glibc": _floor(total.glibc),
        "musl": _floor(total.musl),
        "levels": {kind: _floor(floor) for kind, floor in total.levels},
        "external": [{"library": name, "files": list(paths)} for name, paths in total.external],
        "cpu_level": total.cpu_level,
        "cpu_evidence": total.cpu_witness,
        **_cpu_use(report),
        "earned": {"tags": list(report.earned.tags), "reasons": list(report.earned.reasons)},
        "claimed": None if claim is None else [
            item._asdict() for item in earned.compare(claim.platforms, report)
        ],
        "missing": [] if claim is None else list(earned.missing(claim.platforms, report)),
        "runs_on": [served._asdict() for served in one.served],
        "runs_on_given": list(places.given(report)),
        "places": [_verdict(judged) for judged in one.judged],
        "problems": [{**problem._asdict(), "counts": problem.code in codes} for problem in one.problems],
        "files": _files(report),
        "unreadable": [{"path": path, "why": why} for path, why in report.broken],
        "others": [{**one._asdict(), "least": dotted(one.least) if one.least else None} for one in report.foreign],
    }  # fmt: skip


def _floor(floor: Floor | None) -> dict[str, Any] | None:
    if floor is None:
        return None
    without = dotted(floor.without) if floor.without else None
    return {"version": dotted(floor.version), "witness": floor.witness._asdict(), "without": without}


def _verdict(judged: Judged) -> dict[str, Any]:
    verdict = judged.verdict
    return {
        "place": judged.place.text,
        "understood": judged.place.understood,
        "runs": verdict.runs,
        "reasons": [reason._asdict() for reason in verdict.reasons],
        "installers": verdict.installers,
    }


def _cpu_use(report: Report) -> dict[str, Any]:
    """How sure the CPU level is: a level that is only used somewhere may be chosen when it runs."""
    levels = [file.cpu_used for file in report.files if file.cpu_used is not None and file.kind != "object"]
    needed = report.total.cpu_level is not None
    confidence = "declared needed" if needed else "declared used" if levels else "none"
    return {"cpu_used": max(levels, default=None), "cpu_confidence": confidence}


def _files(report: Report) -> list[dict[str, Any]]:
    own = frozenset(name for file in report.files for name in file.python_defines)
    return [{**_facts(file), "python": _module(file, report.claim, own)} for file in report.files]


def _facts(file: FileFacts) -> dict[str, Any]:
    facts = file._asdict()
    for name in ("python_names", "python_defines"):
        del facts[name]
    asked = [(file, want) for want in file.wants if not want.weak and file.libc != "musl"]
    return {
        **facts,
        "arch": file.arch._asdict(),
        "wants": [want._asdict() for want in file.wants],
        "glibc": _floor(sums.glibc_floor(asked)),
        "musl": _floor(file.musl),
        "levels": {kind: _floor(floor) for kind, floor in sums.level_floors(asked)},
        "kernel": dotted(file.kernel) if file.kernel else None,
    }


def _module(file: FileFacts, claim: Claim | None, own: frozenset[str]) -> dict[str, Any] | None:
    """A Python module: the Pythons that look for its name, and whether it keeps to a stable ABI that it promises."""
    said = python_abi.suffix(file.path)
    if file.module is None or said is None:
        return None
    broken = python_abi.broken(file, claim, own)
    return {
        "suffix": said.text,
        "only": python_abi.only(said.text),
        "free_threaded": python_abi.free_threaded(said.text),
        "stable_abi": None if broken is None else {
            "kept": not broken,
            "violations": [{"symbol": one.symbol, "since": dotted(one.since) if one.since else None} for one in broken],
        },
    }  # fmt: skip


def _uri(path: str) -> str:
    """A path as a reference of RFC 3986, which SARIF asks for."""
    import os
    from urllib.parse import quote

    return path if "://" in path else quote(os.fsencode(path))


def as_sarif(answer: Answer, codes: frozenset[str]) -> dict[str, Any]:
    """SARIF 2.1.0 (OASIS) with the findings that count."""
    results = [
        {
            "ruleId": problem.code,
            "level": problems.RULES[problem.code][0],
            "message": {"text": f"{problem.path}: {problem.text}" if problem.path else problem.text},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(one.report.path)}}}],
        }
        for one in answer.audited
        for problem in one.problems
        if problem.code in codes
    ]
    rules = [
        {"id": code, "shortDescription": {"text": said}, "defaultConfiguration": {"level": level}}
        for code, (level, said) in problems.RULES.items()
        if code in codes
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "elfin audit", "rules": rules}}, "results": results}],
    }
