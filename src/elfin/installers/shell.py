"""`Release` -> install.sh, for every shell that calls itself POSIX: the parts in `sh/`, and the release's own facts.

Each text of the release is put into the script by `quoted` and by nothing else, into functions that hand it on as one
word. Names of variables are made by `manifest.variable`. A part of the script does nothing. Raises MalformedRelease for
texts that no script may hold.
"""

from __future__ import annotations

import posixpath
import re

from elfin.errors import MalformedRelease
from elfin.host import arch as arches
from elfin.host.model import dotted
from elfin.installers import choose, disk_template, manifest
from elfin.installers.model import Artifact, Program, Release
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

PARTS: Final = (
    "say", "elf", "host", "judge", "choose", "fetch", "unpack", "place", "receipt", "search", "main",
)  # fmt: skip
"""Files in `sh/`, in the order in which a reader wants them; `tree` or `programs` comes last."""

LAST_LINE: Final = 'main "$@"\n}'
"""The one call, and the end of the braces that everything stands in: a shell acts on none of it before it has all. Bare
functions would not do, since part of a name can be a command: "make" of `make_stage`."""
FORMATS: Final = ("tar.gz", "tar.xz", "tar.zst", "tar", "zip", "binary")

_HEAD: Final = """\
#!/bin/sh
# Installs what runs here: `sh install.sh --help`, `--explain`. Made by `elfin installer build`.
# shellcheck shell=sh disable=SC1003,SC2015,SC2016,SC2034,SC2046,SC2086,SC2088,SC2154,SC2317,SC3013,SC3040,SC3044
{
"""
_SETTINGS: Final = """\
settings() {
target_asked=${@_TARGET-} target_asked_by=@_TARGET libc_asked=${@_LIBC-} libc_asked_by=@_LIBC
dir_asked=${@_INSTALL_DIR-} unmanaged=${@_UNMANAGED_INSTALL-} bases_asked=${@_BASE_URL-} token=${@_TOKEN-}
no_modify_path=''
! is_on "${@_NO_MODIFY_PATH-}" || no_modify_path=1
! is_on "${@_QUIET-}" || quiet=1
! is_on "${@_VERBOSE-}" || verbose=1
root=${@_INSTALLER_ROOT-}
}
"""
# `root` is for tests: the folder below which programs, loaders and /proc are looked at instead of this machine's.

# Machines that a script names though no file of its release is for them: those that releases are made for.
_NAMED: Final = ("x86_64", "i686", "aarch64", "ppc64le", "s390x", "riscv64", "loongarch64")
# What one machine or another runs beyond its own programs: `arches.runs`, asked of these.
_RUNNERS: Final = (
    "x86_64", "aarch64", "aarch64_be", "armv8l", "armv7l", "armv6l", "armv8b", "armv7b", "armv6b", "ppc64", "s390x",
    "mips64", "mips64el", "sparc64",
)  # fmt: skip


def path_mark(app: str) -> str:
    """What the lines for PATH that an installer adds end with, to be found again."""
    return f"# added by the {app} installer"


def script(release: Release) -> str:
    """The whole install.sh.

    Raises MalformedRelease for a text that is not printable ASCII, a name with a slash, a format that is not known.
    """
    tree = release.layout.kind == "tree"
    facts = (
        _release(release),
        _SETTINGS.replace("@", manifest.variable(release.app)),
        _calls("own_bases", '"$@"', [quoted(url) for url in release.base_urls]),
        _folders(release.install_dirs),
        "own_probe() { " + " ".join(['"$@"', *map(quoted, release.probe)]) + "; }\n",
        _calls("own_links", '"$@"', [quoted(link) for link in release.layout.links]) if tree else "",
        _artifacts(release.artifacts),
        _programs(release),
        _rows(release),
        _machines(release),
    )
    parts = PARTS + (("tree",) if tree else ("programs",))
    code = "\n".join(disk_template.read(f"sh/{name}.sh") for name in parts)
    return _HEAD + "".join(facts) + _short(code) + LAST_LINE + "\n"


