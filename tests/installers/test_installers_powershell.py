"""install.ps1: its grammar, its table against the norm, and that no text of a release gets out of its quotes.

PowerShell itself does not run here. The table is read out of the script's own text, and decided on by the rules of the
script written down in Python (`Translated`); where the two differ from `choose`, a test fails.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import tree_sitter
import tree_sitter_powershell
from hypothesis import given
from hypothesis import strategies as st

from elfin.errors import MalformedRelease
from elfin.host import arch as arches
from elfin.host.model import Host, Misfit, Needs
from elfin.installers import choose, disk_template, powershell
from elfin.installers.model import Artifact, Layout, Program, Release
from kit import choice_vectors, hostile_manifests

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
QUOTES = "'\u2018\u2019\u201a\u201b"


def artifact(name: str, *needs: Needs, measured: bool = True, **more: Any) -> Artifact:
    given = {
        "name": name, "target": "x86_64-pc-windows-msvc", "format": "zip", "size": 1, "sha256": "0" * 64,
        "top": "hello-1.0", "programs": (Program("hello.exe", "hello-1.0/hello.exe"),), "needs": needs, "loader": None,
        "libraries": (), "witnesses": (), "measured": measured, **more,
    }  # fmt: skip
    return Artifact(**given)


def release(*artifacts: Artifact, **more: Any) -> Release:
    return Release("hello", "1.0", ("https://example.org/hello",), artifacts, Layout("programs"), **more)


ARTIFACTS = (
    artifact("x64.zip", Needs("windows", "x86_64")),
    artifact("arm64.zip", Needs("windows", "aarch64")),
    artifact("x86.zip", Needs("windows", "i686")),
    artifact("x64-v3.zip", Needs("windows", "x86_64", cpu_level=3)),
    artifact("x64-new.zip", Needs("windows", "x86_64", os_floor=(10, 0, 22000))),
    artifact("listed.zip", Needs("windows", "x86_64"), measured=False),
    artifact("arm.zip", Needs("windows", "armv7l")),
    artifact("both.zip", Needs("windows", "aarch64"), Needs("windows", "x86_64", os_floor=(10, 1))),
    artifact("any.zip", Needs()),
    artifact("cygwin.zip", Needs("windows", "x86_64", libc="glibc", libc_floor=(2, 17))),
    artifact("linux.tar.gz", Needs("linux", "x86_64", libc="glibc", libc_floor=(2, 17))),
    artifact("mac.tar.gz", Needs("macos", "aarch64", os_floor=(11, 0))),
)
WHOLE = release(*ARTIFACTS)


def nodes(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def parsed(text: str) -> tree_sitter.Node:
    return PARSER.parse(text.encode()).root_node


def commands(text: str) -> list[str]:
    """The first word of every command in a script."""
    found = (node for node in nodes(parsed(text)) if node.type == "command_name")
    return [node.text.decode() for node in found if node.text is not None]


def value(text: str) -> Any:
    """A value of the script's table (hash tables, lists, quoted words, numbers, switches) as one of Python's."""
    if text.startswith("@{"):
        return {key: value(held) for key, held in entries(text[2:-1])}
    if text.startswith("@("):
        return [value(held) for held in pieces(text[2:-1], ",")]
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return {"$true": True, "$false": False}.get(text) if text.startswith("$") else int(text)


def pieces(text: str, mark: str) -> list[str]:
    """The parts of a text between marks that stand in no quotes and brackets."""
    found, depth, quoted, start = [], 0, False, 0
    for at, letter in enumerate(text):
        quoted ^= letter == "'"
        depth += 0 if quoted else (letter in "({") - (letter in ")}")
        if letter in mark and not quoted and depth == 0:
            found.append(text[start:at])
            start = at + 1
    return [part.strip() for part in (*found, text[start:]) if part.strip()]


def entries(text: str) -> Iterator[tuple[str, str]]:
    for part in pieces(text, ";\n"):
        key, _, held = part.partition(" = ")
        yield key.strip("'"), held


def facts(script: str) -> tuple[str, str]:
    """(the part of a script that is made of the release, all the rest)."""
    start, end = script.index("    $App ="), script.index("    # --- What was asked for")
    return script[start:end], script[:start] + script[end:]


def table(script: str, name: str) -> Any:
    """The value that the script gives to a variable of its table."""
    text = "\n" + facts(script)[0]
    return value(pieces(text[text.index(f"\n    ${name} = ") + len(f"\n    ${name} = ") :], "\n")[0])


class Place(NamedTuple):
    """What the script finds out of a machine."""

    machine: str
    version: str


class Translated:
    """The decision of install.ps1 (`Get-Verdict`, `Get-Choice`), on the table in a script's text."""

    def __init__(self, script: str) -> None:
        self.rows, self.artifacts = table(script, "Rows"), table(script, "Artifacts")
        self.machines, self.others = table(script, "Machines"), table(script, "Others")

    def older(self, has: str, wanted: str) -> bool:
        left, right = has.split("."), wanted.split(".")
        for part, number in enumerate(right):
            if part >= len(left):
                return True
            if left[part] != number:
                return int(left[part]) < int(number)
        return False

    def verdict(self, row: dict[str, Any], place: Place) -> int:
        if row["Os"] not in ("", "windows"):
            return 97
        far, doubt = 0, False
        if row["Arch"] not in ("", place.machine):
            far, runs = 5, self.machines.get(place.machine, {"Runs": [], "Maybe": []})
            if place.machine == "unknown" or row["Arch"] in runs["Maybe"]:
                doubt = True
            elif row["Arch"] not in runs["Runs"]:
                return 96
        if row["Libc"]:
            return 94
        if row["OsFloor"] and self.older(place.version, row["OsFloor"]):
            return 92
        if row["Level"] > 1:
            return far + 4
        if doubt or not row["Measured"]:
            return far + 3
        return far

    def choice(self, place: Place) -> tuple[list[tuple[str, int]], set[str]]:
        """([(name, rank)] of those tried, names of those refused)."""
        best: dict[int, tuple[int, int]] = {}
        for order, row in enumerate(self.rows):
            rank = self.verdict(row, place)
            if row["File"] not in best or rank < best[row["File"]][0]:
                best[row["File"]] = (rank, order)
        order = sorted(best, key=best.__getitem__)
        name = [one["Name"] for one in self.artifacts]
        refused = {name[file] for file in order if best[file][0] >= 90} | {one["Name"] for one in self.others}
        return [(name[file], best[file][0]) for file in order if best[file][0] < 90], refused


