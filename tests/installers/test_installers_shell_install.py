"""install.sh from the first byte to a running program, in every shell: installing, again, tree, removing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from elfin.installers import shell
from elfin.installers.model import Layout
from kit import elfsmith, shells
from kit.installerworld import GNU, MUSL, World, says

every_shell = pytest.mark.parametrize("sh", shells.AVAILABLE.values(), ids=shells.AVAILABLE)


@pytest.fixture
def world(tmp_path: object) -> World:
    return World(f"{tmp_path}/a place")


def receipt(world: World) -> dict[str, object]:
    with open(f"{world.home}/.config/hello/hello-receipt.json") as file:
        loaded: dict[str, object] = json.load(file)
    return loaded


def everything(folder: str) -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(where, name), folder)
        for where, folders, files in os.walk(folder)
        for name in (*folders, *files)
    )


@every_shell
def test_programs_are_installed_run_and_removed(world: World, sh: tuple[str, ...]) -> None:
    artifact = world.add(programs={"hello": says("hello 1.0"), "hellox": says("x")})
    ran = world.run(sh=sh)
    assert ran.code == 0 and not ran.err, ran
    assert (world.says(), world.says("hellox")) == ("hello 1.0", "x")
    assert receipt(world) == {
        "schema": 1, "app": "hello", "version": "1.0", "artifact": artifact.name, "target": MUSL,
        "sha256": artifact.sha256, "install_dir": f"{world.home}/.local/bin",
        "files": [world.installed(), world.installed("hellox")], "folders": [],
        "path_files": [f"{world.home}/.profile"], "base_url": world.files,
    }  # fmt: skip
    assert world.run(sh=sh).code == 0
    with open(f"{world.home}/.profile") as file:
        assert len(file.readlines()) == 1
    ran = world.run("--uninstall", sh=sh)
    assert ran.code == 0 and not ran.err, ran
    assert everything(world.home) == [".config", ".local", ".local/bin"]


@every_shell
def test_a_tree_stays_together_and_is_reached_by_links(world: World, sh: tuple[str, ...]) -> None:
    world.layout = Layout("tree", ("bin/hello",))
    program = b'#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/../share/text"\n'
    shells.stub(world.tools, "dirname", 'echo "${1%/*}"')
    world.add(programs={"bin/hello": program}, more={"hello-1.0/share/text": b"from the tree\n"})
    first = world.run(sh=sh)
    assert first.code == 0 and not first.err, first
    assert world.says() == "from the tree"
    tree = f"{world.home}/.local/share/hello/1.0"
    assert os.path.realpath(world.installed()) == f"{tree}/bin/hello"
    assert receipt(world)["folders"] == [tree]
    for folders in ([f"{tree}.2", tree], [tree + ".3", tree + ".2"]):
        assert world.run(sh=sh).code == 0
        assert receipt(world)["folders"] == folders
        assert sorted(os.listdir(f"{world.home}/.local/share/hello")) == sorted(map(os.path.basename, folders))
    assert world.run("--uninstall", sh=sh).code == 0
    assert everything(world.home) == [".config", ".local", ".local/bin", ".local/share"]


@every_shell
@pytest.mark.parametrize("how", ["piped", "closed stdin", "set -e -u", "noglob, noclobber, IFS, CDPATH"])
def test_it_works_however_it_is_started(world: World, sh: tuple[str, ...], how: str) -> None:
    world.add(GNU, {"hello": says("never", 1)})
    world.add(programs={"hello": says("hello")})
    script = world.script()
    if how == "piped":
        with open(script) as file:
            ran = shells.run((*sh, "-s", "--", "--verbose"), variables=world.variables, folder="/", stdin=file.read())
    elif how == "closed stdin":
        ran = shells.run((*sh, "-c", '. "$0" <&- 2>&- ; exit $?'), script, variables=world.variables, folder="/")
    elif how == "set -e -u":
        ran = world.run(sh=sh, options=("-e", "-u"))
    else:
        odd = {"IFS": "a/", "CDPATH": "/", "GREP_OPTIONS": "--color=always", "POSIXLY_CORRECT": "1"}
        odd |= {"LC_ALL": "tr_TR.UTF-8", "TMPDIR": "/nonexistent"}
        ran = world.run(sh=sh, options=("-f", "-C"), **odd)
    assert ran.code == 0, ran
    assert world.says() == "hello"
    assert world.leftovers() == []


@pytest.mark.parametrize("kind", ["tar.gz", "tar.xz", "tar.zst", "tar", "zip", "binary"])
def test_every_kind_of_file_is_opened(tmp_path: object, kind: str) -> None:
    if kind == "tar.zst" and shutil.which("zstd") is None:
        pytest.skip("no zstd here")
    world = World(f"{tmp_path}/w", more=("unzip", "zstd"))
    world.add(kind=kind)
    assert world.run().code == 0
    assert world.says() == f"hello 1.0 {MUSL}"
    world = World(f"{tmp_path}/flat")
    world.add(kind="tar.gz", top="")
    assert world.run().code == 0


def test_explain_fetches_and_writes_nothing(world: World) -> None:
    world.add()
    ran = world.run("--explain")
    assert ran.code == 0 and "static, runs with any libc" in ran.out and world.installed().rpartition("/")[0] in ran.out
    assert everything(world.home) == []


def test_another_version_is_handed_to_its_own_script(world: World) -> None:
    world.add(programs={"hello": says("hello 1.0")})
    world.base_urls = (f"file://{world.folder}/v{{version}}",)
    os.makedirs(f"{world.folder}/v0.9")
    other = World(f"{world.folder}/other")
    other.version = "0.9"
    other.add(programs={"hello": says("hello 0.9")})
    os.rename(other.script(), f"{world.folder}/v0.9/install.sh")
    os.rename(f"{other.files}/{other.artifacts[0].name}", f"{world.folder}/v0.9/{other.artifacts[0].name}")
    other.base_urls = world.base_urls
    with open(f"{world.folder}/v0.9/install.sh", "w") as file:
        file.write(shell.script(other.release))
    ran = world.run("--version", "0.9", HELLO_BASE_URL=None)
    assert ran.code == 0, ran
    assert world.says() == "hello 0.9"
    assert world.run("--version", "1.0").code == 0 and world.says() == "hello 1.0"
    for wrong in ("../1", "", "-x", "a b"):
        assert world.run("--version", wrong).code == 2
    assert world.run("--version").code == 2
    ran = world.run("--version=0.8", HELLO_BASE_URL=None)
    assert ran.code == 1 and "0.8/install.sh   no such file" in ran.err
    os.makedirs(f"{world.folder}/v0.7")
    with open(f"{world.folder}/v0.7/install.sh", "w") as file:
        file.write("#!/bin/sh\ntouch canary\n")
    ran = world.run("--version=0.7", HELLO_BASE_URL=None)
    assert ran.code == 1 and "is no installer" in ran.err
    assert not os.path.exists(f"{world.folder}/canary")
    os.makedirs(f"{world.folder}/v0.6")
    os.link(world.script(), f"{world.folder}/v0.6/install.sh")
    ran = world.run("--version=0.6", HELLO_BASE_URL=None)  # it would fetch itself without end
    assert ran.code == 1 and "install.sh   is no installer of 0.6" in ran.err


def test_a_second_run_with_the_folder_on_path_remembers_what_the_first_changed(world: World) -> None:
    world.add(programs={"hello": says("hello 1.0")})
    assert world.run().code == 0
    assert world.run(PATH=f"{world.home}/.local/bin:{world.tools}").code == 0
    assert receipt(world)["path_files"] == [f"{world.home}/.profile"]
    assert world.run("--uninstall").code == 0 and everything(world.home) == [".config", ".local", ".local/bin"]


def test_only_what_lies_in_the_receipts_own_folder_is_removed(world: World) -> None:
    world.add(programs={"hello": says("hello 1.0")})
    assert world.run().code == 0
    mine = f"{world.home}/mine"
    with open(mine, "w") as file:
        file.write("kept")
    written = receipt(world)
    with open(f"{world.home}/.config/hello/hello-receipt.json") as file:
        text = file.read()
    with open(f"{world.home}/.config/hello/hello-receipt.json", "w") as file:
        file.write(text.replace(f'"{world.installed()}"', f'"{world.installed()}",\n    "{mine}"'))
    ran = world.run("--uninstall")
    assert ran.code == 1 and mine in ran.err and os.path.exists(mine)
    assert written["files"] == [world.installed()] and not os.path.exists(world.installed())


@pytest.mark.parametrize("layout", [Layout("programs"), Layout("tree", ("hello", "hellod"))])
def test_a_program_that_a_new_version_has_no_more_goes(world: World, layout: Layout) -> None:
    world.layout = layout
    world.add(programs={"hello": says("one"), "hellod": says("one")})
    assert world.run().code == 0 and world.says("hellod") == "one"
    world.artifacts.clear()
    world.layout = Layout(layout.kind, layout.links[:1])
    world.version = "2.0"
    world.add(programs={"hello": says("two")})
    ran = world.run()
    assert ran.code == 0 and f"removed {world.installed('hellod')}" in ran.out and world.says() == "two"
    assert receipt(world)["files"] == [world.installed()] and not os.path.lexists(world.installed("hellod"))


def test_a_second_install_elsewhere_leaves_the_first_one_alone(world: World) -> None:
    world.layout = Layout("tree", ("hello",))
    world.add(programs={"hello": says("hello")})
    assert world.run().code == 0
    for _ in range(3):
        ran = world.run(HELLO_INSTALL_DIR=f"{world.folder}/bin")
        assert ran.code == 0
    assert world.says() == "hello"
    assert world.run(HELLO_INSTALL_DIR=None).code == 0
    ran = world.run(HELLO_INSTALL_DIR=f"{world.folder}/bin")
    assert f"hello in {os.path.dirname(world.installed())} stays" in ran.err
    assert world.run("--uninstall").code == 0
    assert world.says() == "hello" and not os.path.lexists(f"{world.folder}/bin/hello")


def test_a_tree_goes_when_a_later_version_has_none(world: World) -> None:
    world.layout = Layout("tree", ("hello",))
    world.add(programs={"hello": says("tree")})
    assert world.run().code == 0
    world.artifacts.clear()
    world.layout = Layout("programs")
    world.version = "2.0"
    world.add(programs={"hello": says("program")})
    assert world.run().code == 0 and world.says() == "program"
    assert world.run("--uninstall").code == 0
    assert everything(world.home) == [".config", ".local", ".local/bin", ".local/share"]


def test_a_receipt_that_names_nothing_is_kept_and_told(world: World) -> None:
    world.add()
    assert world.run().code == 0
    path = f"{world.home}/.config/hello/hello-receipt.json"
    for text in ("", "{}\n", json.dumps(receipt(world))):
        with open(path, "w") as file:
            file.write(text)
        ran = world.run("--uninstall")
        assert ran.code == 1 and f"{path} names no file that was installed" in ran.err
        assert os.path.exists(path) and os.path.exists(world.installed())


def test_a_relative_base_is_absolute_in_the_receipt(world: World) -> None:
    world.add()
    assert world.run(HELLO_BASE_URL="files").code == 0
    assert receipt(world)["base_url"] == world.files


def bound() -> tuple[str, ...]:
    """What starts a program whom a file's rights stop: nothing for an ordinary user."""
    if os.geteuid() != 0:
        return ()
    words = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    if shutil.which("setpriv") is None or subprocess.run([*words, "true"], check=False).returncode:
        pytest.skip("root cannot be bound by a file's rights here")
    return words