def quoted(text: str) -> str:
    """A text as one word of any POSIX shell.

    Raises MalformedRelease for all but printable ASCII: a terminal would obey the rest, or yash not read it.
    """
    if re.search(r"[^ -~]", text):
        raise MalformedRelease(f"a text of the release holds a character that no script may hold: {text[:80]!a}")
    return "'" + text.replace("'", "'\\''") + "'"


def _short(code: str) -> str:
    """Without comments, empty lines, indentation and what may be left off a pattern; the readable form is in `sh/`.

    A line of `sh/` that begins with a parenthesis is a pattern, and nothing else has such a parenthesis before its own.
    """
    lines: list[str] = []
    for line in map(_short_line, code.splitlines()):
        if line.startswith("esac") and not lines[-1].endswith(") ;;"):
            lines[-1] = lines[-1].removesuffix(";;").rstrip()
        lines.append(line)
    return "".join(f"{line}\n" for line in lines if line)


def _short_line(line: str) -> str:
    short = re.sub(r"\$\(\(([^()]+)\)\)", lambda sum_: sum_[0].replace(" ", ""), line.strip(" "))
    if not short.startswith("("):
        return "" if short.startswith("#") else short
    pattern, _, rest = short[1:].partition(")")
    return f"{pattern.replace(' | ', '|')}){rest}"


def _plain(name: str) -> str:
    """A text that becomes part of a path: one name, which leads nowhere else."""
    if "/" in name or name in ("", ".", "..") or name.startswith("-"):
        raise MalformedRelease(f"{name[:80]!a} is no name of a file")
    return name


def _words(words: tuple[str, ...]) -> str:
    """Each as one word, empty ones at the end left out."""
    count = max((number for number, word in enumerate(words, 1) if word), default=0)
    return " ".join(map(quoted, words[:count]))


def _assignments(values: dict[str, str]) -> str:
    return " ".join(f"{name}={quoted(value) if value else chr(39) * 2}" for name, value in values.items())


def _calls(name: str, command: str, calls: list[str]) -> str:
    lines = "".join(f"{command} {words}\n" for words in calls)
    return f"{name}() {{\n{lines or ':' + chr(10)}}}\n"


def _cases(name: str, cases: list[str]) -> str:
    """What is the same for most of the numbers comes last, for all that no line before has."""
    numbers: dict[str, list[str]] = {}
    for number, case in enumerate(cases, 1):
        numbers.setdefault(case, []).append(str(number))
    words = {case: "|".join(same) for case, same in sorted(numbers.items(), key=lambda item: len(item[1])) if case}
    if words and "" not in numbers:
        words[list(words)[-1]] = "*"
    lines = " ;;\n".join(f"{number}) {case}" for case, number in words.items())
    return f"{name}() {{\ncase $1 in\n{lines}\nesac\n}}\n"


def _release(release: Release) -> str:
    values = {
        "app": _plain(release.app),
        "version": _plain(release.version),
        "prefix": manifest.variable(release.app),
        "artifacts": str(len(release.artifacts)),
        "homepage": release.homepage,
        "probe_strict": "1" if release.probe else "",
        "path_mark": path_mark(release.app),
        "usual_name": _usual(release.artifacts, _pattern),
        "usual_top": _usual(release.artifacts, _top),
    }
    return f"release() {{\n{_assignments(values)}\n}}\n"


def _folders(folders: tuple[str, ...]) -> str:
    calls = []
    for folder in folders:
        match = re.fullmatch(r"\$([A-Z_][A-Z0-9_]*)((?:/.*)?)", folder, re.ASCII | re.DOTALL)
        if match is None:
            calls.append(f"{quoted(folder)} ''")
        else:
            value = '"$home"' if match[1] == "HOME" else f'"${{{match[1]}-}}"'
            calls.append(f"{value} {quoted(match[2])}")
    return _calls("own_folders", '"$@"', calls)


def _usual(artifacts: tuple[Artifact, ...], of: Callable[[Artifact], str]) -> str:
    """What most of them have."""
    found = [of(one) for one in artifacts]
    return max(found, key=found.count, default="")