MACHINES = ("x86_64", "aarch64", "i686", "unknown")
VERSIONS = ("6.1.7601", "10.0.19045", "10.0.22000", "10.0.26100")


def host(place: Place) -> Host:
    arch = arches.UNKNOWN if place.machine == "unknown" else arches.named(place.machine)
    return Host("windows", None, arch, (), None, (), tuple(map(int, place.version.split("."))))


def test_the_table_and_rules_of_the_script_decide_as_the_norm_does() -> None:
    subsets = [subset for size in range(1, 4) for subset in itertools.combinations(ARTIFACTS, size)]
    places = [Place(machine, version) for machine in MACHINES for version in VERSIONS]
    for subset in (*subsets, ARTIFACTS):
        made = release(*subset)
        translated = Translated(powershell.script(made))
        for place in places:
            norm = choose.choose(made, host(place))
            tried = [(one.artifact.name, one.rank) for one in norm.tried]
            assert translated.choice(place) == (tried, {one.artifact.name for one in norm.refused}), (subset, place)


def test_the_vectors_that_both_scripts_share_come_out_as_they_say() -> None:
    made = {one.name: one for one in choice_vectors.KINDS}
    seen = 0
    for vector in choice_vectors.vectors():
        if vector["host"]["os"] != "windows":
            continue
        text = powershell.script(choice_vectors.release(tuple(made[name] for name in vector["artifacts"])))
        tried, refused = Translated(text).choice(Place(vector["host"]["arch"], "10.0.19045"))
        assert tried == list(zip(vector["order"], vector["ranks"], strict=True)), vector
        assert refused == set(vector["refused"])
        seen += 1
    assert seen > 10


def test_refusals_stand_in_the_order_of_the_norm_when_all_is_refused() -> None:
    place = Place("i686", "6.1.7601")
    norm = choose.choose(WHOLE, host(place))
    ranks = {"os": 97, "arch": 96, "libc family": 94, "os version": 92}
    translated = Translated(powershell.script(WHOLE))
    for one in norm.refused:
        assert isinstance(one.verdict, Misfit)
        numbers = [row for row in translated.rows if translated.artifacts[row["File"]]["Name"] == one.artifact.name]
        if numbers:
            assert min(translated.verdict(row, place) for row in numbers) == ranks[one.verdict.reason], one