@pytest.mark.parametrize("layout", [Layout("programs"), Layout("tree", ("hello",))])
def test_folders_that_may_not_be_written_to_are_installed_and_removed(world: World, layout: Layout) -> None:
    words = bound()
    world.layout = layout
    world.add(programs={"hello": says("hello")}, more={"hello-1.0/lib/text": b"text"})
    shells.stub(world.tools, "tar", f'{shutil.which("tar")} "$@" && {shutil.which("chmod")} -R a-w hello-1.0')
    dash = shutil.which("dash") or "/bin/sh"
    for action in ((), (), (), ("--uninstall",)):
        ran = shells.run(words, dash, world.script(), *action, variables=world.variables, folder=world.folder)
        assert ran.code == 0, ran
        assert world.leftovers() == []
    assert not os.path.lexists(f"{world.home}/.local/share/hello")


def test_options_of_the_caller_s_bash_change_nothing(world: World) -> None:
    world.add(programs={"hello": says("hello")})
    assert world.run(sh=("bash",), BASHOPTS="failglob:nullglob").code == 0 and world.says() == "hello"


def test_options_and_variables(world: World) -> None:
    world.add(programs={"hello": says("hello")})
    assert world.run("--help").out.startswith("Installs hello 1.0: sh install.sh [OPTIONS]")
    assert world.run("--frob").code == 2
    ran = world.run(HELLO_INSTALL_DIR="~/own dir", HELLO_NO_MODIFY_PATH="1")
    assert ran.code == 0 and os.path.exists(f"{world.home}/own dir/hello")
    assert not os.path.exists(f"{world.home}/.profile") and receipt(world)["path_files"] == []
    assert world.run("--uninstall").code == 0
    ran = world.run(HELLO_UNMANAGED_INSTALL="relative")
    assert (
        ran.code == 0
        and os.path.exists(f"{world.folder}/relative/hello")
        and everything(world.home) == [".config", "own dir"]
    )
    assert world.run(XDG_BIN_HOME=f"{world.home}/b").code == 0 and os.path.exists(f"{world.home}/b/hello")
    assert world.run(XDG_DATA_HOME=f"{world.home}/d").code == 0 and os.path.exists(f"{world.home}/bin/hello")
    ran = world.run("--quiet")
    assert ran.code == 0 and not ran.out and not ran.err
    assert "once more" not in world.run(HELLO_VERBOSE="0").out