def _top(artifact: Artifact) -> str:
    return artifact.top


def _pattern(artifact: Artifact) -> str:
    """Its name, with % for its target."""
    name = _plain(artifact.name)
    return name if "%" in name else name.replace(artifact.target, "%")


def _artifacts(artifacts: tuple[Artifact, ...]) -> str:
    from urllib.parse import quote

    usual_name, usual_top = _usual(artifacts, _pattern), _usual(artifacts, _top)
    cases = []
    for one in artifacts:
        if one.format not in FORMATS:
            raise MalformedRelease(f"format {one.format[:80]!a} is none that the script unpacks")
        name, url_name = _pattern(one), quote(one.name, safe="+~@")
        known = one.name.endswith(f".{one.format}") and one.format.startswith("tar.")
        words = [one.target, one.sha256]
        further = ("" if known else one.format, "" if url_name == one.name else url_name)
        if any(further) or one.top != usual_top:
            words += [name, one.top, *further]
        elif name != usual_name:
            words += [name]
        cases.append("facts " + " ".join(map(quoted, words)))
    return _cases("artifact", cases)


def _programs(release: Release) -> str:
    return _cases(
        "each_program",
        [
            " && ".join(f'"$2" {quoted(_plain(one.name))} {quoted(one.member)}' for one in _of(artifact, release))
            for artifact in release.artifacts
        ],
    )


def _of(artifact: Artifact, release: Release) -> tuple[Program, ...]:
    """Its programs; of a tree without any, what is linked."""
    if artifact.programs:
        return artifact.programs
    links = release.layout.links
    return tuple(Program(posixpath.basename(link), posixpath.join(artifact.top, link)) for link in links)


def _rows(release: Release) -> str:
    """A line for each way to serve, in the order in which those of one rank are tried."""
    numbers = {one.name: number for number, one in enumerate(release.artifacts, 1)}
    calls = []
    for artifact, needs in choose.rows(release):
        runs, maybe = _runners(needs.os, needs.arch)
        words = (
            needs.arch or "", needs.libc or "", dotted(needs.libc_floor or ()),
            (artifact.loader or "") if needs.os == "linux" else "", needs.float_abi or "", str(needs.cpu_level or ""),
            runs, maybe, "" if artifact.measured else "guessed",
            *(() if needs.os == "linux" else (needs.os or "any", dotted(needs.os_floor or ()))),
        )  # fmt: skip
        calls.append(f"{numbers[artifact.name]} {_words(words)}")
    return _calls("each_row", '"$@"', calls)


def _runners(system: str | None, program: str | None) -> tuple[str, str]:
    """Other machines that run such programs, and those of which some models do (as `host.fit` has it)."""
    if program is None:
        return "", ""
    answers = {machine: arches.runs(machine, program) for machine in _RUNNERS if machine != program}
    if (system, program) in (("windows", "x86_64"), ("windows", "i686")):
        answers["aarch64"] = True
    if (system, program) == ("macos", "x86_64"):
        answers["aarch64"] = None
    yes = [machine for machine, answer in answers.items() if answer is True]
    return " ".join(yes), " ".join(machine for machine, answer in answers.items() if answer is None)


def _machines(release: Release) -> str:
    """e_machine/class/byte order of ELF -> the names that a script has to know; any ARM is told apart later."""
    from elfin.formats.elf import Header

    wanted = {*_NAMED, *(needs.arch for one in release.artifacts for needs in one.needs)}
    lines = []
    for machine in (*range(300), 0x9026):
        for bits, little in ((64, True), (64, False), (32, True), (32, False)):
            known = arches.of(Header(bits, little, 0, 2, machine, 0, None, ()))
            name = "arm" if arches.is_arm(known.name) else known.name
            if name in wanted or name == "arm":
                lines.append(f"{machine}/0{bits // 32}/0{1 if little else 2}) elf_arch={name} ;;\n")
    return "machine() {\ncase $1 in\n" + "".join(lines) + "*) elf_arch=elf-machine-${1%%/*} ;;\nesac\n}\n"
