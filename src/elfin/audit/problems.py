"""What is wrong with an audited thing, as rules with codes: for `--check`, CI and SARIF.

Follows PEP 425, 427, 600, 656, 384, 803. A rule is an "error" where somebody's installation breaks or an index refuses,
else a "note", which fails only when it is selected. Codes keep their meaning for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfin.audit import earned, policy, python_abi, tagnames
from elfin.audit.model import Claim, Floor, Report
from elfin.errors import UsageError
from elfin.host.model import dotted
from elfin.record import TYPE_CHECKING, NamedTuple
from elfin.tags import platform as platforms

if TYPE_CHECKING:
    from typing import Final

RULES: Final = {
    "A101": ("error", "a platform tag promises more than the bytes keep"),
    "A102": ("note", "a platform tag could promise more, or one is missing"),
    "A103": ("error", "a platform tag is for another machine or system"),
    "A104": ("error", "a platform tag means nothing that is known"),
    "A105": ("error", "two machines or two libcs in one wheel"),
    "A201": ("error", "the tags of WHEEL are not those of the name"),
    "A202": ("note", "the tags of the name are not sorted (PEP 425)"),
    "A203": ("error", "the build number of WHEEL is not that of the name"),
    "A204": ("note", "the public index does not take that platform tag"),
    "A301": ("error", "RECORD does not describe the archive"),
    "A302": ("error", "machine code in the folder for pure Python"),
    "A401": ("error", "a floor is higher than allowed (--max)"),
    "A402": ("error", "a file needs a CPU newer than the tag's"),
    "A403": ("note", "executable stack, text relocations, odd search paths, static glibc"),
    "A501": ("error", "a stable-ABI module takes names that its oldest Python does not have"),
    "A502": ("error", "a module's name is for interpreters that no tag is for"),
    "A503": ("note", "a module is linked with libpython"),
    "A601": ("error", "a file of machine code, or a wheel or archive as a whole, cannot be read"),
}
"""Code -> (level, what it says)."""
_MOST_NAMES = 20
"""Of one file."""
_BROUGHT_ALONG = frozenset({"lib-dynload", "site-packages"})
"""Folders of a Python that a wheel brings along: its modules are for that one."""


class Problem(NamedTuple):
    """One finding."""

    code: str
    path: str
    """The file in the thing, "" for the thing itself."""
    text: str


def selected(select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """The codes that count: errors, unless `select` names others; `ignore` takes away. Prefixes count. UsageError."""
    for prefix in (*select, *ignore):
        if not any(code.startswith(prefix) for code in RULES):
            raise UsageError(f"there is no rule {prefix!r}", hints=(f"the rules are {', '.join(RULES)}",))
    chosen = [
        code for code, (level, _) in RULES.items() if (code.startswith(tuple(select)) if select else level == "error")
    ]
    return frozenset(code for code in chosen if not ignore or not code.startswith(tuple(ignore)))


def find(report: Report, most: Sequence[tuple[str, tuple[int, ...]]] = ()) -> tuple[Problem, ...]:
    """Every finding. `most`: ("glibc", (2, 17)) and the like, floors that may not be exceeded."""
    found = [Problem("A601", path, why) for path, why in report.broken]
    if len(report.total.arches) > 1 or report.total.libc == "mixed":
        told = ", ".join(report.total.arches) if len(report.total.arches) > 1 else report.total.why
        found.append(Problem("A105", "", told))
    found += _floors(report, most)
    for file in report.files:
        found += [Problem("A403", file.path, clause) for clause in file.oddities]
        linked = file.needed if file.module is not None else ()
        found += [Problem("A503", file.path, f"linked with {name}") for name in linked if name.startswith("libpython")]
    if report.total.cpu_level is not None and report.total.cpu_level > 1:
        found.append(
            Problem("A402", report.total.cpu_witness or "", f"it declares to need x86-64-v{report.total.cpu_level}")
        )
    found += python(report, report.claim)
    if report.claim is not None:
        found += [*_tags(report, report.claim), *_names(report.claim)]
        found += [Problem("A301", "", text) for text in report.claim.record]
        found += [
            Problem("A302", path, "Root-Is-Purelib or purelib/ holds machine code") for path in report.claim.pure_elf
        ]
    return tuple(found)


def _floors(report: Report, most: Sequence[tuple[str, tuple[int, ...]]]) -> list[Problem]:
    known: dict[str, Floor | None] = {
        "glibc": report.total.glibc,
        "musl": report.total.musl,
        **dict(report.total.levels),
    }
    found = []
    for name, limit in most:
        floor = known.get(name if name in ("glibc", "musl") else name.upper())
        if floor is not None and floor.version > limit:
            asked = ", ".join(floor.witness.symbols[:3]) or str(floor.witness.version)
            text = f"{name} {dotted(floor.version)} for {asked}, allowed is {dotted(limit)}"
            found.append(Problem("A401", floor.witness.path, text))
    return found


def _tags(report: Report, claim: Claim) -> list[Problem]:
    found = []
    codes = {"too wide": "A101", "wrong": "A103", "narrow": "A102", "unknown": "A104"}
    for one in earned.compare(claim.platforms, report):
        if one.verdict != "earned":
            earnt = f"the bytes earn {'.'.join(report.earned.tags) or 'no tag'}"
            found.append(Problem(codes[one.verdict], "", f"{one.tag}: {one.why or earnt}"))
    found += [
        Problem("A102", "", f"{tag} is earned and not claimed") for tag in earned.missing(claim.platforms, report)
    ]
    found += [Problem("A204", "", tag) for tag in claim.platforms if not tagnames.index_takes(tag)]
    return found


def _names(claim: Claim) -> list[Problem]:
    parts = tagnames.split(claim.filename)
    found = []
    wanted, there = set(tagnames.expanded(parts)), set(claim.wheel_tags)
    if there != wanted:
        extra, lacking = sorted(there - wanted), sorted(wanted - there)
        words = [f"WHEEL has {', '.join(extra[:3])}"] if extra else []
        words += [f"WHEEL lacks {', '.join(lacking[:3])}"] if lacking else []
        found.append(Problem("A201", "", "; ".join(words)))
    if not tagnames.is_sorted(parts):
        found.append(Problem("A202", "", f"sorted it is {tagnames.joined(parts)}"))
    if claim.wheel_build != claim.build:
        found.append(Problem("A203", "", f"the name says {claim.build or 'none'}, WHEEL {claim.wheel_build or 'none'}"))
    return found


def python(report: Report, claim: Claim | None) -> tuple[Problem, ...]:
    """A501 and A502: modules that Pythons of these tags cannot load, or do not look for. None: whatever has no tags."""
    own = frozenset(name for file in report.files for name in file.python_defines)
    found = []
    for file in report.files:
        for one in (python_abi.broken(file, claim, own) or ())[:_MOST_NAMES]:
            since = f"in it since {dotted(one.since)}" if one.since else "not in the stable ABI"
            found.append(Problem("A501", file.path, f"{one.symbol}: {since}"))
    return (*found, *(_modules(report, claim) if claim is not None else ()))


def _modules(report: Report, claim: Claim) -> Iterator[Problem]:
    """Files that no Python of the tags looks for, and modules that some of them do not find."""
    tags = f"{'.'.join(claim.pythons)}-{'.'.join(claim.abis)}"
    wanted = python_abi.pairs(claim)
    for files in _by_module(report).values():
        strange = {text for text in files if not any(python_abi.looks_for(pair, text) for pair in wanted)}
        why = None if strange else python_abi.unserved(wanted, files)
        if why is not None:
            yield Problem("A502", next(iter(files.values())), why)
        for text, path in files.items():
            odd = f"no Python of {tags} looks for that name" if text in strange else _other_machine(text, claim)
            if odd is not None:
                yield Problem("A502", path, odd)


def _by_module(report: Report) -> dict[str, dict[str, str]]:
    """The files of each module by their suffixes. Of other systems, a bare name may be any library's."""
    found: dict[str, dict[str, str]] = {}
    paths = [(file.path, True) for file in report.files if file.module is not None]
    for path, bare in (*paths, *((one.path, False) for one in report.foreign)):
        said = python_abi.suffix(path)
        if said is not None and (said.text or bare) and _BROUGHT_ALONG.isdisjoint(path.split("/")):
            found.setdefault(python_abi.module(path), {})[said.text] = path
    return found


def _other_machine(suffix: str, claim: Claim) -> str | None:
    """Why no interpreter on a machine of the tags would look for that suffix, None where one would."""
    machine = [*suffix.split("-"), "", ""][2]  # Windows' suffixes have no third part
    arch = {"arm": "armv7l", "i386": "i686", "powerpc64le": "ppc64le"}.get(machine, machine)
    known = {needs.arch for tag in claim.platforms for needs in platforms.needs(tag)} - {None}
    if known and arch in policy.ARCH_FLOORS and arch not in known and not (arch == "armv7l" and "armv6l" in known):
        return f"it is for {arch}, the tags are for {', '.join(sorted(map(str, known)))}"
    return None