def test_what_is_asked_for_is_taken_whatever_the_place_is(world: World) -> None:
    world.add("aarch64-unknown-linux-musl", {"hello": says("arm")}, arch="aarch64")
    world.add(programs={"hello": says("amd")})
    assert world.run(HELLO_TARGET="aarch64-unknown-linux-musl").code == 0
    assert world.says() == "arm"
    ran = world.run(HELLO_TARGET="vax-dec-ultrix")
    assert ran.code == 1 and f"is for {MUSL}" in ran.err
    assert "no hello 1.0 build is for vax-dec-ultrix, which HELLO_TARGET asks for" in ran.err
    world.add("s390x-unknown-linux-musl", {"hello": elfsmith.program(None, "s390x") + b"\n>canary\n"}, arch="s390x")
    ran = world.run(HELLO_TARGET="s390x-unknown-linux-musl")
    assert ran.code == 1 and "does not run here: it is for s390x" in ran.err
    assert not os.path.exists(f"{world.folder}/canary") and world.leftovers() == []
    assert world.run(HELLO_LIBC="windows").code == 2


def test_a_script_is_the_same_each_time_and_small(world: World) -> None:
    world.add(GNU, loader="/lib64/ld-linux-x86-64.so.2", floor=(2, 17))
    for arch in ("aarch64", "armv7l", "i686", "riscv64", "s390x", "ppc64le"):
        world.add(f"{arch}-unknown-linux-musl", arch=arch)
        world.add(f"{arch}-unknown-linux-gnu", arch=arch, loader="/lib/ld-linux-something.so.2", floor=(2, 17))
    text = shell.script(world.release)
    assert text == shell.script(world.release)
    assert len(text) < 40_000
    assert text.isascii()