def test_the_rules_above_are_those_of_the_script() -> None:
    """Guards the translation: whoever changes these functions has to change `Translated` with them."""
    text = disk_template.read(powershell.TEMPLATE)
    function = text[text.index("    function Get-Verdict") : text.index("    # --- Getting files")]
    ranks = re.findall(r"Rank = ([^;]+);", function)
    assert ranks == ["97", "96", "94", "92", "$far + 4", "$far + 3", "$far + 3", "$far", "0", "97", "$one.Rank"]
    assert "Sort-Object -Property { $_.Rank }, { $_.Order }" in function
    assert "$null -eq $known -or $one.Rank -lt $known.Rank" in function


def test_the_script_keeps_to_the_grammar_of_powershell() -> None:
    layouts = (Layout("programs"), Layout("tree", ("bin/hello.exe", "bin/hellox.exe")))
    for layout, probe in itertools.product(layouts, ((), ("--version",))):
        text = powershell.script(WHOLE._replace(layout=layout, probe=probe, homepage="https://example.org"))
        assert not parsed(text).has_error
        assert text.isascii() and len(text) < 40_000
        assert powershell.script(WHOLE) == powershell.script(WHOLE)


def test_the_grammar_check_notices_what_is_broken() -> None:
    text = powershell.script(WHOLE)
    assert parsed(text.rstrip().removesuffix("}")).has_error
    assert parsed(text.replace("$Release = '1.0'", "$Release = '1.0")).has_error


def test_every_command_is_a_function_of_the_script_or_one_that_is_always_there() -> None:
    text = powershell.script(WHOLE)
    own = set(re.findall(r"function ([A-Za-z0-9-]+)", text))
    there = {"Set-StrictMode", "Write-Host", "Add-Type", "New-Object", "Sort-Object", "Where-Object", "ConvertTo-Json"}
    assert {name for name in commands(text) if not name.startswith("$")} - own == {
        *there,
        "ConvertFrom-Json",
        "ForEach-Object",
    }
    unused = {name for name in own if len(re.findall(rf"(?<![\w-]){name}(?![\w-])", text)) < 2}
    assert not unused


@pytest.mark.parametrize(
    "word", ["exit", "Expand-Archive", "Get-FileHash", "ExecutionPolicy", "RuntimeInformation", "iex "]
)
def test_what_broke_other_installers_is_not_used(word: str) -> None:
    code = re.sub(r"^ *#.*$", "", powershell.script(WHOLE), flags=re.MULTILINE)
    assert word.lower() not in code.lower().replace("waitforexit", "").replace("exitcode", "")


def test_part_of_a_download_does_nothing() -> None:
    """Everything up to the last line is an open block, which PowerShell refuses whole; before it come parameters."""
    text = powershell.script(WHOLE).rstrip("\n")
    assert text.endswith("\n}")
    start = text.index("\n& {\n") + 1
    for end in itertools.chain(range(start + 3, len(text) - 1, 997), [len(text) - 2, len(text) - 1]):
        assert parsed(text[:end] + "\n").has_error, text[end - 40 : end]
    assert not commands(text[:start])


def read_back(expression: str) -> str:
    """What PowerShell makes of `quoted`'s output: words in single quotes and characters by number, added up."""
    inner = expression[1:-1] if expression.startswith("(") else expression
    units = b""
    for word, number in re.findall(r"'((?:[^']|'')*)'|\[char\]0x([0-9a-f]{4})", inner):
        units += bytes.fromhex(number) if number else word.replace("''", "'").encode("utf-16-be")
    return units.decode("utf-16-be")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_a_text_is_one_value_whatever_is_in_it(text: str) -> None:
    expression = powershell.quoted(text)
    assert expression.isascii() and read_back(expression) == text
    tree = parsed("$a = " + expression + "\n")
    assert not tree.has_error and not commands("$a = " + expression + "\n")


@pytest.mark.parametrize("quote", QUOTES)
def test_none_of_the_quotes_that_powershell_knows_ends_a_text(quote: str) -> None:
    expression = powershell.quoted(f"a{quote}; Remove-Item C:\\ ;{quote}b")
    plain = re.sub(r"'(?:[^']|'')*'", "", expression)
    assert "Remove" not in plain and not any(other in expression for other in QUOTES[1:])


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "a\u2028b", "\ud800", "a\x85b"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(MalformedRelease):
        powershell.quoted(text)
    with pytest.raises(MalformedRelease):
        powershell.script(release(ARTIFACTS[0], homepage=text))


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "c:x", "..", "", 'a"b'])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(MalformedRelease):
        powershell.script(WHOLE._replace(app=name))
    with pytest.raises(MalformedRelease):
        powershell.script(release(ARTIFACTS[0]._replace(programs=(Program(name, "x"),))))


