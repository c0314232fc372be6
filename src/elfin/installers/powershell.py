"""`Release` -> install.ps1, for Windows PowerShell 5.1 and PowerShell 7: a template and the release's own facts.

Each text of the release is put into the script by `quoted` and by nothing else, and the whole is ASCII: PowerShell 5.1
reads a file without a mark in the system's code page. The table is that of install.sh, in the order of `choose.rows`;
which machine runs which programs is asked of `host.fit`. Raises MalformedRelease for texts that no script may hold.
"""

from __future__ import annotations

import posixpath
import re

from elfin.errors import MalformedRelease
from elfin.host import arch as arches
from elfin.host import fit
from elfin.host.model import CannotTell, Host, Misfit, Needs, dotted
from elfin.installers import choose, classes, disk_template, manifest
from elfin.installers import target as targets
from elfin.installers.model import Artifact, Program, Release
from elfin.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

TEMPLATE: Final = "install.ps1"
MARK: Final = "    #@FACTS@\n"


def script(release: Release) -> str:
    """The whole install.ps1. Raises MalformedRelease for a text with control characters, or a name with a slash."""
    served = [one for one in release.artifacts if any(needs.os in (None, "windows") for needs in one.needs)]
    others = [one for one in release.artifacts if one not in served]
    numbers = {one.name: number for number, one in enumerate(served)}
    facts = [
        f"$App = {quoted(_plain(release.app))}",
        f"$Release = {quoted(_plain(release.version))}",
        f"$Prefix = {quoted(manifest.variable(release.app))}",
        f"$Layout = {quoted(release.layout.kind)}",
        f"$Homepage = {quoted(release.homepage)}",
        f"$Probe = {quoted(command_line(release.probe))}",
        f"$ProbeStrict = ${'true' if release.probe else 'false'}",
        *_list("OwnBases", [quoted(url) for url in release.base_urls]),
        *_list("OwnFolders", [_folder(folder) for folder in release.install_dirs]),
        "# The machines that Windows runs on, whose programs else each runs, and whose it may run.",
        "$Machines = @{",
        *("    " + _machine(name) for name in classes.WINDOWS),
        "}",
        *_list("Artifacts", [_artifact(one, release) for one in served]),
        "# Each way in which a file can serve, the better ones first.",
        *_list("Rows", _rows(release, numbers)),
        "# Files for other systems, which are named only.",
        *_list("Others", [_other(one) for one in others]),
    ]
    template = disk_template.read(TEMPLATE)
    return template.replace(MARK, "".join(f"    {line}\n" for line in facts), 1)


def quoted(text: str) -> str:
    """A text as one value of PowerShell, which takes four more characters for a single quote: those, and all that is
    not ASCII, are spelled by number. Raises MalformedRelease for control characters and half characters."""
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text):
        raise MalformedRelease(f"a text of the release holds a control character: {text[:80]!a}")
    words = []
    for run in re.findall(r"[ -~]+|[^ -~]", text):
        if run.isascii():
            words.append("'" + run.replace("'", "''") + "'")
        else:
            units = run.encode("utf-16-be").hex(" ", 2).split()
            words += [f"[char]0x{unit}" for unit in units]
    if not words or (len(words) == 1 and words[0][0] == "'"):
        return words[0] if words else "''"
    return "(" + " + ".join(["''", *words]) + ")"


def command_line(words: tuple[str, ...]) -> str:
    """Arguments as Windows passes them on, in one text (CommandLineToArgvW)."""
    return " ".join(word if word and not re.search(r'[\s"]', word) else _argument(word) for word in words)


def _argument(word: str) -> str:
    doubled = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)\Z", r"\1\1", doubled) + '"'


def _plain(name: str) -> str:
    """A text that becomes part of a path: one name, which leads nowhere else."""
    if re.search(r'[/\\:*?"<>|]', name) or name in ("", ".", ".."):
        raise MalformedRelease(f"{name[:80]!a} is no name of a file")
    return name


def _list(name: str, items: list[str]) -> list[str]:
    return [f"${name} = @(", *(f"    {item}{',' if at < len(items) else ''}" for at, item in enumerate(items, 1)), ")"]


def _folder(folder: str) -> str:
    match = re.fullmatch(r"\$([A-Z_][A-Z0-9_]*)((?:/.*)?)", folder, re.ASCII | re.DOTALL)
    variable, rest = (match[1], match[2]) if match else ("", folder)
    return f"@{{ Variable = {quoted(variable)}; Rest = {quoted(rest)} }}"


def _machine(name: str) -> str:
    runs, maybe = [], []
    for program in sorted(arches.TAGGED - {name}):
        verdict = fit.verdict(Needs("windows", program), Host("windows", None, arches.named(name), (), None, ()))
        if isinstance(verdict, CannotTell):
            maybe.append(program)
        elif not isinstance(verdict, Misfit):
            runs.append(program)
    lists = (", ".join(map(quoted, words)) for words in (runs, maybe))
    return "{} = @{{ Runs = @({}); Maybe = @({}) }}".format(quoted(name), *lists)


def _artifact(artifact: Artifact, release: Release) -> str:
    if artifact.format not in targets.KINDS:
        raise MalformedRelease(f"format {artifact.format[:80]!a} is none that the script unpacks")
    programs = ", ".join(
        f"@{{ Name = {quoted(_plain(program.name))}; Member = {quoted(program.member)} }}"
        for program in _programs(artifact, release)
    )
    values = {
        "Name": _plain(artifact.name), "Target": artifact.target, "Format": artifact.format, "Sha256": artifact.sha256,
        "Top": artifact.top,
    }  # fmt: skip
    told = "; ".join(f"{key} = {quoted(value)}" for key, value in values.items())
    return f"@{{ {told}; Programs = @({programs}) }}"


def _programs(artifact: Artifact, release: Release) -> tuple[Program, ...]:
    """Its programs; of a tree without any, what gets a command file."""
    if artifact.programs:
        return artifact.programs
    return tuple(Program(posixpath.basename(link), posixpath.join(artifact.top, link)) for link in release.layout.links)


def _rows(release: Release, numbers: dict[str, int]) -> list[str]:
    return [
        _row(numbers[artifact.name], artifact, needs)
        for artifact, needs in choose.rows(release)
        if artifact.name in numbers
    ]


def _other(artifact: Artifact) -> str:
    return f"@{{ Name = {quoted(_plain(artifact.name))}; Os = {quoted(artifact.needs[0].os or '')} }}"


def _row(file: int, artifact: Artifact, needs: Needs) -> str:
    libc = " ".join(filter(None, (needs.libc, dotted(needs.libc_floor or ())))) if needs.libc else ""
    values = {"Os": needs.os or "", "Arch": needs.arch or "", "Libc": libc, "OsFloor": dotted(needs.os_floor or ())}
    told = "; ".join(f"{key} = {quoted(value)}" for key, value in values.items())
    measured = "true" if artifact.measured or needs.libc_floor else "false"
    return f"@{{ File = {file}; {told}; Level = {needs.cpu_level or 0}; Measured = ${measured} }}"
