"""What install.sh sees of a place and chooses there, held against host.arch and installers.choose."""

from __future__ import annotations

import subprocess

import pytest

from elfin.formats.elf import Header
from elfin.host import arch as arches
from elfin.host.model import Host
from elfin.installers import choose, shell
from elfin.installers.model import Artifact, Release
from kit import choice_vectors, shells, simhost
from kit.choice_vectors import KINDS

ALL_HOSTS = choice_vectors.hosts()
# Every host with every pair of kinds agrees (14842 vectors in 396 places, 1.5 minutes); of them, these each time.
HOSTS = dict([*ALL_HOSTS.items()][::7]) | choice_vectors.ODD_HOSTS
EVERYTHING = choice_vectors.release(KINDS)
SCRIPT = shell.script(EVERYTHING)
DRIVER = """
set -f
IFS=' \t
' quiet='' newline='
' blanks=$IFS
release
settings
look_around 2>/dev/null
all_rows() {
ROWS
each_row() { all_rows filtered "$@"; }
filtered() { command=$1; shift; case $subset in (*" $1 "*) "$command" "$@" ;; esac; }
while read -r subset; do
    subset=" $subset "
    choose
    printf '%s;%s\\n' "$tried" "$refused"
done <subsets
"""


def functions(text: str) -> str:
    """A script that defines everything and starts nothing."""
    assert text.endswith(shell.LAST_LINE + "\n")
    return text.removesuffix(shell.LAST_LINE + "\n") + "}\n"


def rows_of(text: str) -> str:
    """The body of each_row, closing brace included."""
    return text.split("each_row() {\n", 1)[1].split("\n}\n", 1)[0] + "\n}\n"


def seen_choices(folder: str, host: Host, subsets: list[tuple[Artifact, ...]]) -> list[tuple[list[str], set[str]]]:
    """(tried, refused) by name that dash comes to, for each subset of all kinds, in one run of the script's code."""
    variables = simhost.place(folder, host)
    text = SCRIPT
    numbers = {one.name: number for number, one in enumerate(KINDS, 1)}
    with open(f"{folder}/subsets", "w") as file:
        file.writelines(" ".join(str(numbers[one.name]) for one in chosen) + "\n" for chosen in subsets)
    with open(f"{folder}/driver.sh", "w") as file:
        file.write(functions(text) + DRIVER.replace("ROWS", rows_of(text)))
    if host.os == "windows":
        variables["PROCESSOR_ARCHITECTURE"] = {"aarch64": "ARM64"}.get(host.arch.name, "AMD64")
    ran = shells.run(("dash",), "driver.sh", variables=variables, folder=folder)
    assert ran.code == 0 and not ran.err, ran
    found = []
    for line in ran.out.splitlines():
        tried, _, refused = line.partition(";")
        found.append(
            ([KINDS[int(n) - 1].name for n in tried.split()], {KINDS[int(n) - 1].name for n in refused.split()})
        )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTS)
def test_the_script_chooses_as_the_norm_does(tmp_path: object, name: str) -> None:
    host = HOSTS[name]
    subsets = [*choice_vectors.pairs(host), KINDS]
    for chosen, (tried, refused) in zip(subsets, seen_choices(str(tmp_path), host, subsets), strict=True):
        wanted = choose.choose(choice_vectors.release(chosen), host)
        assert tried == [one.artifact.name for one in wanted.tried], [one.name for one in chosen]
        assert refused == {one.artifact.name for one in wanted.refused}


@pytest.mark.parametrize("name", [name for name, host in choice_vectors.ODD_HOSTS.items() if host.os == "linux"])
def test_what_explain_says_is_what_the_norm_says(tmp_path: object, name: str) -> None:
    host = HOSTS[name]
    variables = simhost.place(str(tmp_path), host)
    with open(f"{tmp_path}/install.sh", "w") as file:
        file.write(SCRIPT)
    ran = shells.run(("dash",), "install.sh", "--explain", variables=variables, folder=str(tmp_path))
    wanted = choose.choose(EVERYTHING, host)
    lines = ran.out.splitlines()
    start = lines.index("tried in this order:") + 1
    for one, line in zip(wanted.tried, lines[start:], strict=False):
        assert line.split(";")[0].split() == f"{one.artifact.name} {one.why}".split(";")[0].split()
    for one in wanted.refused:
        assert f"  {one.artifact.name}   {one.why}" in lines


def test_every_machine_has_the_name_that_the_host_room_gives_it(tmp_path: object) -> None:
    every = [
        (machine, bits, little)
        for machine in (*range(265), 0x9026)
        for bits, little in ((64, True), (64, False), (32, True), (32, False))
        if arches.of(Header(bits, little, 0, 2, machine, 0, None, ())).name in shell._NAMED
    ] + [(9999, 64, True), (62, 32, True)]
    flags = (0, 1, 2, 3, 5, 0x43)
    for number, (machine, bits, little) in enumerate(every):
        for flag in flags:
            simhost.write(f"{tmp_path}/{number}.{flag}", simhost.head(machine, bits, little, flag))
    for flag in (0x05000400, 0x05000200, 0x05000000, 0x02000400):
        simhost.write(f"{tmp_path}/arm.{flag}", simhost.head(40, 32, True, flag))
    driver = "kernel=x86_64\nfor file in *.*; do read_elf $file && echo $file $elf_arch $elf_float; done\n"
    text = functions(shell.script(choice_vectors.release(KINDS[:1]))) + driver
    done = subprocess.run(["dash", "-c", text], cwd=str(tmp_path), capture_output=True, text=True, check=True)
    seen = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    for number, (machine, bits, little) in enumerate(every):
        for flag in flags:
            wanted = arches.of(Header(bits, little, 0, 2, machine, flag, None, ()))
            name = wanted.name if wanted.name in shell._NAMED else f"elf-machine-{machine}"
            floats = [wanted.float_abi] if wanted.float_abi else []
            assert seen[f"{number}.{flag}"] == [name, *floats], (machine, bits, little, flag)
    for flag in (0x05000400, 0x05000200, 0x05000000, 0x02000400):
        wanted = arches.of(Header(32, True, 0, 2, 40, flag, None, ()), "x86_64")
        assert seen[f"arm.{flag}"] == [wanted.name] + ([wanted.float_abi] if wanted.float_abi else [])


def test_a_release_with_a_rare_machine_knows_its_name() -> None:
    needs = KINDS[0].needs[0]._replace(arch="mips64el")
    rare = Release("hello", "1.0", (), (KINDS[0]._replace(needs=(needs,)),), EVERYTHING.layout)
    assert "8/02/01) elf_arch=mips64el" in shell.script(rare)
    assert "mips64el" not in SCRIPT