HOSTILE = (
    "'; calc; '",
    "$(calc)",
    "`calc`",
    "\u2019; calc; \u2018",
    '"; calc; "',
    "@{calc}",
    "#> calc <#",
    "%calc%",
    "a b",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_release_adds_no_command(text: str) -> None:
    plain = powershell.script(release(ARTIFACTS[0], homepage="x", install_dirs=("x",)))
    one = ARTIFACTS[0]._replace(target=text, top=text, sha256=text, programs=(Program("hello.exe", text),))
    made = release(one, homepage=text, install_dirs=(text, f"$HOME/{text}"), probe=(text,))._replace(base_urls=(text,))
    script = powershell.script(made)
    assert not parsed(script).has_error
    assert commands(script) == commands(plain)


def hostile(count: int) -> Iterator[tuple[str, Release]]:
    """Releases that no grammar was held against, their files offered to Windows, so that every text is used."""
    for name, made in hostile_manifests.releases(count):
        needs = tuple(one._replace(os="windows", libc=None, libc_floor=None) for one in made.artifacts[0].needs)
        yield name, made._replace(artifacts=(made.artifacts[0]._replace(needs=needs), *made.artifacts[1:]))


def test_hostile_manifests_add_no_command() -> None:
    rest = facts(powershell.script(release(ARTIFACTS[0])))[1]
    made = 0
    for name, one in hostile(500):
        try:
            script = powershell.script(one)
        except MalformedRelease:
            continue
        made += 1
        told, others = facts(script)
        assert not parsed(told).has_error and not commands(told) and others == rest, name
    assert made > 125


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--version",), "--version"), ((), ""), (("a b", "c"), '"a b" c'), (("",), '""'), (('a"b',), '"a\\"b"'),
        (("a b\\",), '"a b\\\\"'), (('a\\"',), '"a\\\\\\""'),
    ],
)  # fmt: skip
def test_arguments_of_the_probe_are_spelled_as_windows_reads_them(words: tuple[str, ...], line: str) -> None:
    assert powershell.command_line(words) == line


def test_the_table_of_a_release_is_this_text() -> None:
    script = powershell.script(release(ARTIFACTS[0], ARTIFACTS[3], ARTIFACTS[10]))
    assert facts(script)[0] == GOLDEN


GOLDEN = """\
    $App = 'hello'
    $Release = '1.0'
    $Prefix = 'HELLO'
    $Layout = 'programs'
    $Homepage = ''
    $Probe = '--version'
    $ProbeStrict = $true
    $OwnBases = @(
        'https://example.org/hello'
    )
    $OwnFolders = @(
        @{ Variable = 'XDG_BIN_HOME'; Rest = '' },
        @{ Variable = 'XDG_DATA_HOME'; Rest = '/../bin' },
        @{ Variable = 'HOME'; Rest = '/.local/bin' }
    )
    # The machines that Windows runs on, whose programs else each runs, and whose it may run.
    $Machines = @{
        'x86_64' = @{ Runs = @('i686'); Maybe = @() }
        'aarch64' = @{ Runs = @('i686', 'x86_64'); Maybe = @('armv5tel', 'armv6l', 'armv7l', 'armv8l') }
        'i686' = @{ Runs = @(); Maybe = @() }
    }
    $Artifacts = @(
        @{ Name = 'x64.zip'; Target = 'x86_64-pc-windows-msvc'; Format = 'zip'; Sha256 = 'SUM'; Top = 'hello-1.0'; \
Programs = @(@{ Name = 'hello.exe'; Member = 'hello-1.0/hello.exe' }) },
        @{ Name = 'x64-v3.zip'; Target = 'x86_64-pc-windows-msvc'; Format = 'zip'; Sha256 = 'SUM'; Top = 'hello-1.0'; \
Programs = @(@{ Name = 'hello.exe'; Member = 'hello-1.0/hello.exe' }) }
    )
    # Each way in which a file can serve, the better ones first.
    $Rows = @(
        @{ File = 1; Os = 'windows'; Arch = 'x86_64'; Libc = ''; OsFloor = ''; Level = 3; Measured = $true },
        @{ File = 0; Os = 'windows'; Arch = 'x86_64'; Libc = ''; OsFloor = ''; Level = 0; Measured = $true }
    )
    # Files for other systems, which are named only.
    $Others = @(
        @{ Name = 'linux.tar.gz'; Os = 'linux' }
    )

""".replace("SUM", "0" * 64)
